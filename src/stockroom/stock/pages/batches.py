"""Pages of batches: where they lie, holding them back, recalling and releasing them."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import N_, Refusal
from stockroom.platform.exports import Column
from stockroom.platform.fields import convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.lists import ListRequest, fetch_page
from stockroom.platform.pages import form_errors, form_version, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs
from stockroom.stock.actions.batches import ReasonInput, hold_batch, release_batch
from stockroom.stock.actions.expiry import ExpiryInput, date_batch
from stockroom.stock.actions.hold import HoldInput, hold_stock, release_stock
from stockroom.stock.pages.listing import asked_of, list_export, list_page
from stockroom.stock.pages.words import DOCUMENT_KINDS, batch_state, place_name
from stockroom.stock.queries.balances_list import list_balances_of_batch
from stockroom.stock.queries.batches import BATCHES, get_batch
from stockroom.stock.queries.documents import MOVEMENTS, document_scope
from stockroom.stock.queries.places import get_place
from stockroom.stock.queries.scope import stock_scope

AnyRequest = Request[Any, Any, State]

COLUMNS: list[Column] = [
    (N_("Product code"), lambda row: row.product_code),
    (N_("Product"), lambda row: row.product_name),
    (N_("Batch"), lambda row: row.code),
    (N_("Expires"), lambda row: row.expires_on),
    (N_("State"), lambda row: row.status),
    (N_("Reason"), lambda row: row.status_reason),
    (N_("On hand"), lambda row: row.on_hand),
    (N_("Unit"), lambda row: row.unit),
]
FLASHES = {
    "hold": N_("The batch is on hold everywhere."),
    "recall": N_("The batch is recalled everywhere."),
    "release": N_("The batch may be used again."),
}


@get("/batches", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def list_batches(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    now = scope_of(request).at
    return await list_page(
        request,
        db,
        BATCHES,
        asked_of(request, BATCHES, has_stock="true"),
        template="stock/batches.html",
        fragment="stock/_batches.html",
        scope=stock_scope(actor, now),
        batch_state=batch_state,
        today=now.date(),
    )


@get("/batches/export", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def export_batches(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    asked = asked_of(request, BATCHES, has_stock="true")
    scope = stock_scope(actor, scope_of(request).at)
    return await list_export(request, db, BATCHES, asked, name="batches", columns=COLUMNS, scope=scope)


@get("/batches/{batch_id:uuid}", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def show_batch(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
) -> Response[Any]:
    return await _detail(request, db, actor, batch_id, {}, None)


@post(
    "/batches/{batch_id:uuid}/status",
    guards=[Needs("stock.hold.write")],
    include_in_schema=False,
    status_code=303,
)
async def change_status(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
) -> Response[Any]:
    """The button says which: hold, recall or release."""
    form = await read_form(request)
    version, verb = form_version(form), form.get("verb", "")
    try:
        async with savepoint(db):
            reason = convert({"reason": form.get("reason", "")}, ReasonInput).reason
            if verb == "release":
                await release_batch(db, batch_id=batch_id, reason=reason, version=version, actor=actor)
            else:
                recall = verb == "recall"
                await hold_batch(
                    db, batch_id=batch_id, reason=reason, recall=recall, version=version, actor=actor
                )
    except Refusal as refusal:
        return await _detail(request, db, actor, batch_id, form, refusal)
    flash = _(FLASHES.get(verb, FLASHES["hold"]))
    return redirect(request, f"/batches/{batch_id}", flash=flash)


@post(
    "/batches/{batch_id:uuid}/expiry",
    guards=[Needs("stock.adjustment.post")],
    include_in_schema=False,
    status_code=303,
)
async def change_expiry(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
) -> Response[Any]:
    form = await read_form(request)
    try:
        async with savepoint(db):
            expires_on = convert(structure(form), ExpiryInput, strict=False).expires_on
            await date_batch(
                db, batch_id=batch_id, expires_on=expires_on, version=form_version(form), actor=actor
            )
    except Refusal as refusal:
        return await _detail(request, db, actor, batch_id, form, refusal)
    return redirect(request, f"/batches/{batch_id}", flash=_("Saved."))


@get(
    "/batches/{batch_id:uuid}/places/{place_id:uuid}",
    guards=[Needs("stock.hold.write")],
    include_in_schema=False,
)
async def show_hold(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
    place_id: FromPath[UUID],
) -> Response[Any]:
    return await _hold_form(request, db, actor, batch_id, place_id, {}, None)


@post(
    "/batches/{batch_id:uuid}/places/{place_id:uuid}",
    guards=[Needs("stock.hold.write")],
    include_in_schema=False,
    status_code=303,
)
async def change_hold(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
    place_id: FromPath[UUID],
) -> Response[Any]:
    """Holds back a quantity at one place, or with the other button releases it."""
    form = await read_form(request)
    release = form.get("verb") == "release"
    typed = {name: value for name, value in form.items() if name != "verb"}
    try:
        async with savepoint(db):
            given = structure(typed) | {"batch_id": str(batch_id), "place_id": str(place_id)}
            hold = convert(given, HoldInput, strict=False)
            await (release_stock if release else hold_stock)(db, hold=hold, actor=actor)
    except Refusal as refusal:
        return await _hold_form(request, db, actor, batch_id, place_id, form, refusal)
    return redirect(request, f"/batches/{batch_id}", flash=_("Released.") if release else _("On hold."))


async def _detail(
    request: AnyRequest,
    db: Connection,
    actor: Actor,
    batch_id: UUID,
    form: dict[str, str],
    refusal: Refusal | None,
) -> Response[bytes]:
    now = scope_of(request).at
    moved = ListRequest(sort="seq", descending=True, filters={"batch_id": batch_id})
    return page(
        request,
        "stock/batch.html",
        status=200 if refusal is None else refusal.status,
        batch=await get_batch(db, batch_id, actor=actor),
        balances=await list_balances_of_batch(db, batch_id, actor=actor, now=now),
        movements=await fetch_page(db, MOVEMENTS, moved, scope=document_scope(actor)),
        batch_state=batch_state,
        kinds=DOCUMENT_KINDS,
        place_name=place_name,
        today=now.date(),
        form=form,
        **form_errors(refusal),
    )


async def _hold_form(
    request: AnyRequest,
    db: Connection,
    actor: Actor,
    batch_id: UUID,
    place_id: UUID,
    form: dict[str, str],
    refusal: Refusal | None,
) -> Response[bytes]:
    batch = await get_batch(db, batch_id, actor=actor)
    place = await get_place(db, place_id, actor=actor)
    balances = await list_balances_of_batch(db, batch_id, actor=actor, now=scope_of(request).at)
    return page(
        request,
        "stock/hold_form.html",
        status=200 if refusal is None else refusal.status,
        batch=batch,
        place=place,
        balance=next((item for item in balances if item.place_id == place_id), None),
        form=form,
        **form_errors(refusal),
    )


ROUTES = [list_batches, export_batches, show_batch, change_status, change_expiry, show_hold, change_hold]
