"""Patients: file numbers, sex, birth and allergies."""

import re
from collections.abc import Container
from datetime import date, datetime
from typing import Literal

from stockroom.interchange.alorf import plan
from stockroom.interchange.alorf.allergies import mentions_allergy, read_allergies
from stockroom.interchange.alorf.fields import as_list, as_text, western_digits
from stockroom.interchange.alorf.people import department_ref
from stockroom.interchange.alorf.reading import Reading

AGE = re.compile(r"(\d{1,3})(?:[.,]\d+)?\s*(.*)")
MONTHS_WORD = re.compile(r"mo|mies|شهر|أشهر|اشهر|^m$", re.IGNORECASE)
DAYS_WORD = re.compile(r"day|week|dni|dzie|tyg|يوم|أيام|أسبوع|^[dw]$", re.IGNORECASE)

Sex = Literal["F", "M", "other", "unknown"]

SEXES: dict[str, Sex] = {
    **dict.fromkeys(("female", "f", "woman", "girl", "kobieta", "k", "أنثى", "انثى", "امرأة"), "F"),
    **dict.fromkeys(("male", "m", "man", "boy", "mężczyzna", "mezczyzna", "ذكر", "رجل"), "M"),
    **dict.fromkeys(("other", "inna", "inny", "intersex", "x", "آخر"), "other"),
    **dict.fromkeys(("", "unknown", "nieznana", "n/a", "-", "غير معروف"), "unknown"),
}


def read_patient(
    reading: Reading, departments: Container[str], *, taken: dict[str, str], at: datetime
) -> plan.Patient:
    """`taken` maps file numbers to patient keys and grows; `at` dates an age without a record date."""
    name = reading.name("name", "patient_name", "full_name", otherwise=f"Patient {reading.key} (from ALORF)")
    created_at = reading.moment("created_at")
    birth_date, birth_year = _birth(reading, created_at or at)
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
        birth_date=birth_date,
        birth_year=birth_year,
        birth_estimated=birth_year is not None,
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


def _birth(reading: Reading, when: datetime) -> tuple[date | None, int | None]:
    """The birth date, or the year an age implies: estimated, so ± 1."""
    born = reading.day("birth_date", "date_of_birth", "dob", "birthdate")
    if born and born > reading.journal.at.date():
        reading.change("date_in_future", field="birth_date", text=born.isoformat())
        born = None
    text = western_digits(reading.text("age"))
    if born or not text:
        return born, None
    match = AGE.fullmatch(text)
    if not match or int(match[1]) > 130:
        reading.change("age_unreadable", text=text[:50])
        return None, None
    return None, _birth_year(reading, text, int(match[1]), match[2].strip(), when)


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
