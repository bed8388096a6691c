"""JSON endpoints of a product's photo."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.catalog.actions.photos import remove_product_photo, set_product_photo
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
TAGS = ["Products"]


@get(
    "/api/products/{product_id:uuid}/photo",
    guards=[Needs("catalog.product.read")],
    operation_class=PhotoOperation,
    tags=TAGS,
    summary="A product's photo",
    responses=ANSWERS,
)
async def get_product_photo(
    request: AnyRequest, db: NamedDependency[Connection], product_id: FromPath[UUID]
) -> Response[bytes]:
    """At most 800 pixels wide and high; `?size=small` gives at most 192."""
    return await photo_answer(request, await get_photo(db, "product", product_id), cache=PRIVATE)


@put(
    "/api/products/{product_id:uuid}/photo",
    guards=[Needs("catalog.product.write")],
    opt=UPLOAD,
    operation_class=UploadOperation,
    tags=TAGS,
    summary="Set a product's photo",
    responses=ANSWERS,
)
async def put_product_photo(
    request: AnyRequest,
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
) -> Response[FileFacts]:
    """JPEG, PNG, WebP or GIF, as a form field `file` or as the body itself. It is written anew as WebP, without
    what the camera noted."""
    version, at = seen_version(request), scope_of(request).at
    async with kept_photo(request) as (db, photo):
        made = await set_product_photo(
            db, product_id=product_id, photo=photo, version=version, actor=actor, at=at
        )
    return Answer(facts_of(made), headers=etag(version + 1))


@delete(
    "/api/products/{product_id:uuid}/photo",
    guards=[Needs("catalog.product.write")],
    tags=TAGS,
    summary="Remove a product's photo",
    responses=ANSWERS,
)
async def delete_product_photo(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
) -> None:
    version, at = seen_version(request), scope_of(request).at
    await remove_product_photo(db, product_id=product_id, version=version, actor=actor, at=at)


ROUTES = [get_product_photo, put_product_photo, delete_product_photo]
