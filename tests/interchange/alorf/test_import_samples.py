"""The samples arrive whole, once, and without a password."""

import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from stockroom.insight import verify_everything
from stockroom.interchange import Migration, rehearse_alorf
from stockroom.platform.db import Connection
from stockroom.stock import find_broken_invariants
from tests.interchange.alorf.ground import ACTOR, AT, all_rows, bring, codes, values

MigrateAt = Callable[[Path], Migration]
COUNTS = {
    "departments": "select count(*) from people.department",
    "stores": "select count(*) from stock.place where not outside",
    "suppliers": "select count(*) from catalog.supplier",
    "medicines": "select count(*) from catalog.product",
    "patients": "select count(*) from dispensing.patient",
    "doctors": "select count(*) from dispensing.prescriber",
    "users": "select count(*) from people.account",
    "purchases": "select count(*) from interchange.old_document where kind = 'purchase'",
    "consumption": "select count(*) from interchange.old_document where kind = 'consumption'",
    "transfers": "select count(*) from interchange.old_document where kind = 'transfer'",
}
BALANCES = """
select p.code, c.code, sum(b.on_hand)
from stock.balance b join stock.place p on p.id = b.place_id join catalog.product c on c.id = b.product_id
group by 1, 2
"""


def tables_of(path: Path) -> dict[str, list[dict[str, Any]]]:
    if path.is_dir():
        return {file.stem: json.loads(file.read_text("utf-8")) for file in (path / "json").glob("*.json")}
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith("json/")]
        return {Path(name).stem: json.loads(archive.read(name)) for name in names}


@pytest.fixture(params=["sample_folder", "sample_zip"])
def sample(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


async def test_counts_equal_the_source(db: Connection, sample: Path, migrate_at: MigrateAt):
    outcome, tables = await bring(db, migrate_at(sample)), tables_of(sample)
    for table, statement in COUNTS.items():
        assert await values(db, statement) == [len(tables[table])], table
        assert outcome.tallies[table].created == outcome.tallies[table].planned == len(tables[table])


async def test_every_balance_equals_the_old_inventory(db: Connection, sample: Path, migrate_at: MigrateAt):
    outcome = await bring(db, migrate_at(sample))
    old = {
        (f"ALORF-{store['id']}", f"ALORF-{medicine}"): Decimal(quantity)
        for store in tables_of(sample)["stores"]
        for medicine, quantity in store["inventory"].items()
    }
    assert {(place, product): held for place, product, held in await values(db, BALANCES)} == old
    assert len(outcome.documents) == len({place for place, _ in old})
    assert await find_broken_invariants(db) == []


async def test_what_the_old_records_said_is_there(db: Connection, sample_folder: Path, migrate_at: MigrateAt):
    await bring(db, migrate_at(sample_folder))
    old = tables_of(sample_folder)
    prices = await values(db, "select c.code, r.amount, r.kind, r.currency from catalog.price r"
                              " join catalog.product c on c.id = r.product_id")  # fmt: skip
    assert {(code, amount) for code, amount, _, _ in prices} == {
        (f"ALORF-{one['id']}", Decimal(str(one["unit_price"]))) for one in old["medicines"]
    }
    assert {(kind, currency) for _, _, kind, currency in prices} == {("purchase", "PLN")}
    levels = await values(db, "select c.code, l.minimum, l.reorder_at from stock.level l"
                              " join catalog.product c on c.id = l.product_id where l.place_id is null")  # fmt: skip
    limits = {f"ALORF-{one['id']}": one["low_stock_limit"] for one in old["medicines"]}
    assert {code: (int(least), int(reorder)) for code, least, reorder in levels} == {
        code: (limit, limit) for code, limit in limits.items()
    }
    patients = await values(
        db, "select name, phone, address, history from dispensing.patient order by file_number"
    )
    assert patients == [
        (one["name"], one["phone"], one["address"], one["medical_history"]) for one in old["patients"]
    ]


async def test_the_main_pharmacy_is_the_main_department_with_the_main_store(
    db: Connection, sample: Path, migrate_at: MigrateAt
):
    await bring(db, migrate_at(sample))
    main = await values(
        db,
        "select d.name, p.code, p.kind from stock.place p join people.department d on d.id = p.department_id"
        " where p.is_main and d.is_main",
    )
    assert main == [("Main Pharmacy", "ALORF-01", "storage")]


async def test_opening_balances_bear_the_date_of_the_backup(
    db: Connection, sample_folder: Path, migrate_at: MigrateAt
):
    migration = migrate_at(sample_folder)
    await bring(db, migration)
    assert migration.plan is not None
    assert set(await values(db, "select at from stock.document")) == {migration.plan.origin.made_at}
    assert set(await values(db, "select kind from stock.document")) == {"opening"}


async def test_a_second_import_changes_nothing(db: Connection, sample: Path, migrate_at: MigrateAt):
    await bring(db, migrate_at(sample))
    before = await all_rows(db)
    again = await bring(db, migrate_at(sample))
    assert again.nothing_new
    assert again.lines == ()
    assert again.documents == ()
    assert all(tally.already == tally.planned for tally in again.tallies.values())
    assert await all_rows(db) == before


async def test_a_rehearsal_says_the_same_and_writes_nothing(
    db: Connection, sample: Path, migrate_at: MigrateAt
):
    before, migration = await all_rows(db), migrate_at(sample)
    assert migration.plan is not None
    rehearsed = await rehearse_alorf(db, plan=migration.plan, currency="PLN", actor=ACTOR, at=AT)
    assert await all_rows(db) == before
    assert await bring(db, migration) == rehearsed
    assert not rehearsed.nothing_new


async def test_no_password_reaches_the_database(db: Connection, sample: Path, migrate_at: MigrateAt):
    await bring(db, migrate_at(sample))
    everything = json.dumps(await all_rows(db))
    passwords = [user["password"] for user in tables_of(sample)["users"]]
    assert passwords
    assert not any(password in everything for password in passwords)
    assert set(await values(db, "select password_hash from people.account")) == {None}


async def test_the_ledger_and_the_audit_trail_are_whole(database, sample_zip: Path, migrate_at: MigrateAt):
    async with database.transaction() as db:
        await bring(db, migrate_at(sample_zip))
    async with database.connection() as db:
        report = await verify_everything(db)
        assert report.ok, report
        imports = await values(
            db, "select count(*) from platform.audit_entry where action = 'interchange.alorf.import'"
        )
        assert imports == [1]


async def test_another_system_is_noticed(
    db: Connection, sample_folder: Path, sample_zip: Path, migrate_at: MigrateAt
):
    await bring(db, migrate_at(sample_folder))
    before = await all_rows(db)
    outcome = await bring(db, migrate_at(sample_zip))
    assert "other_system" in codes(outcome)
    assert await all_rows(db) == before
