"""Pages of what there is: stock by product, and the stock side of one product."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import N_
from stockroom.platform.exports import Column
from stockroom.platform.pages import page
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs
from stockroom.stock.pages.listing import asked_of, list_export, list_page
from stockroom.stock.pages.words import batch_state
from stockroom.stock.queries.balances_list import list_balances_of_product
from stockroom.stock.queries.levels import list_levels
from stockroom.stock.queries.past import past_moment
from stockroom.stock.queries.places import list_place_choices
from stockroom.stock.queries.product_stock import PAST_PRODUCT_STOCK, PRODUCT_STOCK, find_product_stock
from stockroom.stock.queries.products import get_product_head
from stockroom.stock.queries.scope import stock_scope

AnyRequest = Request[Any, Any, State]
DAY_LENGTH = len("2026-01-31")

PAST_COLUMNS: list[Column] = [
    (N_("Code"), lambda row: row.code),
    (N_("Product"), lambda row: row.name),
    (N_("Unit"), lambda row: row.unit),
    (N_("On hand"), lambda row: row.on_hand),
    (N_("Value"), lambda row: row.value),
]
COLUMNS: list[Column] = [
    *PAST_COLUMNS[:4],
    (N_("Reserved"), lambda row: row.reserved),
    (N_("On hold"), lambda row: row.on_hold),
    (N_("Expired"), lambda row: row.expired),
    (N_("Available"), lambda row: row.available),
    (N_("Earliest expiry"), lambda row: row.earliest_expiry),
    (N_("Value"), lambda row: row.value),
]


@get("/stock", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def list_stock(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    past = request.query_params.get("at", "")
    spec = PAST_PRODUCT_STOCK if past else PRODUCT_STOCK
    asked = asked_of(request, spec)
    now = scope_of(request).at
    return await list_page(
        request,
        db,
        spec,
        asked,
        template="stock/stock.html",
        fragment="stock/_stock.html",
        scope=stock_scope(actor, now, asked),
        past=past,
        past_day=past_moment(past, now).date() if len(past) == DAY_LENGTH else None,
        today=now.date(),
        place_id=str(asked.filters.get("place_id", "")),
        places=await list_place_choices(db, actor),
    )


@get("/stock/export", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def export_stock(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    now = scope_of(request).at
    if request.query_params.get("at"):
        asked = asked_of(request, PAST_PRODUCT_STOCK)
        return await list_export(
            request, db, PAST_PRODUCT_STOCK, asked, name="stock-past", columns=PAST_COLUMNS,
            scope=stock_scope(actor, now, asked),
        )  # fmt: skip
    asked = asked_of(request, PRODUCT_STOCK)
    scope = stock_scope(actor, now, asked)
    return await list_export(request, db, PRODUCT_STOCK, asked, name="stock", columns=COLUMNS, scope=scope)


@get("/stock/product/{product_id:uuid}", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def show_product(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
) -> Response[Any]:
    levels = await list_levels(db, product_id, actor=actor)
    return await _product_page(request, db, actor, product_id, "stock/product.html", levels=levels)


@get(
    "/stock/product/{product_id:uuid}/summary", guards=[Needs("stock.balance.read")], include_in_schema=False
)
async def show_product_summary(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
) -> Response[Any]:
    """The fragment that the catalog's product page loads."""
    return await _product_page(request, db, actor, product_id, "stock/_product.html")


async def _product_page(
    request: AnyRequest, db: Connection, actor: Actor, product_id: UUID, template: str, **context: Any
) -> Response[Any]:
    now = scope_of(request).at
    return page(
        request,
        template,
        product=await get_product_head(db, product_id),
        totals=await find_product_stock(db, product_id, actor=actor, now=now),
        balances=await list_balances_of_product(db, product_id, actor=actor, now=now),
        batch_state=batch_state,
        today=now.date(),
        **context,
    )


ROUTES = [list_stock, export_stock, show_product, show_product_summary]
