"""Setting a price on the product's page."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.catalog.actions.prices import PriceInput, set_price
from stockroom.catalog.pages.products import product_page
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from stockroom.platform.fields import convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs

AnyRequest = Request[Any, Any, State]


@post(
    "/products/{product_id:uuid}/prices",
    guards=[Needs("catalog.price.write")],
    include_in_schema=False,
    status_code=303,
)
async def add_price(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
) -> Response[Any]:
    form = await read_form(request)
    try:
        async with savepoint(db):
            price = convert(structure(form), PriceInput, strict=False)
            currency = price.currency or request.app.state.settings.currency
            price = msgspec.structs.replace(price, currency=currency)
            await set_price(db, product_id=product_id, price=price, actor=actor, at=scope_of(request).at)
    except Refusal as refusal:
        return await product_page(request, db, product_id, "prices", form=form, refusal=refusal)
    return redirect(request, f"/products/{product_id}?tab=prices", flash=_("The price is set."))


ROUTES = [add_price]
