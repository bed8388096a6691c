"""Fragments that forms ask for while they are filled in: pickers, and what the lines will take."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from msgspec import Meta

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.fields import ONE_LINE, StructInput, convert
from stockroom.platform.pages import page, read_form
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs
from stockroom.stock.pages.posting_form import Form, as_uuid, prefilled, show_lines
from stockroom.stock.pages.words import PLACE_KINDS, SKIPPED, batch_state
from stockroom.stock.queries.batches import find_batches
from stockroom.stock.queries.places import find_places

AnyRequest = Request[Any, Any, State]


class Words(StructInput, frozen=True):
    """What was typed into a picker."""

    q: Annotated[str, Meta(max_length=200, pattern=ONE_LINE)] = ""


@get("/lookup/places", guards=[Needs("stock.place.read")], include_in_schema=False)
async def look_up_places(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    q = _words(request)
    found = await find_places(db, q, actor=actor) if q else []
    return page(request, "stock/_place_options.html", found=found, q=q, kinds=PLACE_KINDS)


@get("/lookup/batches", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def look_up_batches(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Of the product that the same line or form names; a line's own fields come under their names there."""
    today = scope_of(request).at.date()
    product_id, place_id = _named(request, "product_id"), _named(request, "place_id")
    found = (
        await find_batches(
            db, _words(request), product_id=product_id, place_id=place_id, today=today, actor=actor
        )
        if product_id
        else []
    )
    return page(request, "stock/_batch_options.html", found=found, today=today, batch_state=batch_state)


@get("/stock/allocation", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def show_allocation(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    """What one line will take: ``?place_id=&product_id=&quantity=&batch_id=``."""
    return await _allocations(request, db, actor, prefilled(request.query_params), "stock/_allocation.html")


@post("/stock/allocation", guards=[Needs("stock.balance.read")], include_in_schema=False, status_code=200)
async def show_allocations(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    """What each line of a form will take, for the notes under its lines. Writes nothing."""
    return await _allocations(request, db, actor, await read_form(request), "stock/_allocations.html")


async def _allocations(
    request: AnyRequest, db: Connection, actor: Actor, form: Form, template: str
) -> Response[bytes]:
    place_id = as_uuid(form.get("from_place_id") or form.get("place_id", ""))
    today = scope_of(request).at.date()
    lines = await show_lines(db, form, place_id=place_id, on=today, actor=actor, allocate=True)
    return page(request, template, lines=lines, skipped_words=SKIPPED)


def _words(request: AnyRequest) -> str:
    return convert({"q": request.query_params.get("q", "")}, Words).q.strip()


def _named(request: AnyRequest, name: str) -> UUID | None:
    """The first parameter of this name, or of a line's or a place's (``lines-3-product_id``, ``from_place_id``)."""
    for given, value in request.query_params.multi_items():
        if given in (name, f"from_{name}") or given.endswith(f"-{name}"):
            return as_uuid(value)
    return None


ROUTES = [look_up_places, look_up_batches, show_allocation, show_allocations]
