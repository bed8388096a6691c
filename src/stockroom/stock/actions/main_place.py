"""The store of the main pharmacy, where there is none yet."""

from uuid import UUID

from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.stock.errors import MainPlaceStays

MAKE_MAIN = """
update stock.place p set is_main = true, version = version + 1
where p.id = %(id)s and p.active and not p.outside
    and not exists (select from stock.place other where other.is_main)
"""


async def make_main_place(db: Connection, *, place_id: UUID, actor: Actor) -> None:
    """Raises MainPlaceStays where there is a main store already, or the place cannot be one."""
    if not await execute(db, MAKE_MAIN, {"id": place_id}):
        raise MainPlaceStays
    audit.record(
        db,
        actor,
        "stock.place.make_main",
        "place",
        place_id,
        before={"is_main": False},
        after={"is_main": True},
    )
