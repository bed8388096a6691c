"""Which warnings must be answered."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from stockroom.dispensing.rules import (
    PatientRisks,
    ProductRisks,
    age_in_months,
    merged_allergies,
    possible_birth_date,
    substance_keys,
    unanswered,
    warnings_for,
)

AMOXICILLIN = UUID(int=1)


def product(**changes: Any) -> ProductRisks:
    values: dict[str, Any] = {
        "product_id": AMOXICILLIN, "name": "Amoxicillin 500 mg", "generic_name": "Amoxicillin",
        "atc_code": "J01CA04", "high_alert": False, "look_alike": False, "controlled_class": "",
        "allergy_groups": [],
    }  # fmt: skip
    return ProductRisks(**{**values, **changes})


def patient(**changes: Any) -> PatientRisks:
    return PatientRisks(**{"allergy_groups": [], "allergies": "", "given": frozenset[str](), **changes})


def codes(who: PatientRisks, *products: ProductRisks) -> list[str]:
    return [warned.code for warned in warnings_for(who, products)]


def test_nothing_speaks_against_an_ordinary_medicine() -> None:
    assert codes(patient(), product()) == []


def test_a_shared_allergy_group_warns_and_names_it() -> None:
    who = patient(allergy_groups=["nsaids", "penicillins"])
    (warned,) = warnings_for(who, [product(allergy_groups=["cephalosporins", "penicillins"])])
    assert (warned.code, warned.groups, warned.product_id) == ("allergy", ["penicillins"], AMOXICILLIN)


@pytest.mark.parametrize(
    ("text", "generic", "warns"),
    [
        ("Rash after AMOXICILLIN in 2019", "Amoxicillin", True),
        ("codeine: vomiting", "Paracetamol + Codeine", True),
        ("pollen", "Amoxicillin", False),
        ("", "Amoxicillin", False),
        ("an iron ring", "Iron", True),
        ("gold", "", False),
        ("a zinc cream", "Zn", False),
    ],
)
def test_the_written_allergies_warn_by_generic_name(text: str, generic: str, warns: bool) -> None:
    assert codes(patient(allergies=text), product(generic_name=generic)) == (["allergy"] if warns else [])


@pytest.mark.parametrize(
    ("key", "warns"),
    [
        (str(AMOXICILLIN), True),
        ("J01CA04", True),
        ("amoxicillin", True),
        ("J01CA", False),
        ("ampicillin", False),
    ],
)
def test_the_same_substance_given_before_is_a_duplicate(key: str, warns: bool) -> None:
    assert codes(patient(given=frozenset({key})), product()) == (["duplicate"] if warns else [])


def test_a_short_atc_code_recognises_nothing() -> None:
    assert substance_keys(product_id=AMOXICILLIN, atc_code="J01CA", generic_name="") == {str(AMOXICILLIN)}


def test_the_same_substance_twice_in_one_document_is_a_duplicate_once() -> None:
    other = product(product_id=uuid4(), name="Amotaks 1 g")
    found = warnings_for(patient(), [product(), other, other])
    assert [(warned.code, warned.product) for warned in found] == [("duplicate_line", "Amotaks 1 g")]


def test_flags_of_the_product_warn() -> None:
    risky = product(high_alert=True, look_alike=True, controlled_class="II-N")
    found = warnings_for(patient(), [risky])
    assert [warned.code for warned in found] == ["high_alert", "look_alike", "controlled"]
    assert found[2].facts["controlled_class"] == "II-N"


def test_an_answer_belongs_to_a_code_and_a_product() -> None:
    warnings = warnings_for(patient(), [product(high_alert=True, look_alike=True)])
    open_ones, strays = unanswered(warnings, [("high_alert", AMOXICILLIN), ("look_alike", uuid4())])
    assert ([warned.code for warned in open_ones], strays) == (["look_alike"], [1])


@pytest.mark.parametrize(
    ("born", "possible"),
    [
        (None, True),
        (date(2026, 3, 2), True),
        (date(1900, 1, 1), True),
        (date(2026, 3, 3), False),
        (date(1899, 12, 31), False),
    ],
)
def test_a_birth_date_lies_between_1900_and_today(born: date | None, possible: bool) -> None:
    assert possible_birth_date(born, today=date(2026, 3, 2)) is possible


@pytest.mark.parametrize(
    ("born", "months"),
    [
        (date(2026, 3, 2), 0),
        (date(2026, 2, 3), 0),
        (date(2026, 2, 2), 1),
        (date(1957, 3, 3), 68 * 12 + 11),
        (date(1957, 3, 2), 69 * 12),
    ],
)
def test_age_counts_completed_months(born: date, months: int) -> None:
    assert age_in_months(born, on=date(2026, 3, 2)) == months


def test_merging_loses_no_allergy_and_repeats_none() -> None:
    assert merged_allergies("latex", "eggs") == "latex\neggs"
    assert merged_allergies("Latex, eggs", "eggs ") == "Latex, eggs"
    assert merged_allergies("", "eggs") == "eggs"
    assert merged_allergies("latex", "") == "latex"
