"""Dispensings and their lines."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_all, fetch_one
from stockroom.platform.errors import NotFound

# Seen by those who see the patient now, and by the department that the patient lay in then.
HEAD = """
select
    g.id, d.number, d.at, d.recorded_at, d.actor_name, pt.id as patient_id, pt.name as patient,
    pt.file_number, g.prescriber_id, r.name as prescriber, g.department_id,
    coalesce(w.name, '') as department, g.place_id, p.name as place, d.note, v.id as reversal_id,
    v.number as reversal_number, v.reason as reversal_reason
from dispensing.dispensing g
join stock.document d on d.id = g.id
join stock.place p on p.id = g.place_id
join dispensing.patient rec on rec.id = g.patient_id
join dispensing.patient pt on pt.id = coalesce(rec.merged_into_id, rec.id)
join dispensing.prescriber r on r.id = g.prescriber_id
left join people.department w on w.id = g.department_id
left join stock.document v on v.reverses_id = g.id and v.kind = 'reversal'
where g.id = %(id)s
    and (%(departments)s::uuid[] is null
        or pt.department_id = any(%(departments)s::uuid[])
        or g.department_id = any(%(departments)s::uuid[]))
"""

LINES = """
select
    l.line, l.product_id, c.code as product_code, c.name as product, c.unit, l.directions,
    trim_scale(l.wanted) as wanted, trim_scale(l.quantity) as quantity,
    trim_scale(coalesce((
        select sum(r.quantity) from stock.movement m join stock.movement r on r.reverses_seq = m.seq
        where m.document_id = l.dispensing_id and m.line = l.line), 0)) as returned,
    trim_scale(coalesce((
        select o.owed from dispensing.owed o where o.dispensing_id = l.dispensing_id and o.line = l.line), 0))
        as owed,
    coalesce(k.reason, '') as owed_cancelled, l.settles_id, l.settles_line
from dispensing.dispensing_line l
join catalog.product c on c.id = l.product_id
left join dispensing.owed_cancelled k on k.dispensing_id = l.dispensing_id and k.line = l.line
where l.dispensing_id = %(id)s
order by l.line
"""

BATCHES = """
select m.line, m.batch_id, t.code as batch_code, t.expires_on, trim_scale(m.quantity) as quantity
from stock.movement m
join stock.batch t on t.id = m.batch_id
where m.document_id = %(id)s
order by m.seq
"""

ANSWERS = """
select a.code, a.product_id, c.name as product, a.reason
from dispensing.answered_warning a
join catalog.product c on c.id = a.product_id
where a.dispensing_id = %(id)s
order by platform.fold(c.name), a.product_id, a.code
"""

CORRECTIONS = """
select d.id, d.number, d.kind, d.at, d.actor_name, d.reason
from stock.document d
where d.reverses_id = %(id)s
order by d.at, d.id
"""


class DispensingHead(msgspec.Struct, frozen=True):
    """What stands above the lines. The patient is the record that a duplicate was merged into;
    the department is where the patient lay at the time."""

    id: UUID
    number: str
    at: datetime
    recorded_at: datetime
    actor_name: str
    patient_id: UUID
    patient: str
    file_number: str
    prescriber_id: UUID
    prescriber: str
    department_id: UUID | None
    department: str
    place_id: UUID
    place: str
    note: str
    reversal_id: UUID | None
    reversal_number: str | None
    reversal_reason: str | None


class DispensedBatch(msgspec.Struct, frozen=True):
    """A part of a line, from one batch."""

    line: int
    batch_id: UUID
    batch_code: str
    expires_on: date | None
    quantity: Decimal


class LineRow(msgspec.Struct, frozen=True):
    line: int
    product_id: UUID
    product_code: str
    product: str
    unit: str
    directions: str
    wanted: Decimal
    quantity: Decimal
    returned: Decimal
    owed: Decimal
    owed_cancelled: str
    settles_id: UUID | None
    settles_line: int | None


class DispensedLine(LineRow, frozen=True, kw_only=True):
    """A line in base units: wanted, given, since returned, and still owed. ``owed_cancelled`` is the reason
    why the rest is not given; ``settles_id`` and ``settles_line`` name the owed line that this one gives."""

    batches: list[DispensedBatch]

    @property
    def left(self) -> Decimal:
        return self.quantity - self.returned


class AnsweredWarning(msgspec.Struct, frozen=True):
    """A warning that was shown, and the reason for going on."""

    code: str
    product_id: UUID
    product: str
    reason: str


class Correction(msgspec.Struct, frozen=True):
    """A return, or the reversal of the whole. ``kind`` is return or reversal."""

    id: UUID
    number: str
    kind: str
    at: datetime
    actor_name: str
    reason: str


class Dispensing(DispensingHead, frozen=True, kw_only=True):
    """A whole dispensing."""

    lines: list[DispensedLine]
    answers: list[AnsweredWarning]
    corrections: list[Correction]


async def get_dispensing_head(db: Connection, dispensing_id: UUID, actor: Actor) -> DispensingHead:
    """Raises NotFound, for other departments' patients too."""
    params = {"id": dispensing_id, "departments": actor.department_list()}
    found = await fetch_one(db, HEAD, params, DispensingHead)
    if found is None:
        raise NotFound
    return found


async def get_dispensing(db: Connection, dispensing_id: UUID, actor: Actor) -> Dispensing:
    """Raises NotFound, for other departments' patients too. Five statements, whatever the lines."""
    head = await get_dispensing_head(db, dispensing_id, actor)
    params = {"id": dispensing_id}
    rows = await fetch_all(db, LINES, params, LineRow)
    batches: dict[int, list[DispensedBatch]] = {row.line: [] for row in rows}
    for part in await fetch_all(db, BATCHES, params, DispensedBatch):
        batches[part.line].append(part)
    lines = [DispensedLine(**msgspec.structs.asdict(row), batches=batches[row.line]) for row in rows]
    return Dispensing(
        **msgspec.structs.asdict(head),
        lines=lines,
        answers=await fetch_all(db, ANSWERS, params, AnsweredWarning),
        corrections=await fetch_all(db, CORRECTIONS, params, Correction),
    )
