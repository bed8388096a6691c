"""Anchors: a chain that was rewritten whole, or cut at its end, no longer fits what was written down elsewhere."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import LiteralString

import msgspec
import pytest
from structlog.testing import capture_logs

from stockroom.insight import verify_everything
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.anchors import Anchor, append_anchor, last_anchor
from stockroom.platform.audit_watch import FIRST_CHECK_AFTER, AuditWatch, WatchLock
from stockroom.platform.db import Connection, Database, execute, fetch_value
from stockroom.settings import SettingsInvalid, load_settings
from stockroom.stock import last_movement
from tests.conftest import as_owner

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FITS = "audit chain fits its anchors"

# The whole chain anew, every hash right: what the owner of the database can do.
REWRITE: LiteralString = """
do $$
declare
    e platform.audit_entry;
    h bytea := sha256('stockroom'::bytea);
begin
    for e in select * from platform.audit_entry order by seq loop
        if e.seq = 2 then e.reason := 'nothing happened'; end if;
        h := sha256(h || convert_to(jsonb_build_array(
            e.seq, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.actor_id, e.actor_name,
            e.request_id, e.action, e.entity, e.entity_id, e.before, e.after, e.reason)::text, 'UTF8'));
        update platform.audit_entry set reason = e.reason, hash = h where seq = e.seq;
    end loop;
    update platform.audit_head set hash = h;
