"""Both samples come over whole, in every layout."""

import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from stockroom.interchange.alorf import Migration, Plan, fingerprint

MigrateAt = Callable[[Path], Migration]
ENTITIES = {
    "departments": "departments",
    "stores": "places",
    "suppliers": "suppliers",
    "medicines": "products",
    "patients": "patients",
    "doctors": "prescribers",
    "users": "users",
}
DOCUMENTS = {"purchases": "purchase", "consumption": "consumption", "transfers": "transfer"}


def planned(migration: Migration) -> Plan:
    assert migration.plan is not None, migration.report.fatal
    return migration.plan


def tables_of(path: Path) -> dict[str, list[dict[str, object]]]:
    if path.is_dir():
        return {file.stem: json.loads(file.read_text()) for file in (path / "json").glob("*.json")}
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith("json/")]
        return {Path(name).stem: json.loads(archive.read(name)) for name in names}


@pytest.fixture(params=["sample_folder", "sample_zip"])
def sample(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


def test_counts_equal_the_source(sample: Path, migrate_at: MigrateAt) -> None:
    migration, tables = migrate_at(sample), tables_of(sample)
    plan = planned(migration)
    for table, items in ENTITIES.items():
        assert len(getattr(plan, items)) == len(tables[table]) > 0
        assert migration.report.counts[table].read == len(tables[table])
        assert migration.report.counts[table].refused == 0
    kinds = Counter(document.kind for document in plan.documents)
    assert kinds == {kind: len(tables[table]) for table, kind in DOCUMENTS.items()}


def test_opening_balances_equal_the_old_inventories(sample: Path, migrate_at: MigrateAt) -> None:
    plan = planned(migrate_at(sample))
    old = {
        (store["id"], medicine): Decimal(quantity)
        for store in tables_of(sample)["stores"]
        for medicine, quantity in store["inventory"].items()
    }
    assert {(one.place_key, one.product_key): one.quantity for one in plan.openings} == old
    assert plan.refused_stock == ()


def test_sample_documents_explain_the_sample_stock(sample: Path, migrate_at: MigrateAt) -> None:
    migration = migrate_at(sample)
    assert planned(migration).differences == ()
    assert migration.report.differences == ()


def test_planning_twice_gives_the_same_plan_byte_for_byte(sample: Path, migrate_at: MigrateAt) -> None:
    first, second = planned(migrate_at(sample)), planned(migrate_at(sample))
    assert msgspec.json.encode(first) == msgspec.json.encode(second)
    assert fingerprint(first) == fingerprint(second)


def test_source_ids_are_unique(sample: Path, migrate_at: MigrateAt) -> None:
    plan = planned(migrate_at(sample))
    ids = [
        item.source_id for name in plan.__struct_fields__ if name != "origin" for item in getattr(plan, name)
    ]
    assert len(ids) == len(set(ids))
    assert "alorf:medicine:01" in ids


def test_no_password_reaches_plan_or_report(sample: Path, migrate_at: MigrateAt) -> None:
    migration = migrate_at(sample)
    passwords = [str(user["password"]) for user in tables_of(sample)["users"]]
    said = msgspec.json.encode(migration.plan) + msgspec.json.encode(migration.report)
    assert passwords
    assert not any(password.encode() in said for password in passwords)
    assert migration.report.codes["password_dropped"] == len(passwords)


def test_roles_and_places_follow_the_main_pharmacy(sample: Path, migrate_at: MigrateAt) -> None:
    plan = planned(migrate_at(sample))
    assert [(user.username, user.role) for user in plan.users] == [
        ("admin", "admin"),
        ("pharmacy", "pharmacist"),
    ]
    assert [(place.key, place.kind) for place in plan.places if place.is_main] == [("01", "storage")]
    assert {place.kind for place in plan.places if not place.is_main} == {"ward"}


def test_old_times_survive_in_the_given_zone(sample_folder: Path, migrate_at: MigrateAt) -> None:
    migration = migrate_at(sample_folder)
    department = planned(migration).departments[0]
    assert department.created_at == datetime(2024, 8, 5, 5, 30, 30, 395230, tzinfo=UTC)
    naive = [line for line in migration.report.files if line.code == "naive_times"]
    assert {line.details["zone"] for line in naive} == {"Europe/Warsaw"}


def root_csv_zip(folder: Path, to: Path) -> Path:
    with zipfile.ZipFile(to, "w") as archive:
        for file in sorted((folder / "csv").iterdir()):
            archive.write(file, file.name)
        archive.writestr("backup_metadata.json", '{"backup_date": "2025-10-16T07:30:30", "format": "CSV"}')
    return to


def data_folder(folder: Path, to: Path) -> Path:
    shutil.copytree(folder / "json", to / "data")
    return to


def json_zip(folder: Path, to: Path) -> Path:
    with zipfile.ZipFile(to, "w") as archive:
        for file in sorted((folder / "json").iterdir()):
            archive.write(file, f"backup/json/{file.name}")
    return to


@pytest.mark.parametrize(
    ("build", "layout"),
    [(data_folder, "json folder"), (root_csv_zip, "csv zip"), (json_zip, "backup zip")],
)
def test_every_layout_gives_the_same_stock_and_people(
    build: Callable[[Path, Path], Path],
    layout: str,
    sample_folder: Path,
    tmp_path: Path,
    migrate_at: MigrateAt,
) -> None:
    plan, whole = (
        planned(migrate_at(build(sample_folder, tmp_path / "x"))),
        planned(migrate_at(sample_folder)),
    )
    assert plan.origin.layout == layout
    assert plan.openings == whole.openings
    assert plan.batches == whole.batches
    assert plan.products == whole.products
    assert plan.patients == whole.patients
    assert plan.users == whole.users
    assert plan.differences == ()
    assert [(one.source_id, one.lines) for one in plan.documents] == [
        (one.source_id, one.lines) for one in whole.documents
    ]


def test_flat_rows_without_a_date_keep_their_documents(
    sample_folder: Path, tmp_path: Path, migrate_at: MigrateAt
) -> None:
    migration = migrate_at(root_csv_zip(sample_folder, tmp_path / "x.zip"))
    purchase = next(one for one in planned(migration).documents if one.kind == "purchase")
    assert purchase.on is None
    assert purchase.number == "INV-9405"
    said = [line.findings for line in migration.report.records if line.entity == "purchases"]
    assert any(one.code == "fields_missing" and "date" in one.details["fields"] for one in said[0])
