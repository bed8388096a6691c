"""Dirty medicines, stock and documents: one test for each rule."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from stockroom.interchange.alorf import Migration, Plan
from stockroom.interchange.alorf.catalog import is_gtin
from stockroom.interchange.alorf.dates import read_day
from stockroom.interchange.alorf.forms import read_form, read_strength
from stockroom.interchange.alorf.numbers import read_money, read_quantity

Migrate = Callable[..., Migration]
MAIN = {"id": "01", "name": "Main Store", "department_id": "01"}
WARD = {"id": "02", "name": "Ward Store", "department_id": "02"}
WARDS = [{"id": "01", "name": "Main Pharmacy"}, {"id": "02", "name": "Surgery"}]
APAP = {"id": "01", "name": "Apap", "strength": "500mg", "form_dosage": "Tablet", "expiry_date": "2027-01-31"}


def planned(migration: Migration) -> Plan:
    assert migration.plan is not None, migration.report.fatal
    return migration.plan


def codes_of(migration: Migration, entity: str) -> set[str]:
    lines = [line for line in migration.report.records if line.entity == entity]
    return {finding.code for line in lines for finding in line.findings}


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        (12, "12", ""),
        ("12", "12", ""),
        (" 12,5 ", "12.5", ""),
        ("1 200", "1200", ""),
        ("1,200", "1200", "number_ambiguous"),
        ("1.234,5", "1234.5", ""),
        ("1/2", "0.5", ""),
        ("2½", "2.5", ""),
        ("2 1/2", "2.5", ""),
        ("1/3", "0.333333", "number_rounded"),
        ("-5", "-5", ""),
        ("12 tablets", "12", "number_with_words"),
        ("٢٣", "23", ""),
        ("1e3", "1000", ""),
        ("10 x 5", None, "number_unreadable"),
        ("lots", None, "number_unreadable"),
        ("1/0", None, "number_unreadable"),
        (True, None, "number_unreadable"),
        ("9" * 13, None, "number_too_large"),
        ("1" + " " * 100_000 + "!", None, "number_unreadable"),
        (None, None, "empty"),
        ("", None, "empty"),
    ],
)
def test_quantities_as_people_typed_them(text: object, value: str | None, code: str) -> None:
    assert read_quantity(text) == (Decimal(value) if value else None, code)


def test_prices_lose_their_currency_and_are_never_negative() -> None:
    assert read_money("12,50 zł") == (Decimal("12.5"), "")
    assert read_money("$3.64").value == Decimal("3.64")
    assert read_money(-1) == (None, "number_negative")


@pytest.mark.parametrize(
    ("text", "day", "code"),
    [
        ("2027-01-31", date(2027, 1, 31), ""),
        ("31.01.2027", date(2027, 1, 31), ""),
        ("01/31/2027", date(2027, 1, 31), ""),
        ("03/04/2027", date(2027, 4, 3), "date_ambiguous"),
        ("02/2028", date(2028, 2, 29), ""),
        ("2027-06", date(2027, 6, 30), ""),
        ("12/26", date(2026, 12, 31), ""),
        ("Jun 2027", date(2027, 6, 30), ""),
        ("٢٠٢٧-٠١-٣١", date(2027, 1, 31), ""),
        ("31.02.2027", None, "date_unreadable"),
        ("soon", None, "date_unreadable"),
        ("", None, "empty"),
    ],
)
def test_expiry_dates_as_people_typed_them(text: str, day: date | None, code: str) -> None:
    assert read_day(text) == (day, code)


@pytest.mark.parametrize(
    ("text", "form", "strength"),
    [
        ("Capsule 250mg", "capsule", "250mg"),
        ("Syrup 100ml", "syrup", ""),
        ("Tabletki powl. 20 mg", "tablet", "20 mg"),
        ("Amp. 5mg/ml", "injection", "5mg/ml"),
        ("maść", "ointment", ""),
        ("Eye drops", "drops", ""),
        ("أقراص", "tablet", ""),
        ("czopki", "suppository", ""),
        ("", "other", ""),
        ("leeches", None, ""),
    ],
)
def test_dosage_forms_in_free_text(text: str, form: str | None, strength: str) -> None:
    assert (read_form(text), read_strength(text)) == (form, strength)


def test_the_free_text_of_a_form_is_kept_and_an_unknown_one_said(migrate: Migrate) -> None:
    migration = migrate(medicines=[{"id": "1", "name": "X", "form_dosage": "leeches 5 pcs"}])
    (product,) = planned(migration).products
    assert (product.form, product.form_text) == ("other", "leeches 5 pcs")
    assert "form_unknown" in codes_of(migration, "medicines")


def test_the_older_pair_of_form_and_dosage_is_one_text(migrate: Migrate) -> None:
    (product,) = planned(
        migrate(medicines=[{"id": "1", "name": "X", "form": "Tablet", "dosage": "5mg"}])
    ).products
    assert (product.form, product.form_text, product.strength) == ("tablet", "Tablet 5mg", "5mg")


def test_a_strength_that_disagrees_with_the_form_is_pointed_out(migrate: Migrate) -> None:
    migration = migrate(
        medicines=[{"id": "1", "name": "X", "form_dosage": "Capsule 250mg", "strength": "180mg"}]
    )
    assert planned(migration).products[0].strength == "180mg"
    assert "strength_disagrees" in codes_of(migration, "medicines")


def test_own_forms_are_planned_only_when_new(migrate: Migrate) -> None:
    plan = planned(migrate(forms=[{"id": "1", "name": "Tablets"}, {"id": "2", "name": "Lozenge"}]))
    assert [one.name for one in plan.forms] == ["Lozenge"]


def test_two_medicines_of_one_name_are_both_kept_with_their_own_codes(migrate: Migrate) -> None:
    migration = migrate(medicines=[APAP, APAP | {"id": "2"}, APAP | {"id": "3", "strength": "1g"}])
    assert [one.code for one in planned(migration).products] == ["ALORF-01", "ALORF-02", "ALORF-03"]
    said = [line.old_id for line in migration.report.records if line.code == "duplicate_name"]
    assert said == ["02"]


def test_barcodes_are_checked_and_given_once(migrate: Migrate) -> None:
    migration = migrate(
        medicines=[
            APAP | {"barcode_number": "5901234123457"},
            {"id": "2", "name": "B", "barcode_number": "5901234123457"},
            {"id": "3", "name": "C", "barcode_number": "5901234123450"},
        ]
    )
    products = planned(migration).products
    assert [one.barcode for one in products] == ["5901234123457", "", ""]
    assert "barcode: 5901234123450" in products[2].notes
    assert {"barcode_taken", "barcode_wrong"} <= codes_of(migration, "medicines")
    assert is_gtin("96385074")
    assert not is_gtin("12345")


def test_numbers_of_a_medicine_that_cannot_be_used_are_said(migrate: Migrate) -> None:
    migration = migrate(
        medicines=[APAP | {"low_stock_limit": "-4", "unit_price": "dear", "supplier_id": "9"}]
    )
    (product,) = planned(migration).products
    assert (product.low_stock_limit, product.price, product.supplier_key) == (None, None, None)
    assert {"number_negative", "number_unreadable", "supplier_gone"} <= codes_of(migration, "medicines")


def test_batch_and_expiry_on_the_medicine_become_its_batch(migrate: Migrate) -> None:
    plan = planned(
        migrate(medicines=[APAP | {"batch_number": "L-7"}], stores=[MAIN | {"inventory": {"1": 30}}])
    )
    (batch,) = plan.batches
    assert (batch.product_key, batch.code, batch.expires_on, batch.flags) == (
        "01",
        "L-7",
        date(2027, 1, 31),
        (),
    )
    (opening,) = plan.openings
    assert (opening.place_key, opening.batch_key, opening.quantity) == ("01", batch.key, 30)
    assert plan.products[0].flags == ()


def test_batches_within_the_inventory_stay_apart(migrate: Migrate) -> None:
    lots = [
        {"medicine_id": "1", "quantity": 3, "batch_number": "A", "expiry_date": "05/2027"},
        {"medicine_id": "1", "quantity": 4, "batch_number": "B"},
    ]
    plan = planned(migrate(medicines=[{"id": "1", "name": "X"}], stores=[MAIN | {"inventory": lots}]))
    assert {(one.code, one.expires_on) for one in plan.batches} == {("A", date(2027, 5, 31)), ("B", None)}
    assert sorted(one.quantity for one in plan.openings) == [3, 4]


def test_stock_without_expiry_comes_in_flagged(migrate: Migrate) -> None:
    migration = migrate(medicines=[{"id": "1", "name": "X"}], stores=[MAIN | {"inventory": {"1": 5}}])
    plan = planned(migration)
    assert (plan.products[0].flags, plan.batches[0].flags) == (("no_expiry",), ("no_expiry",))
    assert plan.openings[0].quantity == 5
    assert "no_expiry" in codes_of(migration, "medicines")


def test_a_medicine_without_stock_and_expiry_is_not_flagged(migrate: Migrate) -> None:
    migration = migrate(medicines=[{"id": "1", "name": "X"}], stores=[MAIN | {"inventory": {"1": 0}}])
    assert (planned(migration).products[0].flags, planned(migration).openings) == ((), ())


def test_expired_stock_is_flagged(migrate: Migrate) -> None:
    migration = migrate(
        medicines=[APAP | {"expiry_date": "2025-12-31"}], stores=[MAIN | {"inventory": {"1": 5}}]
    )
    assert planned(migration).products[0].flags == ("expired_stock",)
    assert "expired_stock" in codes_of(migration, "medicines")


def test_stock_of_a_medicine_that_is_gone_comes_in_under_a_stand_in(migrate: Migrate) -> None:
    migration = migrate(stores=[MAIN | {"inventory": {"17": 8}}])
    (product,) = planned(migration).products
    assert (product.name, product.active, product.placeholder) == (
        "Unknown medicine 17 (from ALORF)",
        False,
        True,
    )
    assert planned(migration).openings[0].quantity == 8
    assert "placeholder_made" in codes_of(migration, "stores")


def test_negative_stock_becomes_zero_and_is_listed(migrate: Migrate) -> None:
    migration = migrate(medicines=[APAP], stores=[MAIN | {"inventory": {"01": -4}}])
    assert planned(migration).openings == ()
    assert "negative_stock" in codes_of(migration, "stores")
    (found,) = planned(migration).differences
    assert (found.code, found.recorded, found.opening) == ("negative_opening", -4, 0)


def test_unreadable_stock_is_refused_and_listed(migrate: Migrate) -> None:
    migration = migrate(medicines=[APAP], stores=[MAIN | {"inventory": {"01": "many"}}])
    (refused,) = planned(migration).refused_stock
    assert (refused.old_store_id, refused.old_medicine_id, refused.quantity_text) == ("01", "01", "many")
    assert "stock_unreadable" in codes_of(migration, "stores")


def test_fractions_set_the_precision_of_the_product(migrate: Migrate) -> None:
    plan = planned(migrate(medicines=[APAP], stores=[MAIN | {"inventory": {"01": "12,25"}}]))
    assert (plan.products[0].precision, plan.openings[0].quantity) == (2, Decimal("12.25"))


def test_one_medicine_under_two_spellings_of_its_id_is_summed(migrate: Migrate) -> None:
    migration = migrate(medicines=[APAP], stores=[MAIN | {"inventory": {"01": 5, "1": 2}}])
    assert [one.quantity for one in planned(migration).openings] == [7]
    assert "stock_merged" in codes_of(migration, "stores")


def test_the_stock_of_a_refused_store_is_listed_with_its_quantities(migrate: Migrate) -> None:
    migration = migrate(
        medicines=[APAP], stores=[MAIN | {"inventory": {"01": 5}}, MAIN | {"inventory": {"01": 9}}]
    )
    assert [one.quantity for one in planned(migration).openings] == [5]
    (refused,) = planned(migration).refused_stock
    assert (refused.quantity, refused.code) == (9, "duplicate_id")
    assert "stock_refused" in codes_of(migration, "stores")
