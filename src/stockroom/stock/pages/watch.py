"""Pages of what to look after: what expires, what runs low, and the levels that say so."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import N_, NotFound, Refusal
from stockroom.platform.exports import Column
from stockroom.platform.fields import convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_errors, form_version, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs
from stockroom.stock.actions.levels import LevelInput, set_level
from stockroom.stock.pages.listing import asked_of, list_export, list_page
from stockroom.stock.pages.posting_form import as_uuid
from stockroom.stock.pages.words import LOW_STATES, batch_state
from stockroom.stock.queries.expiry import EXPIRY, get_expiry_summary
from stockroom.stock.queries.levels import LOW_STOCK, Level, find_level
from stockroom.stock.queries.places import list_place_choices
from stockroom.stock.queries.products import get_product_head
from stockroom.stock.queries.scope import stock_scope

AnyRequest = Request[Any, Any, State]

EXPIRY_COLUMNS: list[Column] = [
    (N_("Product code"), lambda row: row.product_code),
    (N_("Product"), lambda row: row.product_name),
    (N_("Batch"), lambda row: row.batch_code),
    (N_("Expires"), lambda row: row.expires_on),
    (N_("Days left"), lambda row: row.days_left),
    (N_("Place"), lambda row: row.place_name),
    (N_("On hand"), lambda row: row.on_hand),
    (N_("Unit"), lambda row: row.unit),
    (N_("Value"), lambda row: row.value),
]
LOW_COLUMNS: list[Column] = [
    (N_("Product code"), lambda row: row.product_code),
    (N_("Product"), lambda row: row.product_name),
    (N_("Place"), lambda row: row.place_name),
    (N_("Available"), lambda row: row.available),
    (N_("On hand"), lambda row: row.on_hand),
    (N_("Unit"), lambda row: row.unit),
    (N_("Minimum"), lambda row: row.minimum),
    (N_("Reorder at"), lambda row: row.reorder_at),
    (N_("Maximum"), lambda row: row.maximum),
    (N_("Suggested"), lambda row: row.suggested),
    (N_("State"), lambda row: _(LOW_STATES[row.state][0])),
]


def _soon(request: AnyRequest) -> dict[str, str]:
    """What the expiry page shows unless something else is asked: everything due within 90 days."""
    return {} if {"days", "expired", "undated"} & request.query_params.keys() else {"days": "90"}


@get("/expiry", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def list_expiring(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    now = scope_of(request).at
    asked = asked_of(request, EXPIRY, **_soon(request))
    place_id: UUID | None = asked.filters.get("place_id")
    return await list_page(
        request,
        db,
        EXPIRY,
        asked,
        template="stock/expiry.html",
        fragment="stock/_expiry.html",
        scope=stock_scope(actor, now),
        summary=await get_expiry_summary(db, place_id=place_id, actor=actor, now=now),
        places=await list_place_choices(db, actor),
        place_id=str(place_id or ""),
        batch_state=batch_state,
        today=now.date(),
    )


@get("/expiry/export", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def export_expiring(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    asked, scope = asked_of(request, EXPIRY, **_soon(request)), stock_scope(actor, scope_of(request).at)
    return await list_export(request, db, EXPIRY, asked, name="expiry", columns=EXPIRY_COLUMNS, scope=scope)


@get("/low-stock", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def list_low(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    asked = asked_of(request, LOW_STOCK)
    return await list_page(
        request,
        db,
        LOW_STOCK,
        asked,
        template="stock/low_stock.html",
        fragment="stock/_low_stock.html",
        scope=stock_scope(actor, scope_of(request).at),
        states=LOW_STATES,
        places=await list_place_choices(db, actor),
        place_id=str(asked.filters.get("place_id", "")),
    )


@get("/low-stock/export", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def export_low(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    asked, scope = asked_of(request, LOW_STOCK), stock_scope(actor, scope_of(request).at)
    return await list_export(
        request, db, LOW_STOCK, asked, name="low-stock", columns=LOW_COLUMNS, scope=scope
    )


@get("/stock/product/{product_id:uuid}/level", guards=[Needs("stock.level.write")], include_in_schema=False)
async def show_level(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
) -> Response[Any]:
    place = as_uuid(request.query_params.get("place_id", ""))
    level = await find_level(db, product_id, place)
    return await _level_form(request, db, actor, product_id, _texts(level, place), None)


@post(
    "/stock/product/{product_id:uuid}/level",
    guards=[Needs("stock.level.write")],
    include_in_schema=False,
    status_code=303,
)
async def change_level(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
) -> Response[Any]:
    form = await read_form(request)
    try:
        async with savepoint(db):
            level = convert(structure(form) | {"product_id": str(product_id)}, LevelInput, strict=False)
            await set_level(db, level=level, version=form_version(form), actor=actor)
    except Refusal as refusal:
        return await _level_form(request, db, actor, product_id, form, refusal)
    return redirect(request, f"/stock/product/{product_id}", flash=_("Saved."))


def _texts(level: Level | None, place: UUID | None) -> dict[str, str]:
    if level is None:
        return {"place_id": str(place or ""), "version": "0"}
    return {
        "place_id": str(level.place_id or ""),
        "version": str(level.version),
        "minimum": f"{level.minimum:f}",
        "reorder_at": f"{level.reorder_at:f}",
        "maximum": "" if level.maximum is None else f"{level.maximum:f}",
    }


async def _level_form(
    request: AnyRequest,
    db: Connection,
    actor: Actor,
    product_id: UUID,
    form: dict[str, str],
    refusal: Refusal | None,
) -> Response[bytes]:
    product = await get_product_head(db, product_id)
    if product.kind == "service":
        raise NotFound
    return page(
        request,
        "stock/level_form.html",
        status=200 if refusal is None else refusal.status,
        product=product,
        places=await list_place_choices(db, actor),
        bound=actor.departments is not None,
        form=form,
        **form_errors(refusal),
    )


ROUTES = [list_expiring, export_expiring, list_low, export_low, show_level, change_level]
