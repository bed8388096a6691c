"""JSON endpoints of what to look after: expiry, low stock, levels, and the stock card."""

from typing import Any

from litestar import Request, Response, get, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import JSONBody

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.fields import convert
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.problems import Answer
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs, etag, seen_version
from stockroom.stock.actions.levels import LevelInput, set_level
from stockroom.stock.api.card_parameters import CardOperation
from stockroom.stock.queries.card_page import CardQuery, StockCard, read_card
from stockroom.stock.queries.expiry import EXPIRY, Expiring
from stockroom.stock.queries.levels import LEVELS, LOW_STOCK, Level, LowStock
from stockroom.stock.queries.scope import stock_scope

AnyRequest = Request[Any, Any, State]


@get(
    "/api/expiry",
    guards=[Needs("stock.balance.read")],
    operation_class=list_operation(EXPIRY),
    tags=["Stock"],
    summary="What has expired or will, earliest first",
    responses=ANSWERS,
)
async def list_expiring(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[Expiring] | Slice[Expiring]:
    return await listed(request, db, EXPIRY, stock_scope(actor, scope_of(request).at))


@get(
    "/api/low-stock",
    guards=[Needs("stock.balance.read")],
    operation_class=list_operation(LOW_STOCK),
    tags=["Stock"],
    summary="What is at its reorder point or below",
    responses=ANSWERS,
)
async def list_low_stock(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[LowStock] | Slice[LowStock]:
    return await listed(request, db, LOW_STOCK, stock_scope(actor, scope_of(request).at))


@get(
    "/api/levels",
    guards=[Needs("stock.balance.read")],
    operation_class=list_operation(LEVELS),
    tags=["Levels"],
    summary="Minimum, reorder point and maximum of products",
    responses=ANSWERS,
)
async def list_levels(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[Level] | Slice[Level]:
    return await listed(request, db, LEVELS, stock_scope(actor, scope_of(request).at))


@put(
    "/api/levels",
    guards=[Needs("stock.level.write")],
    tags=["Levels"],
    summary="Set the level of a product, for the organisation or one place",
    responses=ANSWERS,
)
async def put_level(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: JSONBody[LevelInput],
) -> Response[Level]:
    """`If-Match` names the version seen; without it only a level that is not there yet is set."""
    level = await set_level(db, level=data, version=seen_version(request, 0), actor=actor)
    return Answer(level, headers=etag(level.version))


@get(
    "/api/stock-card",
    guards=[Needs("stock.balance.read")],
    operation_class=CardOperation,
    tags=["Stock"],
    summary="The ledger of a product or batch with its running balance",
    responses=ANSWERS,
)
async def show_card(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> StockCard:
    """Movements in the order of the ledger (`sort=-seq`: newest first). `from` and `to` are inclusive local
    days; the card opens with what there was before."""
    asked = convert(dict(request.query_params), CardQuery, strict=False)
    here = scope_of(request)
    return await read_card(db, asked, actor=actor, at=here.at, secret=here.secret)


ROUTES = [list_expiring, list_low_stock, list_levels, put_level, show_card]
