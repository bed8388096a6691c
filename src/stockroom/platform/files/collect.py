"""Bytes that nobody can reach any more are taken away after a day, and what is amiss is counted."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import msgspec
import psycopg
import structlog
from anyio import to_thread

from stockroom.platform.background import ended
from stockroom.platform.clock import Clock
from stockroom.platform.db import Connection, Database, fetch_all, fetch_value, fetch_values
from stockroom.platform.errors import Refusal
from stockroom.platform.files.store import Store

GRACE = timedelta(days=1)
EVERY_SECONDS = 24 * 3600
STOP_SECONDS = 3.0
BATCH = 1000
log = structlog.get_logger("stockroom.files")

# One process at a time; the others have nothing left to do.
MY_TURN = "select pg_try_advisory_xact_lock(hashtextextended('platform.file collection', 12))"

FORGET = """
delete from platform.file where released_at < %(before)s returning key, small_key
"""

KNOWN = """
select k.key
from unnest(%(keys)s::text[]) as k (key)
where exists (select from platform.file f where f.key = k.key or f.small_key = k.key)
"""

ALL_KEYS = """
select f.key, f.small_key, f.released_at is null as in_use from platform.file f
"""


class Keys(msgspec.Struct, frozen=True):
    key: str
    small_key: str | None


class KeysInUse(msgspec.Struct, frozen=True):
    key: str
    small_key: str | None
    in_use: bool


class FileCounts(msgspec.Struct, frozen=True):
    """``files_without_rows`` goes back to 0 by itself within two days; ``rows_without_files`` is a loss."""

    files_without_rows: int
    rows_without_files: int


async def collect(database: Database, store: Store, *, at: datetime) -> int:
    """Forget what was released more than a day ago, and take away files older than a day that no row names.

    Answers how many files went. Rows go first: after a crash in between, the files have no row and go next time.
    """
    before = at - GRACE
    async with database.transaction() as db:
        if not await fetch_value(db, MY_TURN):
            return 0
        gone = await fetch_all(db, FORGET, {"before": before}, Keys)
    keys = [key for row in gone for key in (row.key, row.small_key) if key is not None]
    await to_thread.run_sync(store.remove, keys)
    async with database.connection() as db:
        keys += await _take_orphans(db, store, before)
    if keys:
        log.info("files collected", files=len(keys))
    return len(keys)


async def _take_orphans(db: Connection, store: Store, before: datetime) -> list[str]:
    await to_thread.run_sync(lambda: store.sweep_unfinished(before=before))
    old = await to_thread.run_sync(lambda: store.keys(before=before))
    orphans: list[str] = []
    for start in range(0, len(old), BATCH):
        orphans += await _unknown(db, old[start : start + BATCH])
    await to_thread.run_sync(store.remove, orphans)
    return orphans


async def _unknown(db: Connection, keys: Sequence[str]) -> list[str]:
    known = set(await fetch_values(db, KNOWN, {"keys": list(keys)}))
    return [key for key in keys if key not in known]


async def count_orphans(db: Connection, store: Store) -> FileCounts:
    """Rows first, then the disk: a file is there before its row, and a file in use is never taken away."""
    rows = await fetch_all(db, ALL_KEYS, None, KeysInUse)
    there = set(await to_thread.run_sync(store.keys))
    known = {key for row in rows for key in (row.key, row.small_key)}
    lost = [row for row in rows if row.in_use and not {row.key, row.small_key} - {None} <= there]
    return FileCounts(len(there - known), len(lost))


@asynccontextmanager
async def collecting(database: Database, store: Store, clock: Clock) -> AsyncGenerator[None]:
    """Collect now and every day while the application runs."""
    over = asyncio.Event()
    task = asyncio.create_task(_daily(database, store, clock, over), name="file collection")
    try:
        yield
    finally:
        over.set()
        await ended(task, within=STOP_SECONDS)


async def _daily(database: Database, store: Store, clock: Clock, over: asyncio.Event) -> None:
    while not over.is_set():
        try:
            await collect(database, store, at=clock())
        except (Refusal, OSError, psycopg.Error) as error:
            log.warning("files not collected", reason=type(error).__name__)
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY_SECONDS):
                await over.wait()
