"""What is still owed to patients: given later by lines that name it, or cancelled with a reason."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.dispensing import errors
from stockroom.dispensing.queries.dispensings import get_dispensing_head
from stockroom.dispensing.queries.owed import list_open_lines
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.fields import Line, StructInput

LOCK_PATIENT = """
select p.id from dispensing.patient p join dispensing.dispensing g on g.patient_id = p.id
where g.id = %(id)s
for no key update of p
"""

CANCEL = """
insert into dispensing.owed_cancelled (dispensing_id, line, reason, at, actor_id, actor_name)
values (%(id)s, %(line)s, %(reason)s, %(at)s, %(actor_id)s, %(actor_name)s)
"""


class CancelOwedInput(StructInput, frozen=True, kw_only=True):
    """Why the rest is not given."""

    reason: Line


class Settling(msgspec.Struct, frozen=True):
    """A line of a new dispensing (``index``) that gives what another line owes."""

    index: int
    dispensing_id: UUID
    line: int
    product_id: UUID
    quantity: Decimal


async def require_owed(db: Connection, *, patient_id: UUID, settling: Sequence[Settling]) -> None:
    """What the lines settle is owed to this patient, of the same product, and no more than is owed.

    The patient must be locked. Raises OwedUnknown, OwedTooLarge.
    """
    if not settling:
        return
    named = [item.dispensing_id for item in settling]
    found = await list_open_lines(db, patient_id=patient_id, dispensings=named)
    left = {key: line.owed for key, line in found.items()}
    for item in settling:
        key = (item.dispensing_id, item.line)
        if key not in found or found[key].product_id != item.product_id:
            raise errors.OwedUnknown(at=f"/lines/{item.index}/settles_id")
        if item.quantity > left[key]:
            raise errors.OwedTooLarge(at=f"/lines/{item.index}/quantity", owed=left[key])
        left[key] -= item.quantity


async def cancel_owed(
    db: Connection,
    *,
    dispensing_id: UUID,
    line: int,
    cancelled: CancelOwedInput,
    actor: Actor,
    at: datetime,
) -> None:
    """The rest of a line will not be given. Raises NotFound, ReasonMissing, OwedUnknown."""
    head = await get_dispensing_head(db, dispensing_id, actor)
    if not cancelled.reason.strip():
        raise errors.ReasonMissing
    await execute(db, LOCK_PATIENT, {"id": dispensing_id})
    open_lines = await list_open_lines(db, patient_id=head.patient_id, dispensings=[dispensing_id])
    owed = open_lines.get((dispensing_id, line))
    if owed is None:
        raise errors.OwedUnknown(at="")
    params = {
        "id": dispensing_id,
        "line": line,
        "reason": cancelled.reason.strip(),
        "at": at,
        "actor_id": actor.id,
        "actor_name": actor.name,
    }
    await execute(db, CANCEL, params)
    audit.record(
        db,
        actor,
        "dispensing.owed.cancel",
        "dispensing",
        dispensing_id,
        before={"line": line, "owed": owed.owed},
        after={"line": line, "owed": 0},
        reason=cancelled.reason.strip(),
    )
