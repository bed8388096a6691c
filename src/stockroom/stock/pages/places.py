"""Pages of places."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.people import list_department_choices
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import N_, Refusal
from stockroom.platform.exports import Column
from stockroom.platform.fields import convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_errors, form_version, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs
from stockroom.stock.actions.places import (
    PlaceInput,
    archive_place,
    create_place,
    restore_place,
    update_place,
)
from stockroom.stock.pages.listing import asked_of, list_export, list_page
from stockroom.stock.pages.words import PLACE_KINDS
from stockroom.stock.queries.places import PLACES, Place, get_place, list_place_choices

AnyRequest = Request[Any, Any, State]

COLUMNS: list[Column] = [
    (N_("Code"), lambda row: row.code),
    (N_("Name"), lambda row: row.name),
    (N_("Kind"), lambda row: _(PLACE_KINDS[row.kind])),
    (N_("Department"), lambda row: row.department_name),
    (N_("Part of"), lambda row: row.parent_name),
    (N_("Location"), lambda row: row.location),
    (N_("Active"), lambda row: row.active),
]


@get("/places", guards=[Needs("stock.place.read")], include_in_schema=False)
async def list_places(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    return await list_page(
        request,
        db,
        PLACES,
        asked_of(request, PLACES, active="true"),
        template="stock/places.html",
        fragment="stock/_places.html",
        scope={"departments": actor.department_list()},
        kinds=PLACE_KINDS,
    )


@get("/places/export", guards=[Needs("stock.place.read")], include_in_schema=False)
async def export_places(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    asked = asked_of(request, PLACES, active="true")
    scope = {"departments": actor.department_list()}
    return await list_export(request, db, PLACES, asked, name="places", columns=COLUMNS, scope=scope)


@get("/places/new", guards=[Needs("stock.place.write")], include_in_schema=False)
async def new_place(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    chosen = request.query_params.get("department_id", "")
    return await _form(request, db, actor, None, {"kind": "storage", "department_id": chosen}, None)


@post("/places/new", guards=[Needs("stock.place.write")], include_in_schema=False, status_code=303)
async def add_place(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await read_form(request)
    try:
        async with savepoint(db):
            place = convert(structure(form), PlaceInput, strict=False)
            made = await create_place(db, place=place, actor=actor, at=scope_of(request).at)
    except Refusal as refusal:
        return await _form(request, db, actor, None, form, refusal)
    flash = _("Place %(name)s is open.") % {"name": place.name}
    return redirect(request, f"/places/{made}", flash=flash)


@get("/places/{place_id:uuid}", guards=[Needs("stock.place.read")], include_in_schema=False)
async def show_place(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    place_id: FromPath[UUID],
) -> Response[Any]:
    place = await get_place(db, place_id, actor=actor)
    return page(request, "stock/place.html", place=place, kinds=PLACE_KINDS)


@get("/places/{place_id:uuid}/edit", guards=[Needs("stock.place.write")], include_in_schema=False)
async def edit_place(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    place_id: FromPath[UUID],
) -> Response[Any]:
    place = await get_place(db, place_id, actor=actor)
    return await _form(request, db, actor, place, _texts(place), None)


@post(
    "/places/{place_id:uuid}/edit",
    guards=[Needs("stock.place.write")],
    include_in_schema=False,
    status_code=303,
)
async def change_place(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    place_id: FromPath[UUID],
) -> Response[Any]:
    before = await get_place(db, place_id, actor=actor)
    form = await read_form(request)
    version = form_version(form)
    try:
        async with savepoint(db):
            place = convert(structure(form), PlaceInput, strict=False)
            await update_place(db, place_id=place_id, place=place, version=version, actor=actor)
    except Refusal as refusal:
        return await _form(request, db, actor, before, form, refusal)
    return redirect(request, f"/places/{place_id}", flash=_("Saved."))


@post(
    "/places/{place_id:uuid}/archive",
    guards=[Needs("stock.place.write")],
    include_in_schema=False,
    status_code=303,
)
async def archive(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    place_id: FromPath[UUID],
) -> Response[Any]:
    version = form_version(await read_form(request))
    await archive_place(db, place_id=place_id, version=version, actor=actor)
    return redirect(request, "/places", flash=_("Archived."))


@post(
    "/places/{place_id:uuid}/restore",
    guards=[Needs("stock.place.write")],
    include_in_schema=False,
    status_code=303,
)
async def restore(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    place_id: FromPath[UUID],
) -> Response[Any]:
    version = form_version(await read_form(request))
    await restore_place(db, place_id=place_id, version=version, actor=actor)
    return redirect(request, f"/places/{place_id}", flash=_("In use again."))


def _texts(place: Place) -> dict[str, str]:
    return {
        "code": place.code,
        "name": place.name,
        "kind": place.kind,
        "parent_id": str(place.parent_id or ""),
        "department_id": str(place.department_id or ""),
        "location": place.location,
    }


async def _form(
    request: AnyRequest,
    db: Connection,
    actor: Actor,
    place: Place | None,
    form: dict[str, str],
    refusal: Refusal | None,
) -> Response[bytes]:
    parents = [item for item in await list_place_choices(db, actor) if place is None or item.id != place.id]
    departments = [
        item
        for item in await list_department_choices(db)
        if actor.departments is None or item.id in actor.departments
    ]
    return page(
        request,
        "stock/place_form.html",
        status=200 if refusal is None else refusal.status,
        place=place,
        form=form,
        kinds=PLACE_KINDS,
        parents=parents,
        departments=departments,
        **form_errors(refusal),
    )


ROUTES = [
    list_places, export_places, new_place, add_place, show_place, edit_place, change_place, archive, restore,
]  # fmt: skip
