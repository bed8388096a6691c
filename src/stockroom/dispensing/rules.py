"""Pure decisions about dispensing: which warnings must be answered, how old a patient is."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import msgspec

from stockroom.platform.errors import N_

DUPLICATE_HOURS = 24
"""Within this time the same substance again is a duplicate that somebody must stand by."""

SENTENCES: dict[str, str] = {
    "allergy": N_("The patient is recorded as allergic to {allergy}, and {product} belongs there."),
    "duplicate": N_("{product} or the same substance was already given in the last {hours} hours."),
    "duplicate_line": N_("{product} or the same substance stands in this dispensing more than once."),
    "high_alert": N_("{product} is a high-alert medicine. Have a second person check dose and route."),
    "look_alike": N_("{product} is easily confused with another one. Read the name and strength once more."),
    "controlled": N_("{product} is controlled ({controlled_class}). Check the prescription."),
}
"""Warning code → sentence."""

SEXES: dict[str, str] = {
    "female": N_("Female"),
    "male": N_("Male"),
    "other": N_("Other sex"),
    "unknown": N_("Sex not recorded"),
}

_SEPARATORS = re.compile(r"[+/,;]")
_NAME_LEAST = 4


class Warned(msgspec.Struct, frozen=True):
    """A warning about one product that must be answered with a reason.

    ``groups`` are the coded allergy groups behind an allergy warning; ``facts`` fill the sentence.
    """

    code: str
    product_id: UUID
    product: str
    groups: list[str]
    facts: dict[str, str]


class ProductRisks(msgspec.Struct, frozen=True):
    """What about a product can warrant a warning."""

    product_id: UUID
    name: str
    generic_name: str
    atc_code: str
    high_alert: bool
    look_alike: bool
    controlled_class: str
    allergy_groups: Sequence[str]

    @property
    def keys(self) -> frozenset[str]:
        return substance_keys(
            product_id=self.product_id, atc_code=self.atc_code, generic_name=self.generic_name
        )


class PatientRisks(msgspec.Struct, frozen=True):
    """What about a patient can. ``given`` are the keys of the substances given in the last hours."""

    allergy_groups: Sequence[str]
    allergies: str
    given: frozenset[str]


def substances(generic_name: str) -> list[str]:
    """``Paracetamol + codeine`` as its substances, case folded."""
    return [part.strip().casefold() for part in _SEPARATORS.split(generic_name) if part.strip()]


def substance_keys(*, product_id: UUID, atc_code: str, generic_name: str) -> frozenset[str]:
    """Under which names a product's substance is recognised: itself, its full ATC code, its generic names.

    Source: WHO, ATC structure (the fifth level, seven characters, is the chemical substance).
    """
    keys = {str(product_id), *substances(generic_name)}
    if len(atc_code) == 7:
        keys.add(atc_code)
    return frozenset(keys)


def warnings_for(patient: PatientRisks, products: Sequence[ProductRisks]) -> list[Warned]:
    """All warnings of a dispensing, one a code and product, in the order of the lines."""
    found: dict[tuple[str, UUID], Warned] = {}
    seen: frozenset[str] = frozenset()
    for product in products:
        for warned in _of(patient, product, seen):
            found.setdefault((warned.code, warned.product_id), warned)
        seen |= product.keys
    return list(found.values())


def _of(patient: PatientRisks, product: ProductRisks, seen: frozenset[str]) -> Iterable[Warned]:
    groups = sorted(set(patient.allergy_groups) & set(product.allergy_groups))
    written = [name for name in substances(product.generic_name) if _names(patient.allergies, name)]
    if groups or written:
        yield _warned("allergy", product, groups=groups, allergy=", ".join(written))
    if product.keys & patient.given:
        yield _warned("duplicate", product, hours=str(DUPLICATE_HOURS))
    if product.keys & seen:
        yield _warned("duplicate_line", product)
    if product.high_alert:
        yield _warned("high_alert", product)
    if product.look_alike:
        yield _warned("look_alike", product)
    if product.controlled_class:
        yield _warned("controlled", product, controlled_class=product.controlled_class)


def _warned(code: str, product: ProductRisks, *, groups: Sequence[str] = (), **facts: str) -> Warned:
    return Warned(code, product.product_id, product.name, list(groups), {"product": product.name, **facts})


def _names(text: str, substance: str) -> bool:
    return len(substance) >= _NAME_LEAST and substance in text.casefold()


def unanswered(
    warnings: Sequence[Warned], answers: Iterable[tuple[str, UUID]]
) -> tuple[list[Warned], list[int]]:
    """The warnings without an answer, and the indexes of answers that belong to no warning."""
    given = list(answers)
    wanted = {(warned.code, warned.product_id) for warned in warnings}
    open_ones = [warned for warned in warnings if (warned.code, warned.product_id) not in set(given)]
    return open_ones, [index for index, key in enumerate(given) if key not in wanted]


def possible_birth_date(value: date | None, *, today: date) -> bool:
    return value is None or date(1900, 1, 1) <= value <= today


def age_in_months(born: date, *, on: date) -> int:
    """Completed months; those born on the 31st complete one on the first day after a shorter month."""
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)


def merged_allergies(kept: str, other: str) -> str:
    """The texts of two records of one patient; nothing is lost and nothing said twice."""
    if not other.strip() or other.strip().casefold() in kept.casefold():
        return kept
    return f"{kept}\n{other.strip()}".strip()
