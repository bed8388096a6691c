"""Several processes, one server, and all the ways in which any of them can die."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from stockroom.platform.embedded import EmbeddedPostgres, ServerBusy, postgres
from stockroom.platform.embedded.account import choose_account
from stockroom.platform.embedded.locks import exclusively

ENDLESS = "select count(*) from generate_series(1, 1e15)"
RUNNING = "select 1 from pg_stat_activity where state = 'active' and query like '%1e15)'"

Postmaster = Callable[[], psutil.Process]
Hold = Callable[[Path], subprocess.Popen[str]]


def answers(conninfo: str) -> bool:
    with psycopg.connect(conninfo) as db:
        return db.execute("select true").fetchone() == (True,)


def conninfo_of(holder: subprocess.Popen[str]) -> str:
    assert holder.stdout is not None
    line = holder.stdout.readline().strip()
    assert line.startswith("host="), line
    return line


def let_go(holder: subprocess.Popen[str]) -> None:
    holder.communicate(input="\n")
    assert holder.returncode == 0


def test_two_processes_share_one_server_and_the_last_stops_it(
    data_dir: Path, hold: Hold, postmaster: Postmaster
) -> None:
    first, second = hold(data_dir), hold(data_dir)
    conninfo = conninfo_of(first)
    assert conninfo_of(second) == conninfo
    server = postmaster()
    let_go(first)
    assert server.is_running()
    assert answers(conninfo)
    let_go(second)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(conninfo)
    assert not (data_dir / "postgres/postmaster.pid").exists()


def test_two_holds_in_one_process_count_twice(data_dir: Path) -> None:
    first, second = EmbeddedPostgres(data_dir), EmbeddedPostgres(data_dir)
    conninfo = first.start()
    assert second.start() == conninfo
    first.stop()
    assert answers(conninfo)
    second.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(conninfo)


def test_processes_that_race_to_make_the_cluster_end_with_one_server(new_dir: Path, hold: Hold) -> None:
    racers = [hold(new_dir) for _ in range(4)]
    assert len({conninfo_of(racer) for racer in racers}) == 1
    assert not list(new_dir.glob("postgres.new-*"))
    for racer in racers:
        let_go(racer)
    assert not (new_dir / "postgres/postmaster.pid").exists()


def test_a_forked_child_does_not_stop_its_parents_server(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as held:
        conninfo = held.start()
        if (child := os.fork()) == 0:
            held.stop()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert answers(conninfo)


def test_server_of_a_killed_holder_is_joined_and_then_stopped(
    data_dir: Path, hold: Hold, postmaster: Postmaster
) -> None:
    holder = hold(data_dir)
    conninfo = conninfo_of(holder)
    server = postmaster()
    holder.kill()
    holder.wait()
    assert answers(conninfo)
    with EmbeddedPostgres(data_dir) as joined:
        assert joined.start() == conninfo
        assert postmaster() == server
    assert not (data_dir / "postgres/postmaster.pid").exists()


def test_recovers_what_was_committed_before_the_server_was_killed(
    data_dir: Path, postmaster: Postmaster
) -> None:
    with EmbeddedPostgres(data_dir) as held:
        with psycopg.connect(held.start()) as db:
            db.execute("create table box as select 12 as tablets")
        killed = postmaster()
        killed.kill()
        with EmbeddedPostgres(data_dir) as next_one, psycopg.connect(next_one.start()) as db:
            assert db.execute("select tablets from box").fetchone() == (12,)
            assert postmaster() != killed


def test_starting_again_revives_a_killed_server(data_dir: Path, postmaster: Postmaster) -> None:
    with EmbeddedPostgres(data_dir) as held:
        postmaster().kill()
        assert answers(held.start())


def test_survives_both_being_killed(data_dir: Path, hold: Hold, postmaster: Postmaster) -> None:
    holder = hold(data_dir)
    conninfo_of(holder)
    postmaster().kill()
    holder.kill()
    holder.wait()
    with EmbeddedPostgres(data_dir) as held:
        assert answers(held.start())


def test_stopping_after_the_server_was_killed_is_quiet(data_dir: Path, postmaster: Postmaster) -> None:
    held = EmbeddedPostgres(data_dir)
    held.start()
    postmaster().kill()
    held.stop()
    with EmbeddedPostgres(data_dir) as again:
        assert answers(again.start())


def test_a_busy_backend_of_a_killed_server_does_not_keep_the_next_one_out(
    data_dir: Path, postmaster: Postmaster
) -> None:
    with EmbeddedPostgres(data_dir) as held:
        orphan = subprocess.Popen(
            [held.bin / "psql", held.start(), "-c", ENDLESS],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with psycopg.connect(held.start(), autocommit=True) as db:
            while not db.execute(RUNNING).fetchone():
                assert orphan.poll() is None
        postmaster().kill()
        assert answers(held.start())
        orphan.wait(timeout=60)


def test_process_ids_that_now_belong_to_another_are_no_obstacle(data_dir: Path) -> None:
    account = choose_account(data_dir, data_dir / "postgres")
    other = subprocess.Popen(["/bin/sh", "-c", "read line"], stdin=subprocess.PIPE, **account.identity())
    stale = f"{other.pid}\n{data_dir}/postgres\n1\n5432\n{data_dir}/postgres.socket\n\n  1 1\nready   \n"
    (data_dir / "postgres/postmaster.pid").write_text(stale)
    (data_dir / "postgres.socket/.s.PGSQL.5432.lock").write_text(stale)
    (data_dir / "postgres.socket/.s.PGSQL.5432").touch()
    with EmbeddedPostgres(data_dir) as held:
        assert answers(held.start())
    assert other.poll() is None
    other.communicate()


def test_joins_a_server_that_somebody_started_by_hand(data_dir: Path, postmaster: Postmaster) -> None:
    account = choose_account(data_dir, data_dir / "postgres")
    subprocess.run(
        [EmbeddedPostgres(data_dir).bin / "pg_ctl", "start", "-w", "-D", data_dir / "postgres"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **account.identity(),
    )
    by_hand = postmaster()
    with EmbeddedPostgres(data_dir) as held:
        assert answers(held.start())
        assert postmaster() == by_hand
    assert not (data_dir / "postgres/postmaster.pid").exists()


def test_stopping_rolls_back_what_was_open(data_dir: Path) -> None:
    held = EmbeddedPostgres(data_dir)
    db = psycopg.connect(held.start())
    db.execute("create table box (tablets int)")
    held.stop()
    db.close()
    with held, psycopg.connect(held.start()) as db:
        assert db.execute("select to_regclass('box')").fetchone() == (None,)


def test_refuses_to_wait_for_ever_for_another_start(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "START_SECONDS", 0.02)
    monkeypatch.setattr(postgres, "STOP_SECONDS", 0.02)
    with (
        exclusively(data_dir / "postgres.start.lock", seconds=0),
        pytest.raises(ServerBusy, match=r"start\.lock"),
    ):
        EmbeddedPostgres(data_dir).start()
