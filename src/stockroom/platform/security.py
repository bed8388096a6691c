"""Security events: who came to the doors, who was refused and what was changed about access.

A request notes them while it runs; they are written after its transaction ended, kept or not, to the logger
``stockroom.security`` and to ``platform.security_event``. Facts hold no secret, no token and no patient's name.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import structlog

from stockroom.platform.db import Connection, execute, fetch_all
from stockroom.platform.ids import new_id
from stockroom.platform.lists import Filter, ListSpec, Sort

log = structlog.get_logger("stockroom.security")

REFUSED = frozenset(
    {
        "access.denied",
        "csrf.refused",
        "csp.report",
        "limit.hit",
        "key.refused",
        "session.refused",
        "upload.refused",
    }
)
"""What anybody can cause as often as they like: one row a minute for each kind, address and account."""

WRITE = """
insert into platform.security_event
    (id, at, last_at, event, account_id, account, address, path, request_id, facts, bucket)
select
    (e ->> 'id')::uuid, (e ->> 'at')::timestamptz, (e ->> 'at')::timestamptz, e ->> 'event',
    (e ->> 'account_id')::uuid, e ->> 'account', e ->> 'address', e ->> 'path', e ->> 'request_id',
    e -> 'facts', e ->> 'bucket'
from jsonb_array_elements(%(events)s::jsonb) e
on conflict (bucket) do update set
    times = security_event.times + 1, last_at = excluded.last_at
"""


FRESH = """
select event, max(last_at) as at from platform.security_event
where event = any(%(events)s::text[]) and at >= %(since)s
group by event
order by max(last_at) desc, event
"""


class Note(msgspec.Struct, frozen=True):
    """An event that waits for the end of its request. ``account`` is the user name, where one is known."""

    event: str
    account_id: UUID | None
    account: str
    facts: dict[str, Any]


class SecurityEvent(msgspec.Struct, frozen=True):
    """As it is kept; ``times`` counts alike refusals within a minute, the last at ``last_at``."""

    id: UUID
    at: datetime
    last_at: datetime
    event: str
    account_id: UUID | None
    account: str
    address: str
    path: str
    request_id: str
    facts: Any
    times: int


EVENT_LIST: ListSpec[SecurityEvent] = ListSpec(
    name="security_events",
    row=SecurityEvent,
    columns=(
        "e.id, e.at, e.last_at, e.event, e.account_id, e.account, e.address, e.path, e.request_id, e.facts, e.times"
    ),
    source="platform.security_event e",
    sorts={"at": Sort("e.at", "timestamptz")},
    default_sort="-at",
    key=Sort("e.id", "uuid"),
    filters={
        "event": Filter("e.event = %(value)s", describe="Event, for example sign_in.failed."),
        "account_id": Filter("e.account_id = %(value)s", UUID, "Id of the account."),
        "account": Filter("lower(e.account) = lower(%(value)s)", describe="User name."),
        "address": Filter("e.address = %(value)s", describe="Network address."),
        "request_id": Filter("e.request_id = %(value)s", describe="Request id."),
        "since": Filter("e.at >= %(value)s", datetime, "From this moment (ISO 8601 with zone)."),
        "until": Filter("e.at < %(value)s", datetime, "Before this moment (ISO 8601 with zone)."),
    },
    search="platform.fold(e.event || ' ' || e.account || ' ' || e.address || ' ' || e.path)",
)


class FreshAlert(msgspec.Struct, frozen=True):
    """An alert, and when it came last."""

    event: str
    at: datetime


async def list_fresh(db: Connection, events: Sequence[str], *, since: datetime) -> Sequence[FreshAlert]:
    """Which of these events came since then; the newest first."""
    return await fetch_all(db, FRESH, {"events": list(events), "since": since}, FreshAlert)


async def write_events(
    db: Connection, notes: Sequence[Note], *, at: datetime, address: str, path: str, request_id: str
) -> None:
    """Each to the log, all of them to the table in one statement."""
    rows: list[dict[str, Any]] = []
    for note in _once_each(notes):
        log.warning(
            note.event,
            request_id=request_id,
            user=note.account,
            address=address,
            path=path,
            **{f"fact_{name}": value for name, value in note.facts.items()},
        )
        rows.append(
            {
                "id": new_id(),
                "at": at,
                "event": note.event,
                "account_id": note.account_id,
                "account": note.account,
                "address": address,
                "path": path[:200],
                "request_id": request_id,
                "facts": note.facts,
                "bucket": _bucket(note, at, address),
            }
        )
    await execute(db, WRITE, {"events": msgspec.json.encode(rows, enc_hook=str).decode()})


def _bucket(note: Note, at: datetime, address: str) -> str | None:
    if note.event not in REFUSED:
        return None
    return f"{int(at.timestamp()) // 60} {note.event} {address} {note.account_id or ''}"


def _once_each(notes: Sequence[Note]) -> list[Note]:
    """Two alike of one request are one event: a statement cannot touch a row twice."""
    seen: dict[str, Note] = {}
    for note in notes:
        name = note.event if note.event in REFUSED else f"{len(seen)} {note.event}"
        seen.setdefault(name, note)
    return list(seen.values())
