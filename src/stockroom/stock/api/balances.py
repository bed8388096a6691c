"""JSON endpoints of what there is: by product, by batch and place, now and at a past moment."""

from typing import Any

from litestar import Request, get
from litestar.datastructures import State
from litestar.di import NamedDependency

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice, parse_list
from stockroom.platform.pages import query_of
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs
from stockroom.stock.queries.balances_list import BALANCES_LIST, PAST_BALANCES, Balance, PastBalance
from stockroom.stock.queries.product_stock import (
    PAST_PRODUCT_STOCK,
    PRODUCT_STOCK,
    PastProductStock,
    ProductStock,
)
from stockroom.stock.queries.scope import stock_scope

AnyRequest = Request[Any, Any, State]
TAGS = ["Stock"]


@get(
    "/api/stock",
    guards=[Needs("stock.balance.read")],
    operation_class=list_operation(PRODUCT_STOCK),
    tags=TAGS,
    summary="Stock by product, now or at a past moment",
    responses=ANSWERS,
)
async def list_product_stock(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[ProductStock] | Slice[ProductStock] | Page[PastProductStock] | Slice[PastProductStock]:
    """Products of which there is any. With `at` only on hand and value are known."""
    now = scope_of(request).at
    if request.query_params.get("at"):
        asked = parse_list(PAST_PRODUCT_STOCK, query_of(request))
        return await listed(request, db, PAST_PRODUCT_STOCK, stock_scope(actor, now, asked))
    asked = parse_list(PRODUCT_STOCK, query_of(request))
    return await listed(request, db, PRODUCT_STOCK, stock_scope(actor, now, asked))


@get(
    "/api/balances",
    guards=[Needs("stock.balance.read")],
    operation_class=list_operation(BALANCES_LIST),
    tags=TAGS,
    summary="Stock by batch and place, now or at a past moment",
    responses=ANSWERS,
)
async def list_balances(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[Balance] | Slice[Balance] | Page[PastBalance] | Slice[PastBalance]:
    """Only what is there. With `at` only on hand and value are known, and the filters by product, batch
    and place stay."""
    now = scope_of(request).at
    if request.query_params.get("at"):
        asked = parse_list(PAST_BALANCES, query_of(request))
        return await listed(request, db, PAST_BALANCES, stock_scope(actor, now, asked))
    return await listed(request, db, BALANCES_LIST, stock_scope(actor, now))


ROUTES = [list_product_stock, list_balances]
