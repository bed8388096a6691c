"""Pure decisions about dispensing: which warnings must be answered."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import msgspec

from stockroom.platform.errors import N_

DUPLICATE_HOURS = 24
"""Within this time the same substance again is a duplicate that somebody must stand by."""

SENTENCES: dict[str, str] = {
    "allergy": N_("{patient_allergy}: the patient is recorded as allergic to this."),
    "duplicate": N_("{product} or the same substance was already given in the last 24 hours."),
    "duplicate_line": N_("{product} stands in this dispensing more than once."),
    "high_alert": N_("{product} is a high-alert medicine. Have a second person check dose and route."),
    "look_alike": N_("{product} is easily confused with another one. Read the name and strength once more."),
    "controlled": N_("{product} is controlled ({controlled_class}). Check the prescription."),
}
"""Warning code → sentence."""


class Warned(msgspec.Struct, frozen=True):
    """A warning about one product that must be answered with a reason."""

    code: str
    product_id: UUID
    product: str
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


class PatientRisks(msgspec.Struct, frozen=True):
    """What about a patient can. ``given`` are the substances of the last hours: ATC codes, generic names, ids."""

    allergy_groups: Sequence[str]
    allergies: str
    given: frozenset[str]


def substance_keys(*, product_id: UUID, atc_code: str, generic_name: str) -> frozenset[str]:
    """Under which names a product's substance is recognised: itself, its full ATC code, its generic name."""
    keys = {str(product_id)}
    if len(atc_code) == 7:
        keys.add(atc_code)
    if generic_name:
        keys.add(generic_name.casefold())
    return frozenset(keys)


def warnings_for(patient: PatientRisks, products: Sequence[ProductRisks]) -> list[Warned]:
    """All warnings of a dispensing, one a code and product, in the order of the lines."""
    found: dict[tuple[str, UUID], Warned] = {}
    seen: set[UUID] = set()
    for product in products:
        for code, facts in _of(patient, product, again=product.product_id in seen):
            found.setdefault(
                (code, product.product_id),
                Warned(code, product.product_id, product.name, {"product": product.name, **facts}),
            )
        seen.add(product.product_id)
    return list(found.values())


def _of(patient: PatientRisks, product: ProductRisks, *, again: bool) -> list[tuple[str, Mapping[str, str]]]:
    found: list[tuple[str, Mapping[str, str]]] = []
    allergy = _allergy(patient, product)
    if allergy:
        found.append(("allergy", {"patient_allergy": allergy}))
    keys = substance_keys(
        product_id=product.product_id, atc_code=product.atc_code, generic_name=product.generic_name
    )
    if keys & patient.given:
        found.append(("duplicate", {}))
    if again:
        found.append(("duplicate_line", {}))
    if product.high_alert:
        found.append(("high_alert", {}))
    if product.look_alike:
        found.append(("look_alike", {}))
    if product.controlled_class:
        found.append(("controlled", {"controlled_class": product.controlled_class}))
    return found


def _allergy(patient: PatientRisks, product: ProductRisks) -> str:
    """The recorded allergy that speaks against a product: a shared coded group, or its name in the free text."""
    shared = sorted(set(patient.allergy_groups) & set(product.allergy_groups))
    if shared:
        return ", ".join(shared)
    text = patient.allergies.casefold()
    generic = product.generic_name.casefold()
    return product.generic_name if len(generic) >= 4 and generic in text else ""


def possible_birth_date(value: date | None, *, today: date) -> bool:
    return value is None or date(1900, 1, 1) <= value <= today
