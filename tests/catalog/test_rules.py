"""Barcodes, tax ids, packs and prices."""

from collections.abc import Callable
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockroom.catalog import errors, rules
from stockroom.catalog.actions.prices import PriceKind
from stockroom.catalog.actions.product_input import AllergyGroup, ProductKind
from stockroom.catalog.queries.suppliers import SupplierKind
from stockroom.platform.errors import Invalid
from tests.catalog.ground import gtin


@pytest.mark.parametrize("length", [8, 12, 13, 14])
@pytest.mark.parametrize("shape", [str, " {} ".format, lambda code: f"{code[:3]}-{code[3:]}"])
def test_keeps_every_gtin_as_fourteen_digits(length: int, shape: Callable[[str], str]) -> None:
    code = gtin(1234567, length=length)
    assert rules.normalise_barcode(shape(code)) == code.zfill(14)


def test_names_the_right_check_digit() -> None:
    with pytest.raises(errors.BarcodeCheckDigit) as refused:
        rules.normalise_barcode("5909990012344")
    assert refused.value.facts["right"] == "5909990012343"


@given(st.integers(0, 10**8), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(number: int, at: int, shift: int) -> None:
    code = gtin(number)
    wrong = code[:at] + str((int(code[at]) + shift) % 10) + code[at + 1 :]
    with pytest.raises(errors.BarcodeCheckDigit):
        rules.normalise_barcode(wrong)


@pytest.mark.parametrize("code", ["1", "123456", "12345678901", "123456789012345"])
def test_digits_that_are_no_gtin_need_a_letter(code: str) -> None:
    with pytest.raises(errors.BarcodeLength):
        rules.normalise_barcode(code)
    assert rules.normalise_barcode(f"S{code}") == f"S{code}"


@pytest.mark.parametrize("code", ["---", "#+#", "٥٩٠٩٩٩٠٠١٢٣٤٣"])
def test_signs_alone_are_no_barcode(code: str) -> None:
    with pytest.raises(errors.BarcodeInvalid):
        rules.normalise_barcode(code)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("05909990012343", "5909990012343"),
        ("15909990012340", "15909990012340"),
        ("00000096385074", "96385074"),
        ("SHELF-12", "SHELF-12"),
    ],
)
def test_shows_a_barcode_as_it_is_printed(stored: str, shown: str) -> None:
    assert rules.shown_barcode(stored) == shown


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("526-000-12-46", "5260001246"),
        ("PL5260001246", "5260001246"),
        ("pl 526 000 12 46", "5260001246"),
        ("DE136695976", "DE136695976"),
        ("PLATINUM", "PLATINUM"),
        (" 12345 ", "12345"),
        ("", ""),
    ],
)
def test_checks_polish_tax_ids_only(typed: str, kept: str) -> None:
    assert rules.normalise_tax_id(typed) == kept


@pytest.mark.parametrize("typed", ["5260001247", "PL526000124", "PL 52600012466", "0000000001"])
def test_refuses_a_wrong_polish_tax_id(typed: str) -> None:
    with pytest.raises(errors.TaxIdInvalid):
        rules.normalise_tax_id(typed)


@pytest.mark.parametrize(
    ("factor", "precision", "code"),
    [
        ("0", 0, "number.range"),
        ("-1", 0, "number.range"),
        ("0.5", 0, "number.range"),
        ("1.5", 0, "number.precision"),
        ("1.25", 1, "number.precision"),
        ("1e12", 0, "number.range"),
        ("NaN", 0, "number.range"),
        ("Infinity", 0, "number.range"),
    ],
)
def test_a_pack_holds_what_the_unit_can_express(factor: str, precision: int, code: str) -> None:
    problems = rules.pack_problems([("box", Decimal(factor))], precision=precision)
    assert [(problem.at, problem.code) for problem in problems] == [("/packs/0/factor", code)]


@pytest.mark.parametrize(("factor", "precision"), [("1", 0), ("30.00", 0), ("0.5", 1), ("0.000001", 6)])
def test_accepts_a_fitting_pack(factor: str, precision: int) -> None:
    assert rules.pack_problems([("box", Decimal(factor))], precision=precision) == []


def test_pack_names_stand_once() -> None:
    problems = rules.pack_problems([("Box", Decimal(10)), ("box ", Decimal(20))], precision=0)
    assert [(problem.at, problem.code) for problem in problems] == [("/packs/1/name", "pack.repeated")]


def test_the_same_barcode_in_two_spellings_is_one() -> None:
    keys, problems = rules.barcode_keys([gtin(1), "0" + gtin(1)])
    assert keys == ["0" + gtin(1)] * 2
    assert [(problem.at, problem.code) for problem in problems] == [("/barcodes/1/code", "barcode.repeated")]


@pytest.mark.parametrize("amount", ["-0.01", "NaN", "-Infinity", "0.00001", "1e15"])
def test_refuses_impossible_prices(amount: str) -> None:
    with pytest.raises(Invalid):
        rules.check_amount(Decimal(amount))


@pytest.mark.parametrize("amount", ["0", "0.0001", "99999999999999", "12.5000"])
def test_accepts_prices_to_four_decimals(amount: str) -> None:
    rules.check_amount(Decimal(amount))


@pytest.mark.parametrize("rate", ["-1", "100.01", "8.125", "NaN"])
def test_refuses_impossible_vat_rates(rate: str) -> None:
    problem = rules.vat_problem(Decimal(rate))
    assert problem is not None
    assert problem.at == "/vat_rate"


def test_words_and_types_name_the_same_codes() -> None:
    assert set(get_args(AllergyGroup)) == set(rules.ALLERGY_GROUPS)
    assert set(get_args(ProductKind)) == set(rules.KINDS)
    assert set(get_args(SupplierKind)) == set(rules.SUPPLIER_KINDS)
    assert set(get_args(PriceKind)) == set(rules.PRICE_KINDS)


@pytest.mark.parametrize(
    ("typed", "factor", "said"),
    [
        ("2", "30", "60"),
        ("1,5", "30", "45.0"),
        ("-2", "2.5", "-5.0"),
        ("0.000001", "0.5", "0.0000005"),
        ("two", "30", "two"),
        ("", "30", ""),
        ("NaN", "30", "NaN"),
        ("1e999999", "30", "1e999999"),
        ("1e-999999", "30", "1e-999999"),
    ],
)
def test_packs_become_base_units_and_what_is_no_quantity_stays_as_typed(
    typed: str, factor: str, said: str
) -> None:
    assert rules.in_base_units(typed, Decimal(factor)) == said
