"""A department's store opens with it and closes with it (H1)."""

from datetime import datetime
from uuid import UUID

from stockroom.people import DepartmentArchiving, DepartmentInUse, DepartmentOpened
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_values
from stockroom.platform.i18n import gettext
from stockroom.stock import rules
from stockroom.stock.actions.places import PlaceInput, create_place

CODES_LIKE = "select lower(code) from stock.place where starts_with(lower(code), lower(%(stem)s))"

# Locked like a place that a person archives: a posting under way is waited for.
LOCK_PLACES = """
select id from stock.place where department_id = %(id)s and active order by id for update
"""

HOLDING = """
select place_id from stock.balance where place_id = any(%(ids)s) and on_hand > 0 limit 1
"""

ARCHIVE_PLACES = "update stock.place set active = false, version = version + 1 where id = any(%(ids)s)"


async def open_department_store(
    db: Connection, event: DepartmentOpened, /, *, actor: Actor, at: datetime
) -> None:
    """Subscribes to DepartmentOpened: the store of a ward, with a code made from its name."""
    if not event.with_store:
        return
    stem = rules.place_code(event.name)
    taken: set[str] = set(await fetch_values(db, CODES_LIKE, {"stem": stem}))
    place = PlaceInput(
        code=rules.free_code(stem, taken),
        name=gettext("{name} store").format(name=event.name),
        kind="ward",
        department_id=event.department_id,
    )
    await create_place(db, place=place, actor=actor, at=at)


async def close_department_places(
    db: Connection, event: DepartmentArchiving, /, *, actor: Actor, at: datetime
) -> None:
    """Subscribes to DepartmentArchiving: archives its places.

    Raises DepartmentInUse while they hold stock.
    """
    ids: list[UUID] = await fetch_values(db, LOCK_PLACES, {"id": event.department_id})
    if await fetch_values(db, HOLDING, {"ids": ids}):
        raise DepartmentInUse
    await execute(db, ARCHIVE_PLACES, {"ids": ids})
    for place_id in ids:
        audit.record(db, actor, "stock.place.archive", "place", place_id, reason="department archived")
