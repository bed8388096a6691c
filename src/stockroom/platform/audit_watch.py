"""The watch over the audit trail: writes anchors, looks whether the last one still fits, and checks it all daily.

Of several workers one holds the watch, by a lock on a file in the data directory; when it ends, however it ends,
another takes it over within a minute.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import structlog

from stockroom.platform.anchors import Anchor, append_anchor, find_head, last_anchor
from stockroom.platform.audit import ChainLink
from stockroom.platform.background import ended
from stockroom.platform.clock import Clock
from stockroom.platform.db import Connection, Database, fetch_value
from stockroom.platform.errors import Unavailable
from stockroom.platform.security import Note, write_events

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        """Raises OSError where another process holds it."""
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        """Raises OSError where another process holds it."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


EVERY_SECONDS = 60.0
STOP_SECONDS = 3.0
FIRST_CHECK_AFTER = timedelta(hours=1)

HASH_OF = "select hash from platform.audit_entry where seq = %(seq)s"

log = structlog.get_logger("stockroom.audit")

LedgerHead = Callable[[Connection], Awaitable[int]]
Alarm = Callable[[Connection, datetime], Awaitable[None]]
"""Tells people that something is broken, in the transaction that it is given."""
Check = Callable[[Database], Awaitable[list[str]]]
"""Everything that must hold; answers what does not."""


class AuditWatch:
    """``anchors`` is None where none are kept; ``every`` is None where nothing is checked by itself."""

    def __init__(
        self,
        database: Database,
        *,
        anchors: Path | None,
        lock: Path,
        every: timedelta | None,
        clock: Clock,
        ledger_head: LedgerHead,
        check: Check,
        alarm: Alarm,
    ) -> None:
        self.database = database
        self.anchors = anchors
        self.every = every
        self.clock = clock
        self.ledger_head = ledger_head
        self.check = check
        self.alarm = alarm
        self.told: list[str] = []
        self._lock = WatchLock(lock)
        self._due = clock() + FIRST_CHECK_AFTER

    @asynccontextmanager
    async def kept(self) -> AsyncGenerator[None]:
        """Watches inside the block, and writes the last anchor at its end."""
        over = asyncio.Event()
        task = asyncio.create_task(self._run(over), name="audit-watch")
        try:
            yield
        finally:
            over.set()
            # A turn may end by itself; a long check is cancelled, so that the server stops in time.
            await ended(task, within=STOP_SECONDS)
            await self.turn()
            self._lock.release()

    async def _run(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self.turn()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY_SECONDS):
                    await over.wait()

    async def turn(self) -> None:
        """What is due, if this worker has the watch. A database that is away, or a full disk, is logged; the next
        turn tries again."""
        try:
            if not self._lock.held():
                return
            if self.anchors is not None:
                await self._anchor(self.anchors)
            at = self.clock()
            if self.every is not None and at >= self._due:
                self._due = at + self.every
                await self._tell(await self.check(self.database))
        except (OSError, Unavailable, psycopg.Error) as error:
            log.error("audit.watch_failed", reason=str(error))

    async def _anchor(self, path: Path) -> None:
        last = await asyncio.to_thread(last_anchor, path)
        async with self.database.connection() as db:
            head = await find_head(db)
            ledger = await self.ledger_head(db)
            fits = last is None or await _fits(db, last, head, ledger)
        if last is not None and not fits:
            await self._tell([f"anchor of entry {last.seq}"])
            return
        seen = 0 if last is None else last.seq
        if head.seq > seen:
            await asyncio.to_thread(append_anchor, path, _made(head, seen, ledger, self.clock()))

    async def _tell(self, broken: list[str]) -> None:
        """Once, until something else is broken: an alarm every minute is one that nobody reads."""
        if broken and broken != self.told:
            event = Note("audit.broken", None, "", {"broken": broken})
            at = self.clock()
            async with self.database.connection() as db:
                await write_events(db, [event], at=at, address="", path="", request_id="")
            async with self.database.transaction() as db:
                await self.alarm(db, at)
        self.told = broken or self.told


def _made(head: ChainLink, seen: int, ledger: int, at: datetime) -> Anchor:
    return Anchor(seq=head.seq, hash=head.hash.hex(), at=at, count=head.seq - seen, ledger=ledger)


async def _fits(db: Connection, last: Anchor, head: ChainLink, ledger: int) -> bool:
    if last.seq > head.seq or last.ledger > ledger:
        return False
    found = head.hash if last.seq == head.seq else await fetch_value(db, HASH_OF, {"seq": last.seq})
    return found is not None and bytes(found).hex() == last.hash


class WatchLock:
    """Held by one process of this machine; the system drops it when that process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def held(self) -> bool:
        """True where this process has it or just got it."""
        if self._file is None:
            self._file = _locked(self._path)
        return self._file is not None

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _locked(path: Path) -> int | None:
    """The descriptor that holds the lock; None where another process does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        _try_lock(descriptor)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
