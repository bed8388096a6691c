import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from stockroom.platform.embedded import (
    ClusterNotMade,
    ClusterUnrecognised,
    ClusterVersionMismatch,
    EmbeddedPostgres,
    ServerDidNotStart,
    SettingRefused,
    StorageFailed,
    cluster,
)

Postmaster = Callable[[], psutil.Process]


def ask(conninfo: str, query: str) -> object:
    with psycopg.connect(conninfo) as db:
        row = db.execute(query).fetchone()  # pyright: ignore[reportArgumentType]
    return row[0] if row else None


def fingerprint(folder: Path) -> dict[str, tuple[int, int, str]]:
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in sorted(folder.rglob("*"))
    }


def test_first_start_makes_a_checksummed_utf8_cluster_with_its_database(new_dir: Path) -> None:
    with EmbeddedPostgres(new_dir) as postgres:
        conninfo = postgres.start()
        assert ask(conninfo, "select current_database() || '/' || current_user") == "stockroom/stockroom"
        assert ask(conninfo, "show data_checksums") == "on"
        assert ask(conninfo, "show server_encoding") == "UTF8"
        assert ask(conninfo, "select lower('ZAŻÓŁĆ')") == "zażółć"
        assert (new_dir / "postgres").owner() == postgres.server_account != "root"
        assert stat.S_IMODE((new_dir / "postgres").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("wal_level", "replica"),
        ("max_connections", "100"),
        ("shared_buffers", "128MB"),
        ("TimeZone", "UTC"),
        ("jit", "off"),
        ("random_page_cost", "1.1"),
        ("track_io_timing", "on"),
        ("lc_messages", "C"),
        ("listen_addresses", ""),
        ("log_error_verbosity", "terse"),
    ],
)
def test_server_runs_with_our_settings(shared: str, name: str, value: str) -> None:
    assert ask(shared, f"select current_setting('{name}')") == value


def test_data_outlives_a_restart(data_dir: Path, postmaster: Postmaster) -> None:
    with EmbeddedPostgres(data_dir) as postgres:
        first = postmaster().pid
        with psycopg.connect(postgres.start()) as db:
            db.execute("create table box as select 12 as tablets")
    assert not psutil.pid_exists(first) or psutil.Process(first).status() == psutil.STATUS_ZOMBIE
    with EmbeddedPostgres(data_dir) as postgres:
        assert ask(postgres.start(), "select tablets from box") == 12


def test_callers_settings_win_over_ours(data_dir: Path) -> None:
    with EmbeddedPostgres(
        data_dir, settings={"work_mem": "9MB", "search_path": "o'brien, public"}
    ) as postgres:
        conninfo = postgres.start()
        assert ask(conninfo, "show work_mem") == "9MB"
        assert ask(conninfo, "show search_path") == "o'brien, public"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("listen_addresses", "*"),
        ("PORT", "1"),
        ("hba_file", "/x"),
        ("a = b", "c"),
        ("work_mem", "1\nfsync=off"),
    ],
)
def test_refuses_settings_that_would_open_or_break_the_server(new_dir: Path, name: str, value: str) -> None:
    with pytest.raises(SettingRefused):
        EmbeddedPostgres(new_dir, settings={name: value})


def test_opens_no_tcp_port(data_dir: Path, postmaster: Postmaster) -> None:
    with EmbeddedPostgres(data_dir):
        assert postmaster().net_connections(kind="inet") == []
        assert len(postmaster().net_connections(kind="unix")) > 0


def test_server_stands_in_a_session_of_its_own(data_dir: Path, postmaster: Postmaster) -> None:
    with EmbeddedPostgres(data_dir):
        assert os.getsid(postmaster().pid) != os.getsid(0)
        assert postmaster().terminal() is None


@pytest.mark.parametrize("name", ["long" * 40, "apteka, 'ul. Łąkowa' \"5\" $HOME", "back\\slash"])
def test_any_path_will_do(room: Path, name: str) -> None:
    folder = room / name / "data"
    with EmbeddedPostgres(folder) as postgres:
        conninfo = postgres.start()
        assert ask(conninfo, "show data_directory") == str(folder / "postgres")
    with EmbeddedPostgres(folder) as postgres:
        assert postgres.start() == conninfo


