"""JSON endpoints of the security log and of locks."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, delete, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.people.actions.access import clear_locks
from stockroom.people.queries.locks import Lock, list_locks
from stockroom.people.web import lock_rules
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.scope import scope_of
from stockroom.platform.security import EVENT_LIST, SecurityEvent
from stockroom.platform.web import ANSWERS, Needs, StepUp

TAGS = ["Security"]


class Locks(msgspec.Struct, frozen=True):
    items: list[Lock]


@get(
    "/api/security-events",
    guards=[Needs("platform.security.read")],
    operation_class=list_operation(EVENT_LIST),
    tags=TAGS,
    summary="List security events",
    responses=ANSWERS,
)
async def list_events(
    request: Request[Any, Any, State], db: NamedDependency[Connection]
) -> Page[SecurityEvent] | Slice[SecurityEvent]:
    """Newest first. Refusals of one kind, address and account within a minute are one event with its `times`."""
    return await listed(request, db, EVENT_LIST)


@get(
    "/api/locks",
    guards=[Needs("platform.security.read")],
    tags=TAGS,
    summary="List accounts locked after wrong passwords",
    responses=ANSWERS,
)
async def list_open_locks(request: Request[Any, Any, State], db: NamedDependency[Connection]) -> Locks:
    """Without `until`, only a new password helps."""
    rules = lock_rules(request)
    at = scope_of(request).at
    return Locks(await list_locks(db, most=rules.most, total=rules.total, lock=rules.lock, at=at))


@delete(
    "/api/users/{account_id:uuid}/locks",
    status_code=204,
    guards=[Needs("people.account.write"), StepUp()],
    tags=TAGS,
    summary="Clear every lock of a user",
    responses=ANSWERS,
)
async def clear(
    db: NamedDependency[Connection], actor: NamedDependency[Actor], account_id: FromPath[UUID]
) -> None:
    """The user may try again at once, from everywhere."""
    await clear_locks(db, account_id=account_id, actor=actor)


ROUTES = [list_events, list_open_locks, clear]
