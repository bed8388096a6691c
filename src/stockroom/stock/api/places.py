"""JSON endpoints of places."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.problems import Answer
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs, etag, seen_version
from stockroom.stock import queries
from stockroom.stock.actions.places import (
    PlaceInput,
    archive_place,
    create_place,
    restore_place,
    update_place,
)
from stockroom.stock.queries.places import PLACES, Place

AnyRequest = Request[Any, Any, State]
TAGS = ["Places"]


@get(
    "/api/places",
    guards=[Needs("stock.place.read")],
    operation_class=list_operation(PLACES),
    tags=TAGS,
    summary="List places",
    responses=ANSWERS,
)
async def list_places(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[Place] | Slice[Place]:
    """The places inside that the reader may see."""
    return await listed(request, db, PLACES, {"departments": actor.department_list()})


@get(
    "/api/places/{place_id:uuid}",
    guards=[Needs("stock.place.read")],
    tags=TAGS,
    summary="One place",
    responses=ANSWERS,
)
async def get_place(
    db: NamedDependency[Connection], actor: NamedDependency[Actor], place_id: FromPath[UUID]
) -> Response[Place]:
    return _with_tag(await queries.get_place(db, place_id, actor=actor))


@post(
    "/api/places",
    guards=[Needs("stock.place.write")],
    tags=TAGS,
    summary="Open a place",
    responses=ANSWERS,
)
async def post_place(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: JSONBody[PlaceInput],
) -> Response[Place]:
    place_id = await create_place(db, place=data, actor=actor, at=scope_of(request).at)
    made = await queries.get_place(db, place_id, actor=actor)
    return Answer(made, headers=etag(made.version) | {"Location": f"/api/places/{place_id}"})


@put(
    "/api/places/{place_id:uuid}",
    guards=[Needs("stock.place.write")],
    tags=TAGS,
    summary="Change a place",
    responses=ANSWERS,
)
async def put_place(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    place_id: FromPath[UUID],
    data: JSONBody[PlaceInput],
) -> Response[Place]:
    version = seen_version(request)
    return _with_tag(await update_place(db, place_id=place_id, place=data, version=version, actor=actor))


@delete(
    "/api/places/{place_id:uuid}",
    guards=[Needs("stock.place.write")],
    tags=TAGS,
    summary="Archive a place",
    responses=ANSWERS,
)
async def delete_place(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    place_id: FromPath[UUID],
) -> None:
    await archive_place(db, place_id=place_id, version=seen_version(request), actor=actor)


@post(
    "/api/places/{place_id:uuid}/restore",
    guards=[Needs("stock.place.write")],
    status_code=200,
    tags=TAGS,
    summary="Take an archived place into use again",
    responses=ANSWERS,
)
async def post_restore(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    place_id: FromPath[UUID],
) -> Response[Place]:
    version = seen_version(request)
    return _with_tag(await restore_place(db, place_id=place_id, version=version, actor=actor))


def _with_tag(place: Place) -> Response[Place]:
    return Answer(place, headers=etag(place.version))


ROUTES = [list_places, get_place, post_place, put_place, delete_place, post_restore]
