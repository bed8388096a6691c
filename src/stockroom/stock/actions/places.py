"""Opening, changing and archiving places (S1)."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_one, fetch_value
from stockroom.platform.errors import VersionStale
from stockroom.platform.fields import Code, Line, Name, StructInput
from stockroom.platform.ids import new_id
from stockroom.stock import errors
from stockroom.stock.queries.places import Kind, Place, get_place

CODE_TAKEN = """
select exists (
    select from stock.place where lower(code) = lower(%(code)s) and id is distinct from %(id)s)
"""

DEPARTMENT_IS_THEIRS = """
select exists (
    select from people.department d
    where d.id = %(id)s and d.active
        and (%(departments)s::uuid[] is null or d.id = any(%(departments)s::uuid[])))
"""

# Upwards from the parent; a place met on the way would contain itself.
PARENT = """
with recursive up (id, parent_id, usable) as (
    select p.id, p.parent_id, p.active and not p.outside
        and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
    from stock.place p
    where p.id = %(parent_id)s
    union
    select p.id, p.parent_id, true from stock.place p join up on p.id = up.parent_id
)
select
    coalesce(bool_and(usable), false) as usable,
    coalesce(bool_or(id = %(id)s), false) as contains_it
from up
"""

INSERT = """
insert into stock.place (id, code, name, kind, parent_id, department_id, location, is_main, created_at)
values (
    %(id)s, %(code)s, %(name)s, %(kind)s, %(parent_id)s, %(department_id)s, %(location)s, %(is_main)s, %(at)s)
"""

UPDATE = """
update stock.place
set code = %(code)s, name = %(name)s, kind = %(kind)s, parent_id = %(parent_id)s,
    department_id = %(department_id)s, location = %(location)s, version = version + 1
where id = %(id)s and version = %(version)s
"""

# Stronger than the key share of a posting: whichever comes second sees what the first has done.
LOCK = "select version from stock.place where id = %(id)s for update"

HOLDS_STOCK = "select exists (select from stock.balance where place_id = %(id)s and on_hand > 0)"

HAS_PARTS = "select exists (select from stock.place where parent_id = %(id)s and active)"

ARCHIVE = "update stock.place set active = false, version = version + 1 where id = %(id)s"

RESTORE = """
update stock.place set active = true, version = version + 1 where id = %(id)s and version = %(version)s
"""


class PlaceInput(StructInput, frozen=True, kw_only=True):
    """What a person writes about a place. A bin names the place it stands in."""

    code: Code
    name: Name
    kind: Kind
    parent_id: UUID | None = None
    department_id: UUID | None = None
    location: Line = ""


class _Parent(msgspec.Struct, frozen=True):
    usable: bool
    contains_it: bool


async def create_place(
    db: Connection, *, place: PlaceInput, is_main: bool = False, actor: Actor, at: datetime
) -> UUID:
    """Raises PlaceCodeTaken, PlaceParentUnknown, BinWithoutPlace, PlaceDepartmentUnknown."""
    place_id = new_id()
    await _check(db, place, place_id, actor)
    columns = _columns(place)
    await execute(db, INSERT, columns | {"id": place_id, "is_main": is_main, "at": at})
    audit.record(db, actor, "stock.place.create", "place", place_id, after=columns | {"is_main": is_main})
    return place_id


async def update_place(
    db: Connection, *, place_id: UUID, place: PlaceInput, version: int, actor: Actor
) -> Place:
    """Raises NotFound, VersionStale, PlaceInItself, and as create_place."""
    before = await get_place(db, place_id, actor=actor)
    await _check(db, place, place_id, actor)
    params = _columns(place) | {"id": place_id, "version": version}
    if not await execute(db, UPDATE, params):
        raise VersionStale
    after = await get_place(db, place_id, actor=actor)
    audit.record(db, actor, "stock.place.update", "place", place_id, before=before, after=after)
    return after


async def archive_place(db: Connection, *, place_id: UUID, version: int, actor: Actor) -> None:
    """Raises NotFound, MainPlaceStays, VersionStale, PlaceHoldsStock, PlaceHasParts."""
    before = await get_place(db, place_id, actor=actor)
    if before.is_main:
        raise errors.MainPlaceStays
    if await fetch_value(db, LOCK, {"id": place_id}) != version:
        raise VersionStale
    if await fetch_value(db, HOLDS_STOCK, {"id": place_id}):
        raise errors.PlaceHoldsStock
    if await fetch_value(db, HAS_PARTS, {"id": place_id}):
        raise errors.PlaceHasParts
    await execute(db, ARCHIVE, {"id": place_id})
    audit.record(db, actor, "stock.place.archive", "place", place_id, before=before)


async def restore_place(db: Connection, *, place_id: UUID, version: int, actor: Actor) -> Place:
    """Raises NotFound, VersionStale."""
    before = await get_place(db, place_id, actor=actor)
    if not await execute(db, RESTORE, {"id": place_id, "version": version}):
        raise VersionStale
    audit.record(db, actor, "stock.place.restore", "place", place_id, before=before)
    return await get_place(db, place_id, actor=actor)


async def _check(db: Connection, place: PlaceInput, own_id: UUID, actor: Actor) -> None:
    departments = actor.department_list()
    if await fetch_value(db, CODE_TAKEN, {"code": place.code.strip(), "id": own_id}):
        raise errors.PlaceCodeTaken
    if place.kind == "bin" and place.parent_id is None:
        raise errors.BinWithoutPlace
    if place.parent_id is not None:
        params = {"id": own_id, "parent_id": place.parent_id, "departments": departments}
        parent = await fetch_one(db, PARENT, params, _Parent)
        if parent is None or not parent.usable:
            raise errors.PlaceParentUnknown
        if parent.contains_it:
            raise errors.PlaceInItself
    if place.department_id is None and departments is None:
        return
    params = {"id": place.department_id, "departments": departments}
    if not await fetch_value(db, DEPARTMENT_IS_THEIRS, params):
        raise errors.PlaceDepartmentUnknown


def _columns(place: PlaceInput) -> dict[str, Any]:
    return {
        "code": place.code.strip(),
        "name": place.name.strip(),
        "kind": place.kind,
        "parent_id": place.parent_id,
        "department_id": place.department_id,
        "location": place.location.strip(),
    }
