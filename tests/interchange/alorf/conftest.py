"""Small ALORF data folders, written and planned in one call."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from stockroom.interchange.alorf import Migration, plan_migration, read_source

ZONE = ZoneInfo("Europe/Warsaw")
AT = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
SAMPLES = Path(__file__).parent / "samples"

Records = list[object]
Migrate = Callable[..., Migration]


def migrate_path(path: Path) -> Migration:
    return plan_migration(read_source(path, zone=ZONE), at=AT, zone=ZONE)


@pytest.fixture
def migrate(tmp_path: Path) -> Migrate:
    """`migrate(medicines=[...], stores=[...])`: tables not given are empty."""

    def run(**tables: Records) -> Migration:
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        given = {"departments": [{"id": "01", "name": "Main Pharmacy"}]} | tables
        for name, records in given.items():
            (folder / f"{name}.json").write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
        return migrate_path(folder)

    return run


@pytest.fixture
def sample_folder() -> Path:
    return SAMPLES / "alorf-backup"


@pytest.fixture
def sample_zip() -> Path:
    return SAMPLES / "alorf-backup-20250925.zip"


@pytest.fixture
def migrate_at() -> Callable[[Path], Migration]:
    return migrate_path
