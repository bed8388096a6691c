"""Whatever the records hold: each ends in one outcome, and no quantity is lost."""

import json
import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from stockroom.interchange.alorf import Migration, plan_migration, read_source
from stockroom.interchange.alorf.numbers import read_quantity
from stockroom.interchange.alorf.sources import TABLES

ZONE = ZoneInfo("Asia/Kuwait")
AT = datetime(2026, 1, 15, tzinfo=UTC)

ids = st.sampled_from(["01", "1", 1, 2, "02", "17", None, "", "x", True, 2.0]) | st.integers(-3, 20)
words = st.sampled_from(
    ["", None, "None", "Jan", "محمد", "Łucja", "12", "1/2", "2025-13-01", "a@b.pl", "admin"]
)
anything = words | st.text(max_size=8) | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
quantities = st.integers(-5, 500) | st.sampled_from(
    ["5", "2,5", "1/3", "many", "", None, "-2", "7 tabs", True]
)
lines = st.lists(
    st.fixed_dictionaries({}, optional={"medicine_id": ids, "quantity": quantities, "qty": quantities})
    | st.just("?"),
    max_size=3,
)
names = st.sampled_from(
    (
        "name",
        "dr_name",
        "username",
        "password",
        "email",
        "role",
        "age",
        "gender",
        "allergies",
        "date",
        "created_at",
        "status",
        "supplier_id",
        "department_id",
        "patient_id",
        "source_store_id",
        "destination_store_id",
        "expiry_date",
        "batch_number",
        "strength",
        "form_dosage",
        "unit_price",
        "low_stock_limit",
        "barcode_number",
        "is_active",
        "file_no",
        "notes",
        "odd_field",
    )
)
records = st.builds(
    lambda fields, extra: fields | extra,
    st.dictionaries(names, anything, max_size=6),
    st.fixed_dictionaries({}, optional={"id": ids, "medicines": lines}),
)
stores = st.fixed_dictionaries(
    {"inventory": st.dictionaries(st.sampled_from(["01", "1", "02", "17", "x"]), quantities, max_size=4)},
    optional={"id": ids, "name": words, "department_id": ids},
)
table = st.lists(records | st.none() | st.just({}), max_size=4)
sources = st.fixed_dictionaries(
    {"stores": st.lists(stores, max_size=4)}, optional={name: table for name in TABLES if name != "stores"}
)


def migrate(source: dict[str, list[object]]) -> Migration:
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in source.items():
            (Path(folder) / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
        return plan_migration(read_source(Path(folder), zone=ZONE), at=AT, zone=ZONE)


@settings(max_examples=150, deadline=None)
@given(sources)
def test_every_record_ends_in_exactly_one_outcome(source: dict[str, list[object]]) -> None:
    migration = migrate(source)
    assert migration.plan is not None
    told = [(line.entity, line.row) for line in migration.report.records]
    assert sorted(told) == sorted(
        (name, row) for name, rows in source.items() for row in range(1, len(rows) + 1)
    )
    for counts in migration.report.counts.values():
        assert counts.read == counts.taken + counts.changed + counts.refused
    taken = sum(line.outcome != "refused" for line in migration.report.records)
    plan = migration.plan
    people = (
        *plan.departments,
        *plan.patients,
        *plan.prescribers,
        *plan.users,
        *plan.suppliers,
        *plan.documents,
    )
    own_products = [product for product in plan.products if not product.placeholder]
    own_forms = sum(line.entity == "forms" and line.outcome != "refused" for line in migration.report.records)
    assert taken == len(people) + len(own_products) + len(plan.places) + own_forms
    msgspec.json.encode(migration.report)


@settings(max_examples=150, deadline=None)
@given(sources)
def test_no_quantity_is_lost(source: dict[str, list[object]]) -> None:
    plan = migrate(source).plan
    assert plan is not None
    entries = [
        read_quantity(quantity).value or Decimal(0)
        for store in source["stores"]
        for quantity in store["inventory"].values()
    ]
    accepted = sum(one.quantity for one in plan.openings)
    refused = sum(max(one.quantity or Decimal(0), Decimal(0)) for one in plan.refused_stock)
    assert accepted + refused == sum(quantity for quantity in entries if quantity > 0)
    assert all(one.quantity > 0 for one in plan.openings)


@settings(max_examples=100, deadline=None)
@given(sources)
def test_the_plan_holds_together_and_repeats(source: dict[str, list[object]]) -> None:
    plan, again = migrate(source).plan, migrate(source).plan
    assert plan is not None
    assert msgspec.json.encode(plan) == msgspec.json.encode(again)
    items = [item for name in plan.__struct_fields__ if name != "origin" for item in getattr(plan, name)]
    assert len({item.source_id for item in items}) == len(items)
    products, places = {one.key for one in plan.products}, {one.key for one in plan.places}
    batches = {one.key: one.product_key for one in plan.batches}
    assert set(batches.values()) <= products
    assert all(one.place_key in places and batches[one.batch_key] == one.product_key for one in plan.openings)
    assert {one.supplier_key for one in plan.products} <= {one.key for one in plan.suppliers} | {None}
    assert len({one.username.casefold() for one in plan.users}) == len(plan.users)
    assert len({one.file_number.casefold() for one in plan.patients}) == len(plan.patients)
    assert len({one.code.casefold() for one in plan.products}) == len(plan.products)
