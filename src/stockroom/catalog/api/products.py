"""JSON endpoints of products."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath

from stockroom.catalog.actions.archive import archive_product, restore_product
from stockroom.catalog.actions.product_input import ProductInput
from stockroom.catalog.actions.products import create_product, update_product
from stockroom.catalog.api import examples
from stockroom.catalog.queries import products
from stockroom.catalog.queries.product_list import PRODUCTS, ProductRow, price_scope
from stockroom.catalog.queries.whole import WholeProduct, get_whole_product
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.problems import Answer
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs, etag, seen_version

AnyRequest = Request[Any, Any, State]
TAGS = ["Products"]
ProductBody = Annotated[
    ProductInput,
    BodyKwarg(media_type=RequestEncodingType.JSON, examples=[Example("A medicine", value=examples.PRODUCT)]),
]


@get(
    "/api/products",
    guards=[Needs("catalog.product.read")],
    operation_class=list_operation(PRODUCTS),
    tags=TAGS,
    summary="List products",
    responses=ANSWERS,
)
async def list_products(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[ProductRow] | Slice[ProductRow]:
    """Search covers code, names, strength, ATC code, category and the supplier's code."""
    scope = price_scope(
        may_see_prices=actor.may("catalog.price.read"),
        currency=request.app.state.settings.currency,
        today=scope_of(request).at.date(),
    )
    return await listed(request, db, PRODUCTS, scope)


@get(
    "/api/products/{product_id:uuid}",
    guards=[Needs("catalog.product.read")],
    tags=TAGS,
    summary="One product",
    responses=ANSWERS,
)
async def get_product(
    request: AnyRequest, db: NamedDependency[Connection], product_id: FromPath[UUID]
) -> Response[WholeProduct]:
    """With its packs, barcodes and the prices that hold today."""
    return await _answer(request, db, product_id)


@post(
    "/api/products",
    guards=[Needs("catalog.product.write")],
    tags=TAGS,
    summary="Create a product",
    responses=ANSWERS,
)
async def post_product(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor], data: ProductBody
) -> Response[WholeProduct]:
    product_id = await create_product(db, product=data, actor=actor, at=scope_of(request).at)
    answer = await _answer(request, db, product_id)
    answer.headers["Location"] = f"/api/products/{product_id}"
    return answer


@put(
    "/api/products/{product_id:uuid}",
    guards=[Needs("catalog.product.write")],
    tags=TAGS,
    summary="Change a product",
    responses=ANSWERS,
)
async def put_product(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
    data: ProductBody,
) -> Response[WholeProduct]:
    """As a whole: packs and barcodes that are not named are taken away."""
    await update_product(
        db,
        product_id=product_id,
        product=data,
        version=seen_version(request),
        actor=actor,
        at=scope_of(request).at,
    )
    return await _answer(request, db, product_id)


@delete(
    "/api/products/{product_id:uuid}",
    guards=[Needs("catalog.product.write")],
    tags=TAGS,
    summary="Archive a product",
    responses=ANSWERS,
)
async def delete_product(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
) -> None:
    """It stays in every document that names it."""
    version, at = seen_version(request), scope_of(request).at
    await archive_product(db, product_id=product_id, version=version, actor=actor, at=at)


@post(
    "/api/products/{product_id:uuid}/restore",
    guards=[Needs("catalog.product.write")],
    status_code=200,
    tags=TAGS,
    summary="Take a product into use again",
    responses=ANSWERS,
)
async def restore(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
) -> Response[WholeProduct]:
    await restore_product(db, product_id=product_id, version=seen_version(request), actor=actor)
    return await _answer(request, db, product_id)


async def _answer(request: AnyRequest, db: Connection, product_id: UUID) -> Response[WholeProduct]:
    here = scope_of(request)
    product = await products.get_product(db, product_id)
    whole = await get_whole_product(
        db, product, may_see_prices=here.actor.may("catalog.price.read"), today=here.at.date()
    )
    return Answer(whole, headers=etag(product.version))


ROUTES = [list_products, get_product, post_product, put_product, delete_product, restore]
