"""JSON endpoints of users' photos. Anybody who is signed in sees them."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.people.actions.photos import remove_user_photo, set_user_photo
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.files.rows import FileFacts, facts_of, get_photo
from stockroom.platform.files.uploads import (
    PRIVATE,
    UPLOAD,
    PhotoOperation,
    UploadOperation,
    kept_photo,
    photo_answer,
)
from stockroom.platform.problems import Answer
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs, etag, seen_version

AnyRequest = Request[Any, Any, State]
SIGNED_IN = [Needs("")]
WRITES = [Needs("people.account.write")]
MINE = ["My account"]
TAGS = ["Users"]


@get(
    "/api/me/photo",
    guards=SIGNED_IN,
    operation_class=PhotoOperation,
    tags=MINE,
    summary="My photo",
    responses=ANSWERS,
)
async def get_my_photo(request: AnyRequest, db: NamedDependency[Connection]) -> Response[bytes]:
    """At most 800 pixels wide and high; `?size=small` gives at most 192."""
    return await photo_answer(request, await get_photo(db, "account", _own_id(request)), cache=PRIVATE)


@put(
    "/api/me/photo",
    guards=SIGNED_IN,
    opt=UPLOAD,
    operation_class=UploadOperation,
    tags=MINE,
    summary="Set my photo",
    responses=ANSWERS,
)
async def put_my_photo(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[FileFacts]:
    """JPEG, PNG, WebP or GIF, as a form field `file` or as the body itself. It is written anew as WebP, without
    what the camera noted."""
    return await _set(request, actor, _own_id(request))


@delete("/api/me/photo", guards=SIGNED_IN, tags=MINE, summary="Remove my photo", responses=ANSWERS)
async def delete_my_photo(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> None:
    await _remove(request, db, actor, _own_id(request))


@get(
    "/api/users/{account_id:uuid}/photo",
    guards=SIGNED_IN,
    operation_class=PhotoOperation,
    tags=TAGS,
    summary="A user's photo",
    responses=ANSWERS,
)
async def get_user_photo(
    request: AnyRequest, db: NamedDependency[Connection], account_id: FromPath[UUID]
) -> Response[bytes]:
    """At most 800 pixels wide and high; `?size=small` gives at most 192."""
    return await photo_answer(request, await get_photo(db, "account", account_id), cache=PRIVATE)


@put(
    "/api/users/{account_id:uuid}/photo",
    guards=WRITES,
    opt=UPLOAD,
    operation_class=UploadOperation,
    tags=TAGS,
    summary="Set a user's photo",
    responses=ANSWERS,
)
async def put_user_photo(
    request: AnyRequest,
    actor: NamedDependency[Actor],
    account_id: FromPath[UUID],
) -> Response[FileFacts]:
    """As one's own."""
    return await _set(request, actor, account_id)


@delete(
    "/api/users/{account_id:uuid}/photo",
    guards=WRITES,
    tags=TAGS,
    summary="Remove a user's photo",
    responses=ANSWERS,
)
async def delete_user_photo(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    account_id: FromPath[UUID],
) -> None:
    await _remove(request, db, actor, account_id)


def _own_id(request: AnyRequest) -> UUID:
    return scope_of(request).require_identity().account_id


async def _set(request: AnyRequest, actor: Actor, account_id: UUID) -> Response[FileFacts]:
    version, at = seen_version(request), scope_of(request).at
    async with kept_photo(request) as (db, photo):
        made = await set_user_photo(
            db, account_id=account_id, photo=photo, version=version, actor=actor, at=at
        )
    return Answer(facts_of(made), headers=etag(version + 1))


async def _remove(request: AnyRequest, db: Connection, actor: Actor, account_id: UUID) -> None:
    version, at = seen_version(request), scope_of(request).at
    await remove_user_photo(db, account_id=account_id, version=version, actor=actor, at=at)


ROUTES = [get_my_photo, put_my_photo, delete_my_photo, get_user_photo, put_user_photo, delete_user_photo]
