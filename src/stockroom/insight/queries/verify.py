"""Everything that must hold, checked: the ledger's invariants and the audit chain."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

import msgspec
from psycopg.errors import QueryCanceled

from stockroom.platform.anchors import AnchorFile, AnchorsUnreadable, find_first_misfit, find_head
from stockroom.platform.audit import find_first_broken
from stockroom.platform.db import Connection, execute, fetch_values, savepoint
from stockroom.stock import INVARIANTS, last_movement

ON_REQUEST_WITHIN = timedelta(seconds=20)
"""How long a person or a program that asks over the web keeps a connection busy."""

AUDIT_CHAIN = "audit chain is whole"
ANCHORS = "audit chain fits its anchors"

# Postings go on meanwhile: all checks look at the same moment, so that none of them sees half a posting.
SAME_MOMENT = "set transaction isolation level repeatable read, read only"

STATEMENT_LIMIT = "select set_config('statement_timeout', %(milliseconds)s::text, true)"


class Check(msgspec.Struct, frozen=True):
    """One invariant, and the first offenders where it does not hold; ``finished`` is false where time ran out."""

    name: str
    ok: bool
    offenders: list[str]
    finished: bool = True


class VerifyReport(msgspec.Struct, frozen=True):
    """All checks; ``ok`` where every one was finished and holds."""

    ok: bool
    checks: list[Check]


def broken_in(report: VerifyReport) -> list[str]:
    """The checks that were finished and do not hold, each with its first offender."""
    return [f"{check.name}: {check.offenders[0]}" for check in report.checks if check.offenders]


async def verify_everything(
    db: Connection, *, anchors: Path | None = None, within: timedelta | None = None
) -> VerifyReport:
    """In a transaction that has not read anything yet. Checks that do not end ``within`` are left unfinished.

    ``anchors`` is the file of the audit chain's anchors, where they are kept.
    """
    kept = None if anchors is None else AnchorFile.now(anchors)
    await execute(db, SAME_MOMENT)
    started = perf_counter()
    checks: list[Check] = []
    for name, offenders in _checks(kept).items():
        left = None if within is None else within.total_seconds() - (perf_counter() - started)
        checks.append(await _run(db, name, offenders, left))
    return VerifyReport(all(check.ok for check in checks), checks)


Offenders = Callable[[Connection], Awaitable[list[str]]]


def _checks(anchors: AnchorFile | None) -> dict[str, Offenders]:
    stock = {name: partial(fetch_values, sql=sql, params={}) for name, sql in INVARIANTS.items()}
    kept: dict[str, Offenders] = {} if anchors is None else {ANCHORS: partial(_misfit, file=anchors)}
    return {**stock, AUDIT_CHAIN: _broken_entry, **kept}


async def _broken_entry(db: Connection) -> list[str]:
    first = await find_first_broken(db)
    return [] if first is None else [f"audit entry {first}"]


async def _misfit(db: Connection, *, file: AnchorFile) -> list[str]:
    """The first anchor that the chain does not fit; or that anchors should be there and cannot be read."""
    head = await find_head(db)
    if head.seq == 0 and file.size == 0:
        return []
    try:
        found = await find_first_misfit(db, file.anchors(), ledger=await last_movement(db))
    except AnchorsUnreadable as error:
        return [str(error)]
    return [] if found is None else [f"anchor in line {found.line}: audit entry {found.seq}"]


async def _run(db: Connection, name: str, offenders: Offenders, seconds: float | None) -> Check:
    unfinished = Check(name, ok=False, offenders=[], finished=False)
    if seconds is not None and seconds <= 0:
        return unfinished
    try:
        async with savepoint(db):
            if seconds is not None:
                await execute(db, STATEMENT_LIMIT, {"milliseconds": max(1, int(seconds * 1000))})
            found = await offenders(db)
    except QueryCanceled:
        return unfinished
    return Check(name, ok=not found, offenders=found)
