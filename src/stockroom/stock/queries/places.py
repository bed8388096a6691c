"""Places."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_all, fetch_one
from stockroom.platform.errors import NotFound
from stockroom.platform.lists import Filter, ListSpec, Sort

# The key share makes a place that is being archived wait for the posting, and the posting for it.
PLACES_FOR_POSTING = """
select p.id, p.code, p.name, p.kind, p.outside, p.active, p.department_id, p.is_main, p.version
from stock.place p
where p.id = any(%(ids)s)
order by p.id
for key share
"""

PLACE = """
select
    p.id, p.code, p.name, p.kind, p.parent_id, up.name as parent_name, p.department_id,
    d.name as department_name, p.location, p.is_main, p.active, p.version, p.created_at
from stock.place p
left join stock.place up on up.id = p.parent_id
left join people.department d on d.id = p.department_id
where p.id = %(id)s and not p.outside
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
"""

CHOICES = """
select p.id, p.code, p.name, p.kind, p.is_main
from stock.place p
where p.active and not p.outside
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
order by p.is_main desc, platform.fold(p.name), p.id
"""

FOUND = """
select p.id, p.code, p.name, p.kind, p.is_main
from stock.place p
where p.active and not p.outside
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
    and (p.search_text like '%%' || platform.fold(%(like)s) || '%%' or platform.fold(%(q)s) <%% p.search_text)
order by lower(p.code) = lower(%(q)s) desc, platform.fold(p.name) like platform.fold(%(like)s) || '%%' desc,
    platform.fold(p.name), p.id
limit 10
"""

Kind = Literal["site", "storage", "ward", "production", "bin"]


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


class Place(msgspec.Struct, frozen=True):
    """Where stock lies. A part of a bigger place names it as its parent."""

    id: UUID
    code: str
    name: str
    kind: str
    parent_id: UUID | None
    parent_name: str | None
    department_id: UUID | None
    department_name: str | None
    location: str
    is_main: bool
    active: bool
    version: int
    created_at: datetime


class PlaceChoice(msgspec.Struct, frozen=True):
    """What a select or a picker offers."""

    id: UUID
    code: str
    name: str
    kind: str
    is_main: bool


PLACES = ListSpec(
    name="places",
    row=Place,
    columns=(
        "p.id, p.code, p.name, p.kind, p.parent_id, up.name, p.department_id, d.name, p.location, p.is_main,"
        " p.active, p.version, p.created_at"
    ),
    source=(
        "stock.place p left join stock.place up on up.id = p.parent_id"
        " left join people.department d on d.id = p.department_id"
    ),
    scope=(
        "not p.outside"
        " and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))"
    ),
    sorts={"name": Sort("platform.fold(p.name)"), "code": Sort("platform.fold(p.code)")},
    default_sort="name",
    key=Sort("p.id", "uuid"),
    filters={
        "active": Filter("p.active = %(value)s", bool, "true or false."),
        "kind": Filter("p.kind = %(value)s", Kind, "Kind of place."),
        "department_id": Filter("p.department_id = %(value)s", UUID, "Places of this department."),
        "parent_id": Filter("p.parent_id = %(value)s", UUID, "Parts of this place."),
    },
    search="p.search_text",
)


async def get_places_for_posting(db: Connection, ids: Sequence[UUID]) -> dict[UUID, PlaceFacts]:
    """By id, kept from being archived until the transaction ends; unknown ids are absent."""
    return {row.id: row for row in await fetch_all(db, PLACES_FOR_POSTING, {"ids": list(ids)}, PlaceFacts)}


async def get_place(db: Connection, place_id: UUID, *, actor: Actor) -> Place:
    """A place inside. Raises NotFound, also where it belongs to a department that is not the actor's."""
    params = {"id": place_id, "departments": actor.department_list()}
    found = await fetch_one(db, PLACE, params, Place)
    if found is None:
        raise NotFound
    return found


async def list_place_choices(db: Connection, actor: Actor) -> list[PlaceChoice]:
    """The active places that the actor may use, the main one first."""
    return await fetch_all(db, CHOICES, {"departments": actor.department_list()}, PlaceChoice)


async def find_places(db: Connection, q: str, *, actor: Actor) -> list[PlaceChoice]:
    """At most ten active places for what was typed, an exact code first."""
    like = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return await fetch_all(
        db, FOUND, {"q": q, "like": like, "departments": actor.department_list()}, PlaceChoice
    )
