"""Dispensings and their lines."""

from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_one
from stockroom.platform.errors import NotFound

DISPENSING_HEAD = """
select g.id, g.patient_id, g.prescriber_id, g.department_id, g.place_id, d.number, d.kind
from dispensing.dispensing g
join stock.document d on d.id = g.id
join stock.place p on p.id = g.place_id
where g.id = %(id)s
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
"""


class DispensingHead(msgspec.Struct, frozen=True):
    id: UUID
    patient_id: UUID
    prescriber_id: UUID
    department_id: UUID | None
    place_id: UUID
    number: str
    kind: str


async def get_dispensing_head(db: Connection, dispensing_id: UUID, actor: Actor) -> DispensingHead:
    """Raises NotFound, for other departments' dispensings too."""
    params = {"id": dispensing_id, "departments": actor.department_list()}
    found = await fetch_one(db, DISPENSING_HEAD, params, DispensingHead)
    if found is None:
        raise NotFound
    return found
