"""Old stock against old documents, and what is kept of them."""

import json
from collections.abc import Callable
from datetime import date

import pytest

from stockroom.interchange.alorf import Line, Migration, Plan

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


def difference(migration: Migration) -> Line:
    (line,) = migration.report.differences
    return line


def purchase(
    number: str, quantity: object, status: str | None = "complete", **more: object
) -> dict[str, object]:
    lines = [{"medicine_id": "1", "quantity": quantity}]
    return {
        "id": number,
        "supplier_id": "1",
        "date": "2025-09-01",
        "medicines": lines,
        "status": status,
    } | more


def test_purchases_transfers_and_consumption_make_what_is_expected(migrate: Migrate) -> None:
    migration = migrate(
        departments=WARDS,
        medicines=[APAP],
        stores=[MAIN | {"inventory": {"01": 70}}, WARD | {"inventory": {"01": 15}}],
        purchases=[purchase("01", 100)],
        transfers=[
            {
                "id": "1",
                "source_store_id": "1",
                "destination_store_id": 2,
                "medicines": [{"medicine_id": "01", "quantity": 20}],
                "status": "completed",
            }
        ],
        consumption=[
            {"id": "1", "date": "2025-09-02", "medicines": [{"medicine_id": "01", "quantity": 10}]},
            {"id": "2", "department_id": "2", "medicines": {"01": 5}},
        ],
    )
    assert planned(migration).differences == ()
    assert [(one.place_key, one.quantity) for one in planned(migration).openings] == [("01", 70), ("02", 15)]


def test_a_difference_names_both_figures_and_the_documents(migrate: Migrate) -> None:
    migration = migrate(
        medicines=[APAP], stores=[MAIN | {"inventory": {"01": 90}}], purchases=[purchase("07", 100)]
    )
    line = difference(migration)
    assert line.code == "unexplained"
    assert (line.details["recorded"], line.details["expected"], line.details["opening"]) == (
        "90",
        "100",
        "90",
    )
    assert line.details["documents"] == "purchase 07 +100"
    assert planned(migration).openings[0].quantity == 90


def test_a_delivered_purchase_counted_twice_is_recognised(migrate: Migrate) -> None:
    migration = migrate(
        medicines=[APAP],
        stores=[MAIN | {"inventory": {"01": 180}}],
        purchases=[purchase("01", 100), purchase("02", 40, "delivered"), purchase("03", 60, "cancelled")],
    )
    line = difference(migration)
    assert line.code == "delivered_purchase_counted_twice"
    assert line.details["explained_by"] == "purchase 02 +40"
    assert line.details["recorded"] == line.details["opening"] == "180"


def test_a_pending_purchase_already_counted_is_recognised(migrate: Migrate) -> None:
    migration = migrate(
        medicines=[APAP], stores=[MAIN | {"inventory": {"01": 60}}], purchases=[purchase("03", 60, "pending")]
    )
    assert difference(migration).code == "pending_purchase_counted"


@pytest.mark.parametrize(
    ("stores", "documents", "code"),
    [
        ([MAIN | {"inventory": {"01": 5}}], {}, "no_documents"),
        (
            [MAIN | {"inventory": {"01": 0}}],
            {"consumption": [{"id": "1", "medicines": [{"medicine_id": "1", "quantity": 4}]}]},
            "consumed_more_than_stock",
        ),
    ],
)
def test_other_reasons_are_named(
    stores: list[object], documents: dict[str, list[object]], code: str, migrate: Migrate
) -> None:
    assert difference(migrate(medicines=[APAP], stores=stores, **documents)).code == code


def test_stock_that_lies_in_another_store_than_the_documents_say(migrate: Migrate) -> None:
    migration = migrate(
        departments=WARDS,
        medicines=[APAP],
        stores=[MAIN | {"inventory": {"01": 80}}, WARD | {"inventory": {"01": 20}}],
        purchases=[purchase("1", 100)],
    )
    codes = {line.old_id: line.code for line in migration.report.differences}
    assert codes == {"01/01": "in_another_store", "02/01": "no_documents"}


def test_a_store_that_is_gone_shows_as_a_difference(migrate: Migrate) -> None:
    migration = migrate(
        medicines=[APAP],
        stores=[MAIN | {"inventory": {"01": 80}}],
        purchases=[purchase("1", 100)],
        transfers=[
            {
                "id": "1",
                "from_store_id": "1",
                "to_store_id": "8",
                "medicines": [{"medicine_id": "1", "quantity": 20}],
                "status": "completed",
            }
        ],
    )
    (found,) = planned(migration).differences
    assert (found.code, found.place_key, found.expected, found.opening) == (
        "stock_in_gone_store",
        None,
        20,
        0,
    )
    assert {"store_gone", "field_renamed"} <= codes_of(migration, "transfers")


def test_documents_are_kept_whole_with_what_is_gone_named(migrate: Migrate) -> None:
    told = purchase("5", "12 boxes", None, purchase_date="2025-09-01", date="", notes="فاتورة")
    migration = migrate(purchases=[told], consumption=[{"id": "1", "patient_id": "44", "medicines": ["?"]}])
    document, eaten = planned(migration).documents
    assert json.loads(document.raw) == told
    assert (document.on, document.notes) == (date(2025, 9, 1), "فاتورة")
    assert (document.lines[0].product_key, document.lines[0].old_medicine_id) == (None, "01")
    assert (document.lines[0].quantity, document.lines[0].quantity_text) == (12, "12 boxes")
    assert {
        "supplier_gone",
        "medicine_gone",
        "status_missing",
        "field_renamed",
        "number_with_words",
    } <= codes_of(migration, "purchases")
    assert eaten.parties["patient"] == "44"
    assert {"patient_gone", "line_unreadable"} <= codes_of(migration, "consumption")


def test_an_unknown_status_moves_no_stock(migrate: Migrate) -> None:
    migration = migrate(medicines=[APAP], stores=[MAIN], purchases=[purchase("1", 5, "maybe")])
    assert planned(migration).differences == ()
    assert "status_unknown" in codes_of(migration, "purchases")


def test_the_activity_log_is_kept(migrate: Migrate) -> None:
    entry = {
        "id": "1",
        "timestamp": "2025-07-01T12:00:00",
        "username": "anna",
        "action": "DELETE",
        "entity_type": "medicine",
        "entity_id": "3",
        "details": {"name": "Apap"},
    }
    (document,) = planned(migrate(history=[entry])).documents
    assert (document.kind, document.parties["user"], document.parties["entity_id"]) == (
        "activity",
        "anna",
        "03",
    )
    assert json.loads(document.raw) == entry
