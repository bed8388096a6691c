"""JSON endpoints of API keys. Only people make, rotate and revoke them: no key comes in here."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from stockroom.people import queries
from stockroom.people.actions.keys import KeyInput, NewKey, create_key, revoke_key, rotate_key
from stockroom.people.queries.keys import KEYS, ApiKey, key_scope
from stockroom.people.web import settings_of
from stockroom.platform.access import Actor
from stockroom.platform.api_schema import PEOPLE_ONLY
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs, StepUp, etag, seen_version

AnyRequest = Request[Any, Any, State]
TAGS = ["API keys"]
SIGNED_IN = [Needs("")]
PROVED = [*SIGNED_IN, StepUp()]
TELLS = {"secret_answer": True}


@get(
    "/api/keys",
    guards=SIGNED_IN,
    security=[PEOPLE_ONLY],
    operation_class=list_operation(KEYS),
    tags=TAGS,
    summary="List API keys",
    responses=ANSWERS,
)
async def list_keys(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[ApiKey] | Slice[ApiKey]:
    """Your own; everybody's for those who may see them."""
    return await listed(request, db, KEYS, key_scope(actor, scope_of(request).at))


@get(
    "/api/keys/{key_id:uuid}",
    guards=SIGNED_IN,
    security=[PEOPLE_ONLY],
    tags=TAGS,
    summary="One API key",
    responses=ANSWERS,
)
async def get_key(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    key_id: FromPath[UUID],
) -> Response[ApiKey]:
    owner = None if actor.may("people.key.read") else actor.id
    found = await queries.get_key(db, key_id, account_id=owner, at=scope_of(request).at)
    return Response(found, headers=etag(found.version))


@post(
    "/api/keys",
    guards=PROVED,
    security=[PEOPLE_ONLY],
    opt=TELLS,
    tags=TAGS,
    summary="Make an API key",
    responses=ANSWERS,
)
async def post_key(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: JSONBody[KeyInput],
) -> Response[NewKey]:
    """`secret` is told this once: send it as `Authorization: Bearer …`. 403 `key.beyond_own` names each scope
    that is not your own.
    """
    here = scope_of(request)
    made = await create_key(
        db,
        key=data,
        owner=here.require_identity(),
        most_days=settings_of(request).api_key_days,
        actor=actor,
        at=here.at,
    )
    return Response(made, headers=etag(made.key.version) | {"Location": f"/api/keys/{made.key.id}"})


@post(
    "/api/keys/{key_id:uuid}/rotate",
    guards=PROVED,
    security=[PEOPLE_ONLY],
    opt=TELLS,
    status_code=200,
    tags=TAGS,
    summary="Give an API key a new secret",
    responses=ANSWERS,
)
async def post_key_rotation(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    key_id: FromPath[UUID],
) -> Response[NewKey]:
    """Only its owner may. The old secret works until `old_until`, or no more."""
    here = scope_of(request)
    made = await rotate_key(
        db,
        key_id=key_id,
        owner=here.require_identity(),
        version=seen_version(request),
        grace=timedelta(minutes=settings_of(request).api_key_grace_minutes),
        actor=actor,
        at=here.at,
    )
    return Response(made, headers=etag(made.key.version))


@delete(
    "/api/keys/{key_id:uuid}",
    guards=SIGNED_IN,
    security=[PEOPLE_ONLY],
    tags=TAGS,
    summary="Revoke an API key",
    responses=ANSWERS,
)
async def delete_key(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    key_id: FromPath[UUID],
) -> None:
    """Your own; anybody's for those who may. It stops at once."""
    await revoke_key(db, key_id=key_id, actor=actor, at=scope_of(request).at)


ROUTES = [list_keys, get_key, post_key, post_key_rotation, delete_key]
