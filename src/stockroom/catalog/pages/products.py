"""Pages of products: the list, one product, archiving."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.catalog import rules
from stockroom.catalog.actions.archive import archive_product, restore_product
from stockroom.catalog.gs1 import barcode_of, is_barcode
from stockroom.catalog.queries import prices, products
from stockroom.catalog.queries.product_list import PRODUCTS, ProductRow, price_scope
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import N_, Refusal
from stockroom.platform.exports import Column, Format, export
from stockroom.platform.files.rows import find_photo
from stockroom.platform.i18n import gettext as _
from stockroom.platform.i18n import language
from stockroom.platform.lists import ListRequest, fetch_everything, fetch_page, parse_list
from stockroom.platform.pages import form_errors, form_version, is_htmx, page, query_of, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs

AnyRequest = Request[Any, Any, State]
TABS = ("overview", "packs", "prices", "suppliers")

COLUMNS: list[Column] = [
    (N_("Code"), lambda row: row.code),
    (N_("Name"), lambda row: row.name),
    (N_("Strength"), lambda row: row.strength),
    (N_("Dosage form"), lambda row: row.form_pl if language() == "pl" else row.form),
    (N_("Kind"), lambda row: _(rules.KINDS[row.kind])),
    (N_("Category"), lambda row: row.category),
    (N_("Unit"), lambda row: row.unit),
    (N_("ATC code"), lambda row: row.atc_code),
    (N_("Controlled class"), lambda row: row.controlled_class),
    (N_("High alert"), lambda row: row.high_alert),
    (N_("Preferred supplier"), lambda row: row.preferred_supplier),
    (N_("Active"), lambda row: row.active),
]
PRICE_COLUMNS: list[Column] = [
    (N_("Purchase price"), lambda row: row.purchase_price),
    (N_("Sale price"), lambda row: row.sale_price),
]


@get("/products", guards=[Needs("catalog.product.read")], include_in_schema=False)
async def list_products(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    asked = _asked(request)
    found = await fetch_page(db, PRODUCTS, asked, scope=_prices(request))
    template = "catalog/_products.html" if is_htmx(request) else "catalog/products.html"
    return page(request, template, found=found, asked=asked)


@get("/products/export", guards=[Needs("catalog.product.read")], include_in_schema=False)
async def export_products(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    file_format: Format = "xlsx" if request.query_params.get("format") == "xlsx" else "csv"
    rows: list[ProductRow] = await fetch_everything(db, PRODUCTS, _asked(request), scope=_prices(request))
    shown = [*COLUMNS, *(PRICE_COLUMNS if actor.may("catalog.price.read") else [])]
    return await export("products", rows, shown, file_format)


@get("/products/{product_id:uuid}", guards=[Needs("catalog.product.read")], include_in_schema=False)
async def show_product(
    request: AnyRequest, db: NamedDependency[Connection], product_id: FromPath[UUID]
) -> Response[Any]:
    return await product_page(request, db, product_id, request.query_params.get("tab", ""))


async def product_page(
    request: AnyRequest,
    db: Connection,
    product_id: UUID,
    tab: str,
    *,
    form: dict[str, str] | None = None,
    refusal: Refusal | None = None,
) -> Response[Any]:
    """One tab of a product; ``form`` and ``refusal`` show a price or a photo that was refused."""
    here = scope_of(request)
    may_see_prices = here.actor.may("catalog.price.read")
    shown = tab if tab in TABS and (tab != "prices" or may_see_prices) else TABS[0]
    return page(
        request,
        "catalog/product.html",
        status=200 if refusal is None else refusal.status,
        product=await products.get_product(db, product_id),
        packs=await products.list_packs(db, [product_id]) if shown in ("overview", "packs") else [],
        barcodes=await products.list_barcodes(db, product_id) if shown == "packs" else [],
        current=await prices.list_current_prices(db, product_id, on=here.at.date()) if may_see_prices else [],
        history=await _history(request, db, product_id) if shown == "prices" else None,
        photo=await find_photo(db, "product", product_id),
        tab=shown,
        today=here.at.date(),
        currency=request.app.state.settings.currency,
        form=form or {},
        kinds=rules.KINDS,
        price_kinds=rules.PRICE_KINDS,
        allergy_groups=rules.ALLERGY_GROUPS,
        shown_barcode=rules.shown_barcode,
        **form_errors(refusal),
    )


@post(
    "/products/{product_id:uuid}/archive",
    guards=[Needs("catalog.product.write")],
    include_in_schema=False,
    status_code=303,
)
async def archive(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
) -> Response[Any]:
    version, at = form_version(await read_form(request)), scope_of(request).at
    await archive_product(db, product_id=product_id, version=version, actor=actor, at=at)
    return redirect(request, f"/products/{product_id}", flash=_("Archived."))


@post(
    "/products/{product_id:uuid}/restore",
    guards=[Needs("catalog.product.write")],
    include_in_schema=False,
    status_code=303,
)
async def restore(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    product_id: FromPath[UUID],
) -> Response[Any]:
    version = form_version(await read_form(request))
    await restore_product(db, product_id=product_id, version=version, actor=actor)
    return redirect(request, f"/products/{product_id}", flash=_("In use again."))


def _asked(request: AnyRequest) -> ListRequest:
    """A barcode in the search field, typed or scanned, finds its product whatever else it resembles."""
    given = query_of(request, active="true", leave_out=("format",))
    typed = next((value for name, value in given if name == "q"), "")
    if is_barcode(typed):
        found_by_code = ("barcode", barcode_of(typed))
        given = [found_by_code if name == "q" else (name, value) for name, value in given]
    return parse_list(PRODUCTS, given)


def _prices(request: AnyRequest) -> dict[str, Any]:
    here = scope_of(request)
    currency: str = request.app.state.settings.currency
    today: date = here.at.date()
    return price_scope(may_see_prices=here.actor.may("catalog.price.read"), currency=currency, today=today)


async def _history(request: AnyRequest, db: Connection, product_id: UUID) -> Any:
    given = query_of(request, leave_out=("tab",)) if request.method == "GET" else []
    return await fetch_page(
        db, prices.PRICES, parse_list(prices.PRICES, given), scope={"product": product_id}
    )


ROUTES = [list_products, export_products, show_product, archive, restore]
