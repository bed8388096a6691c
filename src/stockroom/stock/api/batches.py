"""JSON endpoints of batches, and of holding them back."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
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
from stockroom.stock.actions.batches import ReasonInput, hold_batch, release_batch
from stockroom.stock.actions.expiry import ExpiryInput, date_batch
from stockroom.stock.actions.hold import HoldInput, hold_stock, release_stock
from stockroom.stock.queries.balances_list import Balance, list_balances_of_batch
from stockroom.stock.queries.batches import BATCHES, Batch, ListedBatch, get_batch
from stockroom.stock.queries.scope import stock_scope

AnyRequest = Request[Any, Any, State]
TAGS = ["Batches"]


class BatchAndPlaces(msgspec.Struct, frozen=True):
    """A batch and where it lies."""

    batch: Batch
    places: list[Balance]


@get(
    "/api/batches",
    guards=[Needs("stock.balance.read")],
    operation_class=list_operation(BATCHES),
    tags=TAGS,
    summary="List batches",
    responses=ANSWERS,
)
async def list_batches(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[ListedBatch] | Slice[ListedBatch]:
    return await listed(request, db, BATCHES, stock_scope(actor, scope_of(request).at))


@get(
    "/api/batches/{batch_id:uuid}",
    guards=[Needs("stock.balance.read")],
    tags=TAGS,
    summary="One batch and where it lies",
    responses=ANSWERS,
)
async def show_batch(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
) -> Response[BatchAndPlaces]:
    return await _answer(request, db, actor, batch_id)


@post(
    "/api/batches/{batch_id:uuid}/hold",
    guards=[Needs("stock.hold.write")],
    status_code=200,
    tags=TAGS,
    summary="Put a whole batch on hold, everywhere",
    responses=ANSWERS,
)
async def post_hold(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
    data: JSONBody[ReasonInput],
) -> Response[BatchAndPlaces]:
    version = seen_version(request)
    await hold_batch(db, batch_id=batch_id, reason=data.reason, recall=False, version=version, actor=actor)
    return await _answer(request, db, actor, batch_id)


@post(
    "/api/batches/{batch_id:uuid}/recall",
    guards=[Needs("stock.hold.write")],
    status_code=200,
    tags=TAGS,
    summary="Mark a whole batch as recalled, everywhere",
    responses=ANSWERS,
)
async def post_recall(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
    data: JSONBody[ReasonInput],
) -> Response[BatchAndPlaces]:
    version = seen_version(request)
    await hold_batch(db, batch_id=batch_id, reason=data.reason, recall=True, version=version, actor=actor)
    return await _answer(request, db, actor, batch_id)


@post(
    "/api/batches/{batch_id:uuid}/release",
    guards=[Needs("stock.hold.write")],
    status_code=200,
    tags=TAGS,
    summary="Release a whole batch for use",
    responses=ANSWERS,
)
async def post_release(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
    data: JSONBody[ReasonInput],
) -> Response[BatchAndPlaces]:
    version = seen_version(request)
    await release_batch(db, batch_id=batch_id, reason=data.reason, version=version, actor=actor)
    return await _answer(request, db, actor, batch_id)


@post(
    "/api/batches/{batch_id:uuid}/expiry",
    guards=[Needs("stock.adjustment.post")],
    status_code=200,
    tags=TAGS,
    summary="Write down the expiry date that a batch came in without",
    responses=ANSWERS,
)
async def post_expiry(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
    data: JSONBody[ExpiryInput],
) -> Response[BatchAndPlaces]:
    """A date that is there stays: 409 `batch.dated`."""
    version = seen_version(request)
    await date_batch(db, batch_id=batch_id, expires_on=data.expires_on, version=version, actor=actor)
    return await _answer(request, db, actor, batch_id)


@post(
    "/api/holds",
    guards=[Needs("stock.hold.write")],
    status_code=200,
    tags=TAGS,
    summary="Hold back a quantity of a batch at one place",
    responses=ANSWERS,
)
async def post_place_hold(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: JSONBody[HoldInput],
) -> Response[BatchAndPlaces]:
    await hold_stock(db, hold=data, actor=actor)
    return await _answer(request, db, actor, data.batch_id)


@post(
    "/api/holds/release",
    guards=[Needs("stock.hold.write")],
    status_code=200,
    tags=TAGS,
    summary="Release a quantity that was held back at one place",
    responses=ANSWERS,
)
async def post_place_release(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: JSONBody[HoldInput],
) -> Response[BatchAndPlaces]:
    await release_stock(db, hold=data, actor=actor)
    return await _answer(request, db, actor, data.batch_id)


async def _answer(
    request: AnyRequest, db: Connection, actor: Actor, batch_id: UUID
) -> Response[BatchAndPlaces]:
    batch = await get_batch(db, batch_id, actor=actor)
    places = await list_balances_of_batch(db, batch_id, actor=actor, now=scope_of(request).at)
    return Answer(BatchAndPlaces(batch, places), headers=etag(batch.version))


ROUTES = [
    list_batches, show_batch, post_hold, post_recall, post_release, post_expiry, post_place_hold, post_place_release,
]  # fmt: skip
