"""The form of a product: new and changed."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.catalog import rules
from stockroom.catalog.actions.product_input import ProductInput
from stockroom.catalog.actions.products import create_product, update_product
from stockroom.catalog.errors import SupplierUnknown
from stockroom.catalog.pages.lines import as_fields, asks_for_lines, typed_lines
from stockroom.catalog.queries import forms, products, suppliers
from stockroom.catalog.queries.products import Product
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from stockroom.platform.fields import convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.i18n import language, number
from stockroom.platform.pages import form_errors, form_version, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs

AnyRequest = Request[Any, Any, State]
PACKS = ("name", "factor")
BARCODES = ("code", "pack")
TEXTS = (
    "code", "name", "kind", "category", "unit", "precision", "lead_time_days", "supplier_code", "notes",
    "generic_name", "brand_name", "strength", "form_code", "route", "atc_code", "controlled_class",
    "storage_condition", "preferred_supplier", "preferred_supplier_id",
)  # fmt: skip
FLAGS = ("batch_tracked", "expiry_tracked")
MEDICINE_FLAGS = ("prescription_only", "high_alert", "look_alike")
ALLERGY = "allergy_"


@get("/products/new", guards=[Needs("catalog.product.write")], include_in_schema=False)
async def new_product(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    kind = request.query_params.get("kind", "goods")
    blank = {"kind": kind if kind in rules.KINDS else "goods", "precision": "0"}
    if kind == "medicine":
        blank |= dict.fromkeys(FLAGS, "true")
    return await _form(request, db, None, blank, None)


@post("/products/new", guards=[Needs("catalog.product.write")], include_in_schema=False, status_code=303)
async def add_product(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await read_form(request)
    if asks_for_lines(form):
        return await _form(request, db, None, form, None)
    try:
        async with savepoint(db):
            product = await _typed_product(db, form)
            made = await create_product(db, product=product, actor=actor, at=scope_of(request).at)
    except Refusal as refusal:
        return await _form(request, db, None, form, refusal)
    return redirect(
        request, f"/products/{made}", flash=_("%(name)s is in the catalog.") % {"name": product.name}
    )


@get("/products/{product_id:uuid}/edit", guards=[Needs("catalog.product.write")], include_in_schema=False)
async def edit_product(
    request: AnyRequest, db: NamedDependency[Connection], product_id: FromPath[UUID]
) -> Response[Any]:
    product = await products.get_product(db, product_id)
    return await _form(request, db, product, await _texts(db, product), None)


@post(
    "/products/{product_id:uuid}/edit",
    guards=[Needs("catalog.product.write")],
    include_in_schema=False,
    status_code=303,
)
async def change_product(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
) -> Response[Any]:
    before = await products.get_product(db, product_id)
    form = await read_form(request)
    if asks_for_lines(form):
        return await _form(request, db, before, form, None)
    version, at = form_version(form), scope_of(request).at
    try:
        async with savepoint(db):
            product = await _typed_product(db, form)
            await update_product(
                db, product_id=product_id, product=product, version=version, actor=actor, at=at
            )
    except Refusal as refusal:
        return await _form(request, db, before, form, refusal)
    return redirect(request, f"/products/{product_id}", flash=_("Saved."))


async def _typed_product(db: Connection, form: dict[str, str]) -> ProductInput:
    """Boxes that are not ticked are not sent, so here their absence means no."""
    plain = {
        name: value for name, value in form.items() if not name.startswith((ALLERGY, "preferred_supplier"))
    }
    raw = structure(plain)
    raw |= {name: raw.get(name, "false") for name in FLAGS}
    raw["allergy_groups"] = [name.removeprefix(ALLERGY) for name in form if name.startswith(ALLERGY)]
    raw["preferred_supplier_id"] = await _typed_supplier(db, form)
    return convert(raw, ProductInput, strict=False)


async def _typed_supplier(db: Connection, form: dict[str, str]) -> str | None:
    """The picked supplier, or the one whose name was typed where no script picks. Raises SupplierUnknown."""
    text, picked = form.get("preferred_supplier", "").strip(), form.get("preferred_supplier_id", "").strip()
    if not text:
        return None
    if picked and text == form.get("preferred_supplier_name", text).strip():
        return picked
    found = await suppliers.find_supplier_by_name(db, text)
    if found is None:
        raise SupplierUnknown(at="/preferred_supplier")
    return str(found.id)


async def _texts(db: Connection, product: Product) -> dict[str, str]:
    """The product as its form would send it."""
    values = {name: getattr(product, name) for name in TEXTS}
    texts = {name: "" if value is None else str(value) for name, value in values.items()}
    texts["vat_rate"] = "" if product.vat_rate is None else number(product.vat_rate)
    texts |= {name: "true" for name in (*FLAGS, *MEDICINE_FLAGS) if getattr(product, name)}
    texts |= {ALLERGY + group: "true" for group in product.allergy_groups}
    packs = await products.list_packs(db, [product.id])
    barcodes = await products.list_barcodes(db, product.id)
    texts |= as_fields("packs", [{"name": pack.name, "factor": number(pack.factor)} for pack in packs])
    codes = [{"code": rules.shown_barcode(code.code), "pack": code.pack} for code in barcodes]
    return texts | as_fields("barcodes", codes)


async def _form(
    request: AnyRequest,
    db: Connection,
    product: Product | None,
    form: dict[str, str],
    refusal: Refusal | None,
) -> Response[Any]:
    if asks_for_lines(form):
        form = {name: value for name, value in form.items() if name != "idempotency_key"}
    kept = None if product is None else product.form_code
    return page(
        request,
        "catalog/product_form.html",
        status=200 if refusal is None else refusal.status,
        product=product,
        form=form,
        is_medicine=form.get("kind") == "medicine",
        packs=typed_lines(form, "packs", PACKS),
        barcodes=typed_lines(form, "barcodes", BARCODES),
        form_options=[
            {"value": found.code, "label": found.name_pl if language() == "pl" else found.name}
            for found in await forms.list_form_choices(db, kept=kept)
        ],
        categories=await products.list_categories(db),
        kind_options=[
            {"value": code, "label": _(label)} for code, label in rules.KINDS.items() if code != "medicine"
        ],
        allergy_groups=rules.ALLERGY_GROUPS,
        controlled_classes=rules.CONTROLLED_CLASSES,
        **form_errors(refusal),
    )


ROUTES = [new_product, add_product, edit_product, change_product]
