"""The page of dosage forms: one editable list."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.catalog.actions.forms import FormInput, FormNames, create_form, rename_form, set_form_active
from stockroom.catalog.queries.forms import FORMS
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from stockroom.platform.fields import convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.lists import fetch_everything, parse_list
from stockroom.platform.pages import form_errors, form_version, page, query_of, read_form, redirect
from stockroom.platform.web import Needs

AnyRequest = Request[Any, Any, State]


@get("/dosage-forms", guards=[Needs("catalog.product.read")], include_in_schema=False)
async def list_forms(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    return await _list(request, db)


@post("/dosage-forms", guards=[Needs("catalog.product.write")], include_in_schema=False, status_code=303)
async def add_form(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await read_form(request)
    try:
        async with savepoint(db):
            made = await create_form(db, form=convert(structure(form), FormInput, strict=False), actor=actor)
    except Refusal as refusal:
        return await _list(request, db, form=form, refusal=refusal)
    return redirect(request, "/dosage-forms", flash=_("%(name)s was added.") % {"name": made.name})


@post(
    "/dosage-forms/{code:str}",
    guards=[Needs("catalog.product.write")],
    include_in_schema=False,
    status_code=303,
)
async def change_form(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor], code: FromPath[str]
) -> Response[Any]:
    form = await read_form(request)
    version = form_version(form)
    try:
        async with savepoint(db):
            names = convert(structure(form), FormNames, strict=False)
            await rename_form(db, code=code, names=names, version=version, actor=actor)
    except Refusal as refusal:
        return await _list(request, db, code=code, form=form, refusal=refusal)
    return redirect(request, "/dosage-forms", flash=_("Saved."))


@post(
    "/dosage-forms/{code:str}/archive",
    guards=[Needs("catalog.product.write")],
    include_in_schema=False,
    status_code=303,
)
async def archive(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor], code: FromPath[str]
) -> Response[Any]:
    version = form_version(await read_form(request))
    await set_form_active(db, code=code, active=False, version=version, actor=actor)
    return redirect(request, "/dosage-forms", flash=_("Archived."))


@post(
    "/dosage-forms/{code:str}/restore",
    guards=[Needs("catalog.product.write")],
    include_in_schema=False,
    status_code=303,
)
async def restore(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor], code: FromPath[str]
) -> Response[Any]:
    version = form_version(await read_form(request))
    await set_form_active(db, code=code, active=True, version=version, actor=actor)
    return redirect(request, "/dosage-forms", flash=_("In use again."))


async def _list(
    request: AnyRequest,
    db: Connection,
    *,
    code: str = "",
    form: dict[str, str] | None = None,
    refusal: Refusal | None = None,
) -> Response[Any]:
    """``code`` names the row that was refused; without one it was the new form."""
    given = query_of(request, active="true") if request.method == "GET" else [("active", "true")]
    return page(
        request,
        "catalog/dosage_forms.html",
        status=200 if refusal is None else refusal.status,
        forms=await fetch_everything(db, FORMS, parse_list(FORMS, given)),
        refused=code,
        form=form or {},
        **form_errors(refusal),
    )


ROUTES = [list_forms, add_form, change_form, archive, restore]
