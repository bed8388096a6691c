"""What was rehearsed and waits to be imported."""

from datetime import datetime
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_one
from stockroom.platform.errors import NotFound

DRAFT = """
select d.id, d.name, d.made_at, d.imported_at, d.report
from interchange.draft d
where d.id = %(id)s and d.account_id is not distinct from %(account_id)s
"""

PLAN_FOR_UPDATE = """
select d.plan
from interchange.draft d
where d.id = %(id)s and d.account_id is not distinct from %(account_id)s and d.imported_at is null
for update
"""


class Draft(msgspec.Struct, frozen=True):
    """A rehearsed import of one person; ``report`` is an ImportReport as JSON."""

    id: UUID
    name: str
    made_at: datetime
    imported_at: datetime | None
    report: bytes


class Planned(msgspec.Struct, frozen=True):
    plan: bytes


async def get_draft(db: Connection, draft_id: UUID, actor: Actor) -> Draft:
    """Raises NotFound, for other people's too."""
    found = await fetch_one(db, DRAFT, {"id": draft_id, "account_id": actor.id}, Draft)
    if found is None:
        raise NotFound
    return found


async def find_plan_for_update(db: Connection, draft_id: UUID, actor: Actor) -> bytes | None:
    """The plan that nobody has imported yet, locked."""
    found = await fetch_one(db, PLAN_FOR_UPDATE, {"id": draft_id, "account_id": actor.id}, Planned)
    return None if found is None else found.plan
