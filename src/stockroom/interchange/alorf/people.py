"""Departments, prescribers and users."""

import re
from collections.abc import Container
from typing import Literal, NamedTuple

from stockroom.interchange.alorf import plan
from stockroom.interchange.alorf.reading import Reading

PHARMACY = re.compile(r"pharmac|aptek|صيدلي", re.IGNORECASE)
EMAIL_LIMIT = 254
EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+")
MAIN_KEY = "01"

Role = Literal["admin", "manager", "pharmacist", "technician", "ward", "purchasing", "auditor"]

ROLES: dict[str, Role] = {
    "admin": "admin",
    "administrator": "admin",
    "manager": "manager",
    "pharmacist": "pharmacist",
    "technician": "technician",
    "nurse": "ward",
    "ward": "ward",
    "purchasing": "purchasing",
    "purchaser": "purchasing",
    "auditor": "auditor",
    "viewer": "auditor",
}


def read_department(reading: Reading) -> plan.Department:
    name = reading.name("name", "department_name", otherwise=f"Department {reading.key} (from ALORF)")
    person = reading.text("responsible_person", "responsible", "head", "manager")
    phone = reading.text("telephone", "phone", "mobile_no", "mobile")
    created_at = reading.moment("created_at")
    reading.missing(responsible_person=person, telephone=phone, created_at=created_at)
    return plan.Department(
        source_id=f"alorf:department:{reading.key}",
        key=reading.key,
        name=name,
        description=reading.text("description"),
        responsible_person=person,
        phone=phone,
        is_main=False,
        created_at=created_at,
        notes=reading.notes("notes", "note"),
    )


def main_department(departments: dict[str, plan.Department]) -> str | None:
    """The key of the main pharmacy: id 01, which the old system fixed; else the first named pharmacy."""
    if MAIN_KEY in departments:
        return MAIN_KEY
    return next((key for key, one in departments.items() if PHARMACY.search(one.name)), None)


def department_ref(reading: Reading, departments: Container[str]) -> str | None:
    key = reading.ref("department_id", "department")
    if key and key not in departments:
        reading.change("department_gone", id=key)
        return None
    return key or None


def read_prescriber(reading: Reading, departments: Container[str]) -> plan.Prescriber:
    name = reading.name(
        "name", "dr_name", "doctor_name", "full_name", otherwise=f"Prescriber {reading.key} (from ALORF)"
    )
    licence = reading.text("license_number", "licence_number", "license", "licence")
    specialty = reading.text("specialization", "specialist", "specialty", "speciality")
    phone = reading.text("phone", "mobile_no", "mobile", "telephone")
    created_at = reading.moment("created_at")
    reading.missing(license_number=licence, specialization=specialty, phone=phone, created_at=created_at)
    return plan.Prescriber(
        source_id=f"alorf:doctor:{reading.key}",
        key=reading.key,
        name=name,
        licence=licence,
        specialty=specialty,
        position=reading.text("qualification", "position"),
        department_key=department_ref(reading, departments),
        phone=phone,
        email=_email(reading),
        active=_active(reading),
        created_at=created_at,
        notes=reading.notes("notes", "note"),
    )


def _email(reading: Reading) -> str:
    email = reading.text("email", "e_mail", "mail")
    if email and (len(email) > EMAIL_LIMIT or not EMAIL.fullmatch(email)):
        reading.change("email_unusable", email=email[:100])
        return ""
    return email


def _active(reading: Reading) -> bool:
    return reading.text("is_active", "active").casefold() not in {"false", "0", "no", "nie", "inactive"}


class TakenNames(NamedTuple):
    """User names and addresses already given, in lower case, with the user's key."""

    usernames: dict[str, str]
    emails: dict[str, str]


def read_user(
    reading: Reading, departments: Container[str], *, main: str | None, taken: TakenNames
) -> plan.User:
    """`main` is the main pharmacy's key. Passwords were dropped before the record came here."""
    username = _username(reading, taken.usernames)
    email = _email(reading)
    department_key = department_ref(reading, departments)
    other = taken.emails.setdefault(email.casefold(), reading.key) if email else ""
    if not email:
        reading.change("no_invitation")
    elif other != reading.key:
        reading.change("email_taken", other=other)
    return plan.User(
        source_id=f"alorf:user:{reading.key}",
        key=reading.key,
        username=username,
        name=reading.name("name", "full_name", otherwise=username),
        email=email,
        role=_role(reading, department_key, main),
        department_key=department_key,
        active=_active(reading),
        invite=bool(email) and other == reading.key,
        created_at=reading.moment("created_at"),
        notes=reading.notes("notes", "note"),
    )


def _role(reading: Reading, department_key: str | None, main: str | None) -> Role:
    text = reading.text("role").casefold().replace(" ", "_")
    if text == "department_user":
        return "pharmacist" if main is not None and department_key == main else "ward"
    if text not in ROLES:
        reading.change("role_unknown", role=text[:50])
    return ROLES.get(text, "ward")


def _username(reading: Reading, taken: dict[str, str]) -> str:
    wanted = "".join(reading.text("username", "user_name", "login").split())[:100]
    given = wanted or f"user-{reading.key}"
    if not wanted:
        reading.change("username_made", given=given)
    elif wanted.casefold() in taken:
        given = f"{wanted}-{reading.key}"
        reading.change("username_taken", username=wanted, given=given)
    while given.casefold() in taken:
        given += "x"
    taken[given.casefold()] = reading.key
    return given
