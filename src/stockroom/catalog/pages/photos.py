"""The photo of a product in the browser."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.catalog.actions.photos import remove_product_photo, set_product_photo
from stockroom.catalog.pages.products import product_page
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from stockroom.platform.files.uploads import UPLOAD, kept_photo
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_version, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs

AnyRequest = Request[Any, Any, State]
WRITES = [Needs("catalog.product.write")]


@post(
    "/products/{product_id:uuid}/photo", guards=WRITES, opt=UPLOAD, include_in_schema=False, status_code=303
)
async def upload_photo(
    request: AnyRequest, actor: NamedDependency[Actor], product_id: FromPath[UUID]
) -> Response[Any]:
    version, at = form_version(await read_form(request)), scope_of(request).at
    try:
        async with kept_photo(request) as (db, photo), savepoint(db):
            await set_product_photo(
                db, product_id=product_id, photo=photo, version=version, actor=actor, at=at
            )
    except Refusal as refusal:
        return await product_page(request, scope_of(request).db, product_id, "", refusal=refusal)
    return redirect(request, f"/products/{product_id}", flash=_("Saved."))


@post("/products/{product_id:uuid}/photo/remove", guards=WRITES, include_in_schema=False, status_code=303)
async def remove_photo(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
) -> Response[Any]:
    version, at = form_version(await read_form(request)), scope_of(request).at
    await remove_product_photo(db, product_id=product_id, version=version, actor=actor, at=at)
    return redirect(request, f"/products/{product_id}", flash=_("The photo is removed."))


ROUTES = [upload_photo, remove_photo]