end
$$
"""
CUT: tuple[LiteralString, ...] = (
    "delete from platform.audit_entry where seq > 2",
    "update platform.audit_head set seq = 2, hash = (select hash from platform.audit_entry where seq = 2)",
)


class HandClock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "anchors"


@pytest.fixture
async def watch(
    database: Database, path: Path, tmp_path: Path, clock: HandClock
) -> AsyncIterator[AuditWatch]:
    path.parent.mkdir()
    made = watch_over(database, path, tmp_path / "audit.lock", clock)
    yield made
    made._lock.release()


def watch_over(
    database: Database,
    path: Path | None,
    lock: Path,
    clock: HandClock,
    check: Callable[[Database], Awaitable[list[str]]] | None = None,
) -> AuditWatch:
    async def nothing(_: Database) -> list[str]:
        return []

    async def alarm(db: Connection, at: datetime) -> None:
        del at
        await db.execute("insert into platform.rate_limit (key, hits, granted, expires_at)"
                         " values ('told', '{}', true, now())")  # fmt: skip

    return AuditWatch(
        database, anchors=path, lock=lock, every=timedelta(hours=24), clock=clock,
        ledger_head=last_movement, check=check or nothing, alarm=alarm,
    )  # fmt: skip


async def write(database: Database, actor: Actor, *names: str) -> None:
    async with database.transaction() as db:
        for name in names:
            audit.record(db, actor, "test.thing.change", "thing", name)


async def forge(database: Database, *statements: LiteralString) -> None:
    async with await Connection.connect(as_owner(database.pool.conninfo)) as db:
        await execute(db, "alter table platform.audit_entry disable trigger user")
        for statement in statements:
            await db.execute(statement)
        await execute(db, "alter table platform.audit_entry enable trigger user")


async def offenders(database: Database, path: Path) -> list[str]:
    """Of the anchors; everything else must hold, so that only they can tell."""
    async with database.transaction() as db:
        report = await verify_everything(db, anchors=path)
    assert {check.name for check in report.checks if not check.ok} <= {FITS}
    return next(check.offenders for check in report.checks if check.name == FITS)


def lines(path: Path) -> list[Anchor]:
    return [msgspec.json.decode(line, type=Anchor) for line in path.read_bytes().splitlines()]


async def test_the_head_is_written_once_and_counts_on(
    watch: AuditWatch, database: Database, actor: Actor, path: Path
) -> None:
    await watch.turn()
    assert not path.exists()
    await write(database, actor, "a", "b")
    await watch.turn()
    await watch.turn()
    await write(database, actor, "c")
    await watch.turn()
    async with database.connection() as db:
        head = await fetch_value(db, "select hash from platform.audit_head")
    first, second = lines(path)
    assert (first.seq, first.count, second.seq, second.count) == (2, 2, 3, 1)
    assert (second.hash, second.at) == (bytes(head).hex(), START)
    assert path.stat().st_mode & 0o777 == 0o600
    assert await offenders(database, path) == []


@pytest.mark.parametrize(
    "forgery",
    [(REWRITE,), CUT],
    ids=["rewritten", "cut"],
)
async def test_a_chain_whole_in_itself_that_is_not_the_one_of_before_is_found(
    watch: AuditWatch, database: Database, actor: Actor, path: Path, forgery: tuple[LiteralString, ...]
) -> None:
    await write(database, actor, "a")
    await watch.turn()
    await write(database, actor, "b", "c")
    await watch.turn()
    assert await offenders(database, path) == []
    await forge(database, *forgery)
    assert await offenders(database, path) == ["anchor in line 2: audit entry 3"]


async def test_a_line_taken_out_of_the_file_is_found(
    watch: AuditWatch, database: Database, actor: Actor, path: Path
) -> None:
    for name in "abc":
        await write(database, actor, name)
        await watch.turn()
    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(whole[0] + whole[2])
    assert await offenders(database, path) == ["anchor in line 2: audit entry 3"]
    path.unlink()
    assert "No such file" in (await offenders(database, path))[0]


async def test_a_ledger_that_was_cut_is_found(database: Database, actor: Actor, path: Path) -> None:
    path.parent.mkdir()
    await write(database, actor, "a")
    async with database.connection() as db:
        head = await fetch_value(db, "select hash from platform.audit_head")
    append_anchor(path, Anchor(1, bytes(head).hex(), START, 1, ledger=7))
    assert await offenders(database, path) == ["anchor in line 1: audit entry 1"]


async def test_a_line_that_a_power_cut_left_torn_is_passed_over(
    watch: AuditWatch, database: Database, actor: Actor, path: Path
) -> None:
    await write(database, actor, "a")
    await watch.turn()
    with path.open("ab") as file:
        file.write(b'{"seq":2,"ha')
    await write(database, actor, "b")
    await watch.turn()
    assert len(path.read_bytes().splitlines()) == 3
    assert last_anchor(path) is not None
    assert await offenders(database, path) == []


async def test_the_watch_tells_once_that_its_last_anchor_does_not_fit_and_writes_no_more(
    watch: AuditWatch, database: Database, actor: Actor, path: Path
) -> None:
    await write(database, actor, "a", "b", "c")
    await watch.turn()
    await forge(database, REWRITE)
    written = path.read_bytes()
    with capture_logs() as logs:
        await watch.turn()
        await write(database, actor, "d")
        await watch.turn()
    told = [line for line in logs if line["event"] == "audit.broken"]
    assert [line["fact_broken"] for line in told] == [["anchor of entry 3"]]
    async with database.connection() as db:
        kept = await fetch_value(db, "select facts from platform.security_event where event = 'audit.broken'")
        alarms = await fetch_value(db, "select count(*) from platform.rate_limit where key = 'told'")
    assert kept == {"broken": ["anchor of entry 3"]}
    assert alarms == 1
    assert path.read_bytes() == written


async def test_one_of_two_workers_writes_and_the_other_takes_over(
    watch: AuditWatch, database: Database, actor: Actor, path: Path, tmp_path: Path, clock: HandClock
) -> None:
    other = watch_over(database, path, tmp_path / "audit.lock", clock)
    await watch.turn()
    await write(database, actor, "a")
    await other.turn()
    assert not path.exists()
    watch._lock.release()
    await other.turn()
    assert [anchor.seq for anchor in lines(path)] == [1]
    other._lock.release()


async def test_the_last_anchor_is_written_when_the_server_stops(
    watch: AuditWatch, database: Database, actor: Actor, path: Path
) -> None:
    async with watch.kept():
        await write(database, actor, "a")
    assert [anchor.seq for anchor in lines(path)] == [1]


async def test_a_disk_that_refuses_is_logged_and_tried_again(
    watch: AuditWatch, database: Database, actor: Actor, path: Path
) -> None:
    await write(database, actor, "a")
    path.mkdir()
    with capture_logs() as logs:
        await watch.turn()
    assert [line["event"] for line in logs] == ["audit.watch_failed"]
    path.rmdir()
    await watch.turn()
    assert [anchor.seq for anchor in lines(path)] == [1]


async def test_everything_is_checked_a_while_after_the_start_and_then_daily(
    database: Database, tmp_path: Path, clock: HandClock
) -> None:
    asked: list[datetime] = []

    async def check(_: Database) -> list[str]:
        asked.append(clock.now)
        return ["ledger equals balances: 1"]

    watch = watch_over(database, None, tmp_path / "audit.lock", clock, check)
    with capture_logs() as logs:
        for hours in (0, 1, 2, 24, 25):
            clock.now = START + timedelta(hours=hours)
            await watch.turn()
    assert asked == [START + FIRST_CHECK_AFTER, START + FIRST_CHECK_AFTER + timedelta(hours=24)]
    assert [line["event"] for line in logs] == ["audit.broken"]
    watch._lock.release()


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    first, second = WatchLock(tmp_path / "lock"), WatchLock(tmp_path / "lock")
    assert first.held()
    assert first.held()
    assert not second.held()
    first.release()
    assert second.held()
    second.release()


def test_anchors_inside_the_data_directory_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="AUDIT_ANCHOR_FILE lies in STOCKROOM_DATA_DIR"):
        load_settings(_env_file=None, stockroom_data_dir=tmp_path, audit_anchor_file=tmp_path / "sub/anchors")
