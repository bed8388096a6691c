"""The page where goods are received."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency

from stockroom.buying.actions.receive import ReceiptInput, receive_goods
from stockroom.buying.errors import TotalDiffers
from stockroom.buying.pages.typed import BLANK, TypedReceipt, read_typed
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from stockroom.platform.fields import convert
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_errors, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs
from stockroom.stock import list_place_choices

AnyRequest = Request[Any, Any, State]


@get("/receive", guards=[Needs("buying.receipt.post")], include_in_schema=False)
async def new_receipt(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = {"received_on": scope_of(request).at.date().isoformat()}
    return await _form(request, db, actor, await read_typed(db, form), None)


@post("/receive", guards=[Needs("buying.receipt.post")], include_in_schema=False, status_code=303)
async def add_receipt(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await read_form(request)
    typed = await read_typed(db, form)
    if "add_line" in form or "remove_line" in form:
        return await _form(request, db, actor, typed, None)
    currency = request.app.state.settings.currency
    try:
        async with savepoint(db):
            receipt = convert(typed.as_input(), ReceiptInput, strict=False)
            posted = await receive_goods(
                db, receipt=receipt, currency=currency, actor=actor, at=scope_of(request).at
            )
    except Refusal as refusal:
        return await _form(request, db, actor, typed, refusal)
    return redirect(
        request, f"/receipts/{posted.id}", flash=_("%(number)s is posted.") % {"number": posted.number}
    )


async def _form(
    request: AnyRequest, db: Connection, actor: Actor, typed: TypedReceipt, refusal: Refusal | None
) -> Response[bytes]:
    if refusal is not None:
        typed.put_on_the_form(refusal)
    return page(
        request,
        "buying/receive.html",
        status=200 if refusal is None else refusal.status,
        form=typed.form,
        lines=typed.lines or [dict(BLANK)],
        blank=BLANK,
        products=typed.products,
        places=[{"value": place.id, "label": place.name} for place in await list_place_choices(db, actor)],
        today=scope_of(request).at.date().isoformat(),
        differs=isinstance(refusal, TotalDiffers) or "accept_difference" in typed.form,
        **form_errors(refusal),
    )


ROUTES = [new_receipt, add_receipt]
