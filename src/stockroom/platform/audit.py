"""The audit trail: written in the same transaction as what it tells, and chained by hashes.

``record`` only remembers the entry; ``write_pending`` appends all of them as the last statement before
the commit, so that the head of the chain is locked for as short a time as possible.
"""

from datetime import datetime
from typing import Any

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_one, fetch_value
from stockroom.platform.lists import Filter, ListSpec, Sort

ENCODER = msgspec.json.Encoder(decimal_format="number")

APPEND = "select platform.append_audit(%(entries)s::jsonb)"

HEAD = "select seq, hash from platform.audit_head"

# The same bytes that platform.append_audit hashed, written out here so that replacing the function in the
# database cannot hide a change.
FIRST_BROKEN = """
select chain.seq
from (
    select
        e.seq,
        e.hash,
        lag(e.seq, 1, 0::bigint) over (order by e.seq) as seq_before,
        sha256(
            lag(e.hash, 1, sha256('stockroom'::bytea)) over (order by e.seq)
            || convert_to(jsonb_build_array(
                e.seq, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
                e.actor_id, e.actor_name, e.request_id, e.action, e.entity, e.entity_id,
                e.before, e.after, e.reason)::text, 'UTF8')) as expected
    from platform.audit_entry e
) chain
where chain.hash <> chain.expected or chain.seq <> chain.seq_before + 1
order by chain.seq
limit 1
"""

LAST = "select seq, hash from platform.audit_entry order by seq desc limit 1"


class PendingEntry(msgspec.Struct, frozen=True):
    """An audit entry that waits for the end of its transaction."""

    action: str
    entity: str
    entity_id: str
    actor_id: str
    actor_name: str
    request_id: str
    before: Any
    after: Any
    reason: str


class AuditEntry(msgspec.Struct, frozen=True):
    """One line of the audit trail."""

    seq: int
    at: datetime
    actor_id: str
    actor_name: str
    request_id: str
    action: str
    entity: str
    entity_id: str
    before: Any
    after: Any
    reason: str


class ChainLink(msgspec.Struct, frozen=True):
    seq: int
    hash: bytes


AUDIT_LIST = ListSpec(
    name="audit",
    row=AuditEntry,
    columns=(
        "e.seq, e.at, e.actor_id, e.actor_name, e.request_id, e.action, e.entity, e.entity_id,"
        " e.before, e.after, e.reason"
    ),
    source="platform.audit_entry e",
    sorts={"seq": Sort("e.seq", "bigint")},
    default_sort="-seq",
    key=Sort("e.seq", "bigint"),
    filters={
        "entity": Filter("e.entity = %(value)s", describe="Kind of thing, for example receipt."),
        "entity_id": Filter(
            "(e.entity_id = %(value)s or e.entity_id = '' and e.after -> 'ids' ? %(value)s)",
            describe="Id of the thing; entries about many things are found by each of them.",
        ),
        "action": Filter("e.action = %(value)s", describe="Action, for example stock.receipt.post."),
        "actor": Filter(
            "platform.fold(e.actor_name) like '%%' || platform.fold(%(value)s) || '%%'",
            describe="Part of the person's name.",
        ),
        "actor_id": Filter("e.actor_id = %(value)s", describe="Id of the person."),
        "request_id": Filter("e.request_id = %(value)s", describe="Request id."),
        "since": Filter("e.at >= %(value)s", datetime, "From this moment (ISO 8601 with zone)."),
        "until": Filter("e.at < %(value)s", datetime, "Before this moment (ISO 8601 with zone)."),
    },
    search="platform.fold(e.action || ' ' || e.actor_name || ' ' || e.entity || ' ' || e.reason)",
)


def record(
    db: Connection,
    actor: Actor,
    action: str,
    entity: str,
    entity_id: object,
    *,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> None:
    """Remember an entry; it is written when the transaction completes, and never if it does not.

    ``before`` and ``after`` are Structs or mappings without secrets.
    """
    db.pending_audit.append(
        PendingEntry(
            action=action,
            entity=entity,
            entity_id=str(entity_id),
            actor_id="" if actor.id is None else str(actor.id),
            actor_name=actor.name,
            request_id=actor.request_id,
            before=before,
            after=after,
            reason=reason,
        )
    )


async def write_pending(db: Connection) -> None:
    """Append what this transaction recorded: one statement however many entries."""
    if db.pending_audit:
        await execute(db, APPEND, {"entries": ENCODER.encode(db.pending_audit).decode()})
        db.pending_audit.clear()


async def find_first_broken(db: Connection) -> int | None:
    """The sequence number of the first entry whose hash or place is wrong; None for a whole chain."""
    broken = await fetch_value(db, FIRST_BROKEN)
    if broken is not None:
        return int(broken)
    head, last = await fetch_one(db, HEAD, None, ChainLink), await fetch_one(db, LAST, None, ChainLink)
    if head is not None and last is not None and head != last:
        return last.seq + 1
    if head is not None and last is None and head.seq != 0:
        return 1
    return None
