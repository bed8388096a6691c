"""``stockroom import alorf``: its exit codes, what it says, and what it leaves alone."""

import asyncio
import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from stockroom.cli import main
from stockroom.platform.db import Connection
from tests.conftest import Clones, as_owner
from tests.interchange.alorf.ground import all_rows

Rows = dict[str, list[str]]


class Command:
    """The command against a database of its own."""

    def __init__(self, conninfo: str, data_dir: Path) -> None:
        self.conninfo = conninfo
        self.env = {
            "DATABASE_URL": conninfo, "DATABASE_OWNER_URL": as_owner(conninfo), "STOCKROOM_DATA_DIR": str(data_dir),
            "TIMEZONE": "Europe/Warsaw", "COLUMNS": "160",
        }  # fmt: skip

    def __call__(self, *arguments: object) -> Result:
        return CliRunner().invoke(main, ["import", "alorf", *map(str, arguments)], env=self.env)

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, env=self.env)

    def rows(self) -> Rows:
        async def read() -> Rows:
            async with await Connection.connect(self.conninfo, autocommit=True) as db:
                return await all_rows(db)

        return asyncio.run(read())


@pytest.fixture
def command(clones: Clones, tmp_path: Path) -> Command:
    return Command(clones.make(), tmp_path / "var")


def told(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


def test_imports_once_and_verifies_clean(command: Command, sample_folder: Path):
    first = command(sample_folder)
    assert first.exit_code == 0, first.output
    assert "Imported. Opening balances: OPN-2025-00001" in first.output
    before = command.rows()
    again = command(sample_folder)
    assert again.exit_code == 0
    assert "imported before. Nothing was changed" in again.output
    assert command.rows() == before
    assert command.run("verify").exit_code == 0


def test_a_dry_run_writes_nothing(command: Command, sample_zip: Path, tmp_path: Path):
    before, report = command.rows(), tmp_path / "report.json"
    result = command(sample_zip, "--dry-run", "--report", report)
    assert result.exit_code == 0
    assert "nothing was written" in result.output
    assert command.rows() == before
    assert told(report)["dry_run"]
    assert told(report)["outcome"]["tallies"]["patients"]["created"] == 5


def test_the_report_is_for_its_owner_only_and_without_passwords(
    command: Command, sample_folder: Path, tmp_path: Path
):
    report = tmp_path / "report.json"
    report.write_text("old")
    report.chmod(0o644)
    assert command(sample_folder, "--report", report).exit_code == 0
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    users = json.loads((sample_folder / "json" / "users.json").read_text())
    text = report.read_text("utf-8")
    assert not any(user["password"] in text for user in users)
    assert told(report)["report"]["counts"]["patients"]["read"] == 5


def test_a_broken_file_is_named_and_changes_nothing(command: Command, sample_folder: Path, tmp_path: Path):
    broken = tmp_path / "backup"
    shutil.copytree(sample_folder, broken)
    for name in ("json/patients.json", "json/stores.json"):
        (broken / name).write_text('[{"id": "01", ', encoding="utf-8")
    before, report = command.rows(), tmp_path / "report.json"
    result = command(broken, "--report", report)
    assert result.exit_code == 1
    assert "json/patients.json: " in result.output
    assert "json/stores.json: " in result.output
    assert "Nothing was imported" in result.output
    assert command.rows() == before
    assert told(report)["outcome"] is None


def test_nothing_to_read_is_a_broken_source(command: Command, tmp_path: Path):
    assert command(tmp_path / "nowhere").exit_code == 1


def test_wrong_usage(command: Command, sample_folder: Path, tmp_path: Path):
    assert command().exit_code == 2
    assert command(sample_folder, "--reprot").exit_code == 2
    result = command(sample_folder, "--report", tmp_path / "nowhere" / "report.json")
    assert result.exit_code == 2
    assert "cannot be written" in result.output
