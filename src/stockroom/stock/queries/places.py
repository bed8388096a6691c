"""Places."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all

PLACES_BY_ID = """
select p.id, p.code, p.name, p.kind, p.outside, p.active, p.department_id, p.is_main, p.version
from stock.place p
where p.id = any(%(ids)s)
"""


class PlaceFacts(msgspec.Struct, frozen=True):
    """What a posting must know about a place."""

    id: UUID
    code: str
    name: str
    kind: str
    outside: bool
    active: bool
    department_id: UUID | None
    is_main: bool
    version: int


async def get_places(db: Connection, ids: Sequence[UUID]) -> dict[UUID, PlaceFacts]:
    """By id; unknown ids are absent."""
    return {row.id: row for row in await fetch_all(db, PLACES_BY_ID, {"ids": list(ids)}, PlaceFacts)}
