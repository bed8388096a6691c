"""JSON endpoints of prices."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath

from stockroom.catalog.actions.prices import PriceInput, set_price
from stockroom.catalog.api import examples
from stockroom.catalog.queries import products
from stockroom.catalog.queries.prices import PRICES, Price
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs

AnyRequest = Request[Any, Any, State]
TAGS = ["Products"]
PriceBody = Annotated[
    PriceInput,
    BodyKwarg(media_type=RequestEncodingType.JSON, examples=[Example("From a day on", value=examples.PRICE)]),
]


@get(
    "/api/products/{product_id:uuid}/prices",
    guards=[Needs("catalog.price.read")],
    operation_class=list_operation(PRICES),
    tags=TAGS,
    summary="History of a product's prices",
    responses=ANSWERS,
)
async def list_prices(
    request: AnyRequest, db: NamedDependency[Connection], product_id: FromPath[UUID]
) -> Page[Price] | Slice[Price]:
    """Those of future days too, the newest first."""
    await products.get_product(db, product_id)
    return await listed(request, db, PRICES, {"product": product_id})


@post(
    "/api/products/{product_id:uuid}/prices",
    guards=[Needs("catalog.price.write")],
    tags=TAGS,
    summary="Set a price",
    responses=ANSWERS,
)
async def post_price(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
    data: PriceBody,
) -> Price:
    """From today and in the organisation's currency unless told. The same day again corrects."""
    currency = data.currency or request.app.state.settings.currency
    price = msgspec.structs.replace(data, currency=currency)
    return await set_price(db, product_id=product_id, price=price, actor=actor, at=scope_of(request).at)


ROUTES = [list_prices, post_price]
