"""The demo hospital's medicines, read from ``medicines.csv``: real generic names and ATC codes, invented prices."""

import csv
from decimal import Decimal
from importlib.resources import files

import msgspec

UNITS = {
    "tablet": "tablet", "capsule": "capsule", "suppository": "piece", "patch": "piece", "injection": "ampoule",
    "infusion": "bag", "powder": "vial", "drops": "bottle", "syrup": "bottle", "suspension": "bottle",
    "solution": "bottle", "spray": "piece", "inhaler": "piece", "gel": "tube", "cream": "tube", "ointment": "tube",
}  # fmt: skip
"""Dosage form → base unit that is counted."""


class DemoMedicine(msgspec.Struct, frozen=True):
    """One medicine of one strength."""

    code: str
    name: str
    generic: str
    strength: str
    form: str
    route: str
    atc: str
    category: str
    unit: str
    allergy_groups: list[str]
    prescription_only: bool
    high_alert: bool
    look_alike: bool
    controlled_class: str
    storage: str
    price: Decimal
    packs: list[int]
    gtin: str


def read_medicines() -> list[DemoMedicine]:
    """At least 400, in the order of the file; codes and GTINs count up, so they are the same every time."""
    text = files("stockroom.interchange.demo").joinpath("medicines.csv").read_text(encoding="utf-8")
    found: list[DemoMedicine] = []
    for row in csv.DictReader(text.splitlines(), delimiter=";"):
        for step, strength in enumerate(row["strengths"].split("|")):
            found.append(_medicine(len(found) + 1, step, strength, row))
    return found


def _medicine(number: int, step: int, strength: str, row: dict[str, str]) -> DemoMedicine:
    flags = row["flags"].split()
    controlled = next((flag.partition(":")[2] for flag in flags if flag.startswith("controlled:")), "")
    return DemoMedicine(
        code=f"M{number:04d}",
        name=f"{row['generic']} {strength}",
        generic=row["generic"],
        strength=strength,
        form=row["form"],
        route=row["route"],
        atc=row["atc"],
        category=row["category"],
        unit=UNITS[row["form"]],
        allergy_groups=row["allergy"].split(),
        prescription_only="rx" in flags,
        high_alert="high" in flags,
        look_alike="lookalike" in flags,
        controlled_class=controlled,
        storage="2–8 °C" if "cold" in flags else "",
        price=(Decimal(row["price"]) * (10 + 4 * step) / 10).quantize(Decimal("0.01")),
        packs=[int(size) for size in row["packs"].split("|") if int(size) > 1],
        gtin=_gtin(number),
    )


def _gtin(number: int) -> str:
    """A GTIN-13 in the range that GS1 keeps for use inside one organisation (prefix 2)."""
    digits = f"29900000{number:04d}"
    weighted = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(digits))
    return digits + str(-weighted % 10)
