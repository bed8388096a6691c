"""Pages of suppliers."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.catalog import rules
from stockroom.catalog.actions.suppliers import (
    SupplierInput,
    archive_supplier,
    create_supplier,
    restore_supplier,
    update_supplier,
)
from stockroom.catalog.queries import suppliers
from stockroom.catalog.queries.suppliers import SUPPLIERS, Supplier
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import N_, Refusal
from stockroom.platform.exports import Column, Format, export
from stockroom.platform.fields import convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.lists import fetch_everything, fetch_page, parse_list
from stockroom.platform.pages import form_errors, form_version, is_htmx, page, query_of, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs

AnyRequest = Request[Any, Any, State]

COLUMNS: list[Column] = [
    (N_("Name"), lambda row: row.name),
    (N_("Kind"), lambda row: _(rules.SUPPLIER_KINDS[row.kind])),
    (N_("Contact person"), lambda row: row.contact_person),
    (N_("Phone"), lambda row: row.phone),
    (N_("E-mail"), lambda row: row.email),
    (N_("Address"), lambda row: row.address),
    (N_("City"), lambda row: row.city),
    (N_("Tax id"), lambda row: row.tax_id),
    (N_("Lead time in days"), lambda row: row.lead_time_days),
    (N_("Active"), lambda row: row.active),
]


@get("/suppliers", guards=[Needs("catalog.supplier.read")], include_in_schema=False)
async def list_suppliers(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    asked = parse_list(SUPPLIERS, query_of(request, active="true"))
    found = await fetch_page(db, SUPPLIERS, asked)
    template = "catalog/_suppliers.html" if is_htmx(request) else "catalog/suppliers.html"
    return page(request, template, found=found, asked=asked, kinds=rules.SUPPLIER_KINDS)


@get("/suppliers/export", guards=[Needs("catalog.supplier.read")], include_in_schema=False)
async def export_suppliers(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    file_format: Format = "xlsx" if request.query_params.get("format") == "xlsx" else "csv"
    asked = parse_list(SUPPLIERS, query_of(request, active="true", leave_out=("format",)))
    return await export("suppliers", await fetch_everything(db, SUPPLIERS, asked), COLUMNS, file_format)


@get("/suppliers/new", guards=[Needs("catalog.supplier.write")], include_in_schema=False)
async def new_supplier(request: AnyRequest) -> Response[Any]:
    return _form(request, None, {}, None)


@post("/suppliers/new", guards=[Needs("catalog.supplier.write")], include_in_schema=False, status_code=303)
async def add_supplier(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await read_form(request)
    try:
        async with savepoint(db):
            supplier = convert(structure(form), SupplierInput, strict=False)
            made = await create_supplier(db, supplier=supplier, actor=actor, at=scope_of(request).at)
    except Refusal as refusal:
        return _form(request, None, form, refusal)
    return redirect(
        request, f"/suppliers/{made}", flash=_("%(name)s is among the suppliers.") % {"name": supplier.name}
    )


@get("/suppliers/{supplier_id:uuid}", guards=[Needs("catalog.supplier.read")], include_in_schema=False)
async def show_supplier(
    request: AnyRequest, db: NamedDependency[Connection], supplier_id: FromPath[UUID]
) -> Response[Any]:
    return page(
        request,
        "catalog/supplier.html",
        supplier=await suppliers.get_supplier(db, supplier_id),
        supplied=await suppliers.list_supplied_products(db, supplier_id),
        kinds=rules.SUPPLIER_KINDS,
    )


@get("/suppliers/{supplier_id:uuid}/edit", guards=[Needs("catalog.supplier.write")], include_in_schema=False)
async def edit_supplier(
    request: AnyRequest, db: NamedDependency[Connection], supplier_id: FromPath[UUID]
) -> Response[Any]:
    supplier = await suppliers.get_supplier(db, supplier_id)
    texts = {name: str(value) for name, value in msgspec.structs.asdict(supplier).items()}
    return _form(request, supplier, texts, None)


@post(
    "/suppliers/{supplier_id:uuid}/edit",
    guards=[Needs("catalog.supplier.write")],
    include_in_schema=False,
    status_code=303,
)
async def change_supplier(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    supplier_id: FromPath[UUID],
) -> Response[Any]:
    before = await suppliers.get_supplier(db, supplier_id)
    form = await read_form(request)
    version = form_version(form)
    try:
        async with savepoint(db):
            supplier = convert(structure(form), SupplierInput, strict=False)
            await update_supplier(
                db, supplier_id=supplier_id, supplier=supplier, version=version, actor=actor
            )
    except Refusal as refusal:
        return _form(request, before, form, refusal)
    return redirect(request, f"/suppliers/{supplier_id}", flash=_("Saved."))


@post(
    "/suppliers/{supplier_id:uuid}/archive",
    guards=[Needs("catalog.supplier.write")],
    include_in_schema=False,
    status_code=303,
)
async def archive(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    supplier_id: FromPath[UUID],
) -> Response[Any]:
    version = form_version(await read_form(request))
    await archive_supplier(db, supplier_id=supplier_id, version=version, actor=actor)
    return redirect(request, f"/suppliers/{supplier_id}", flash=_("Archived."))


@post(
    "/suppliers/{supplier_id:uuid}/restore",
    guards=[Needs("catalog.supplier.write")],
    include_in_schema=False,
    status_code=303,
)
async def restore(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    supplier_id: FromPath[UUID],
) -> Response[Any]:
    version = form_version(await read_form(request))
    await restore_supplier(db, supplier_id=supplier_id, version=version, actor=actor)
    return redirect(request, f"/suppliers/{supplier_id}", flash=_("In use again."))


def _form(
    request: AnyRequest, supplier: Supplier | None, form: dict[str, str], refusal: Refusal | None
) -> Response[bytes]:
    return page(
        request,
        "catalog/supplier_form.html",
        status=200 if refusal is None else refusal.status,
        supplier=supplier,
        form=form,
        kind_options=[{"value": code, "label": _(label)} for code, label in rules.SUPPLIER_KINDS.items()],
        **form_errors(refusal),
    )


ROUTES = [
    list_suppliers, export_suppliers, new_supplier, add_supplier, show_supplier, edit_supplier,
    change_supplier, archive, restore,
]  # fmt: skip
