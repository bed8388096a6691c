"""Departments, patients, prescribers and users."""

import re
from collections.abc import Container
from datetime import datetime
from typing import Literal, NamedTuple

from stockroom.interchange.alorf import plan
from stockroom.interchange.alorf.allergies import mentions_allergy, read_allergies
from stockroom.interchange.alorf.fields import as_list, as_text, western_digits
from stockroom.interchange.alorf.reading import Reading

PHARMACY = re.compile(r"pharmac|aptek|صيدلي", re.IGNORECASE)
EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+")
AGE = re.compile(r"(\d{1,3})(?:[.,]\d+)?\s*(.*)")
MONTHS_WORD = re.compile(r"mo|mies|شهر|أشهر|اشهر|^m$", re.IGNORECASE)
DAYS_WORD = re.compile(r"day|week|dni|dzie|tyg|يوم|أيام|أسبوع|^[dw]$", re.IGNORECASE)
MAIN_KEY = "01"

Sex = Literal["F", "M", "other", "unknown"]
Role = Literal["admin", "manager", "pharmacist", "technician", "ward", "purchasing", "auditor"]

SEXES: dict[str, Sex] = {
    **dict.fromkeys(("female", "f", "woman", "girl", "kobieta", "k", "أنثى", "انثى", "امرأة"), "F"),
    **dict.fromkeys(("male", "m", "man", "boy", "mężczyzna", "mezczyzna", "ذكر", "رجل"), "M"),
    **dict.fromkeys(("other", "inna", "inny", "intersex", "x", "آخر"), "other"),
    **dict.fromkeys(("", "unknown", "nieznana", "n/a", "-", "غير معروف"), "unknown"),
}
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


def read_patient(
    reading: Reading, departments: Container[str], *, taken: dict[str, str], at: datetime
) -> plan.Patient:
    """`taken` maps file numbers to patient keys and grows; `at` dates an age without a record date."""
    name = reading.name("name", "patient_name", "full_name", otherwise=f"Patient {reading.key} (from ALORF)")
    created_at = reading.moment("created_at")
    birth = _birth(reading, created_at or at)
    history = reading.text("medical_history", "history")
    allergy_text = _allergy_text(reading)
    allergies = read_allergies(allergy_text)
    for part in allergies.uncoded:
        reading.change("allergy_not_coded", text=part[:100])
    for part in allergies.doubtful:
        reading.change("allergy_check", text=part[:100])
    department_key = department_ref(reading, departments)
    phone, address = reading.text("phone", "mobile_no", "mobile", "telephone"), reading.text("address")
    reading.missing(medical_history=history, phone=phone, address=address, created_at=created_at)
    patient = plan.Patient(
        source_id=f"alorf:patient:{reading.key}",
        key=reading.key,
        file_number=_file_number(reading, taken),
        name=name,
        sex=_sex(reading),
        birth_date=reading.day("birth_date", "date_of_birth", "dob", "birthdate"),
        birth_year=birth,
        birth_estimated=birth is not None,
        department_key=department_key,
        phone=phone,
        address=address,
        medical_history=history,
        allergies_recorded=allergies.recorded,
        allergy_groups=allergies.groups,
        allergy_text=allergy_text if allergies.recorded else "",
        entered_on=reading.day("date_of_entry"),
        created_at=created_at,
        notes=reading.notes("notes", "note"),
    )
    if not allergies.recorded and (mentions_allergy(history) or mentions_allergy(patient.notes)):
        reading.change("allergy_in_history")
    return patient


def _sex(reading: Reading) -> Sex:
    text = reading.text("gender", "sex")
    sex = SEXES.get(text.casefold())
    if sex is None:
        reading.change("sex_unknown", text=text[:50])
    return sex or "unknown"


def _allergy_text(reading: Reading) -> str:
    value = reading.value("allergies", "allergy", "allergic_to")
    parts = as_list(value)
    return ", ".join(as_text(part) for part in parts) if parts is not None else as_text(value)


def _birth(reading: Reading, when: datetime) -> int | None:
    """The birth year an age implies, unless a birth date is there: estimated, so ± 1."""
    text = western_digits(reading.text("age"))
    if not text or any(reading.record.fields.get(name) for name in ("birth_date", "date_of_birth", "dob")):
        return None
    match = AGE.fullmatch(text)
    if not match or int(match[1]) > 130:
        reading.change("age_unreadable", text=text[:50])
        return None
    return _birth_year(reading, text, int(match[1]), match[2].strip(), when)


def _birth_year(reading: Reading, text: str, number: int, unit: str, when: datetime) -> int:
    local = when.astimezone(reading.journal.zone)
    if DAYS_WORD.search(unit):
        months = 0
    elif MONTHS_WORD.search(unit):
        months = number
    else:
        months = number * 12
    year = (local.year * 12 + local.month - 1 - months) // 12
    reading.change("birth_year_estimated", year=str(year), age=text[:50])
    return year


def _file_number(reading: Reading, taken: dict[str, str]) -> str:
    made = f"ALORF-{reading.key}"
    number = reading.text("file_no", "file_number", "mrn", "file")[:50] or made
    if other := taken.get(number.casefold()):
        reading.change("file_number_taken", number=number, other=other, given=made)
        number = made
    while number.casefold() in taken:
        number += "x"
    taken[number.casefold()] = reading.key
    return number


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
    if email and not EMAIL.fullmatch(email):
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