def test_socket_folder_is_the_servers_alone(room: Path) -> None:
    for folder in (room / "near", room / ("far" * 60)):
        with EmbeddedPostgres(folder) as postgres:
            socket_dir = Path(str(conninfo_to_dict(postgres.start())["host"]))
            assert stat.S_IMODE(socket_dir.stat().st_mode) == 0o700
            assert socket_dir.owner() == postgres.server_account
            assert stat.S_IMODE((socket_dir / ".s.PGSQL.5432").stat().st_mode) == 0o700


def test_stopping_twice_or_unstarted_does_nothing(data_dir: Path) -> None:
    EmbeddedPostgres(data_dir).stop()
    postgres = EmbeddedPostgres(data_dir)
    postgres.start()
    postgres.stop()
    postgres.stop()
    assert not (data_dir / "postgres/postmaster.pid").exists()


def test_removes_what_a_killed_first_start_left(new_dir: Path) -> None:
    left = new_dir / "postgres.new-k1ll3d"
    (left / "base").mkdir(parents=True)
    new_dir.chmod(0o711)
    (left / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(new_dir):
        assert not left.exists()


def test_a_failed_first_start_leaves_nothing_and_says_why(
    new_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_INITDB", ("--wal-segsize=7",))
    with pytest.raises(ClusterNotMade, match="wal-segsize"):
        EmbeddedPostgres(new_dir).start()
    assert not list(new_dir.glob("postgres.new-*"))
    assert not (new_dir / "postgres").exists()


def test_refuses_another_major_version_and_touches_nothing(data_dir: Path) -> None:
    (data_dir / "postgres/PG_VERSION").write_text("17\n")
    before = fingerprint(data_dir / "postgres")
    with pytest.raises(
        ClusterVersionMismatch, match=r"PostgreSQL 17.*PostgreSQL 18.*pg_dumpall.*aside"
    ) as refusal:
        EmbeddedPostgres(data_dir).start()
    assert refusal.value.found == "17"
    assert refusal.value.brought.startswith("18.")
    assert fingerprint(data_dir / "postgres") == before


@pytest.mark.parametrize("missing", ["PG_VERSION", "global/pg_control"])
def test_refuses_a_folder_that_is_not_a_whole_cluster(data_dir: Path, missing: str) -> None:
    (data_dir / "postgres" / missing).unlink()
    before = fingerprint(data_dir / "postgres")
    with pytest.raises(ClusterUnrecognised, match=missing):
        EmbeddedPostgres(data_dir).start()
    assert fingerprint(data_dir / "postgres") == before


def test_a_server_that_cannot_start_shows_its_log_and_lets_go(data_dir: Path) -> None:
    with pytest.raises(ServerDidNotStart, match="shared_buffers"):
        EmbeddedPostgres(data_dir, settings={"shared_buffers": "lots"}).start()
    with EmbeddedPostgres(data_dir) as postgres:
        assert ask(postgres.start(), "select 1") == 1


def test_a_data_directory_that_is_a_file_is_refused(new_dir: Path) -> None:
    new_dir.write_text("not a folder")
    with pytest.raises(StorageFailed, match="Not a directory"):
        EmbeddedPostgres(new_dir).start()


def test_a_long_log_is_put_aside(data_dir: Path) -> None:
    log = data_dir / "postgres.log"
    os.truncate(log, 10_000_001)
    with EmbeddedPostgres(data_dir):
        assert log.stat().st_size < 100_000
        assert (data_dir / "postgres.log.1").stat().st_size == 10_000_001


def test_rows_never_reach_the_log(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as postgres, psycopg.connect(postgres.start(), autocommit=True) as db:
        db.execute("create table patient (name text primary key)")
        for _ in range(2):
            try:
                db.execute("insert into patient values ('Kowalska')")
            except psycopg.errors.UniqueViolation:
                break
    text = (data_dir / "postgres.log").read_text()
    assert "duplicate key" in text
    assert "Kowalska" not in text


def test_brings_the_client_programs(data_dir: Path) -> None:
    assert (EmbeddedPostgres(data_dir).bin / "pg_dump").exists()
