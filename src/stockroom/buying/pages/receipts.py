"""Pages of posted goods receipts: the list, one of them, and taking it back."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.buying import queries
from stockroom.buying.actions.reverse import reverse_receipt
from stockroom.buying.queries import RECEIPTS, receipt_scope
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import N_, Refusal
from stockroom.platform.exports import Column, Format, export
from stockroom.platform.files import sniff
from stockroom.platform.files.rows import list_documents
from stockroom.platform.i18n import gettext as _
from stockroom.platform.i18n import sentence
from stockroom.platform.lists import fetch_everything, fetch_page, parse_list
from stockroom.platform.pages import form_errors, is_htmx, page, query_of, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs

AnyRequest = Request[Any, Any, State]

COLUMNS: list[Column] = [
    (N_("Number"), lambda row: row.number),
    (N_("Received on"), lambda row: row.received_on),
    (N_("Supplier"), lambda row: row.supplier_name),
    (N_("Invoice"), lambda row: row.invoice_number),
    (N_("Place"), lambda row: row.place_name),
    (N_("Lines"), lambda row: row.line_count),
    (N_("Total"), lambda row: row.total),
    (N_("Invoice total"), lambda row: row.invoice_total),
    (N_("Currency"), lambda row: row.currency),
    (N_("Reversed"), lambda row: row.reversed),
]


@get("/receipts", guards=[Needs("buying.receipt.read")], include_in_schema=False)
async def list_receipts(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    asked = parse_list(RECEIPTS, query_of(request))
    found = await fetch_page(db, RECEIPTS, asked, scope=receipt_scope(actor))
    template = "buying/_receipts.html" if is_htmx(request) else "buying/receipts.html"
    return page(request, template, found=found, asked=asked)


@get("/receipts/export", guards=[Needs("buying.receipt.read")], include_in_schema=False)
async def export_receipts(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    file_format: Format = "xlsx" if request.query_params.get("format") == "xlsx" else "csv"
    asked = parse_list(RECEIPTS, query_of(request, leave_out=("format",)))
    rows = await fetch_everything(db, RECEIPTS, asked, scope=receipt_scope(actor))
    return await export("receipts", rows, COLUMNS, file_format)


@get("/receipts/{receipt_id:uuid}", guards=[Needs("buying.receipt.read")], include_in_schema=False)
async def show_receipt(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    receipt_id: FromPath[UUID],
) -> Response[Any]:
    return await receipt_page(request, db, await queries.get_receipt(db, receipt_id, actor=actor), {}, None)


@post(
    "/receipts/{receipt_id:uuid}/reverse",
    guards=[Needs("stock.document.reverse")],
    include_in_schema=False,
    status_code=303,
)
async def reverse(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    receipt_id: FromPath[UUID],
) -> Response[Any]:
    receipt = await queries.get_receipt(db, receipt_id, actor=actor)
    form = await read_form(request)
    try:
        async with savepoint(db):
            reason = form.get("reason", "")
            made = await reverse_receipt(
                db, receipt_id=receipt_id, reason=reason, actor=actor, at=scope_of(request).at
            )
    except Refusal as refusal:
        return await receipt_page(request, db, receipt, form, refusal)
    words = _("%(receipt)s is taken back by %(reversal)s.")
    flash = words % {"receipt": receipt.header.number, "reversal": made.number}
    return redirect(request, f"/receipts/{receipt_id}", flash=flash)


async def receipt_page(
    request: AnyRequest,
    db: Connection,
    receipt: queries.Receipt,
    form: dict[str, str],
    refusal: Refusal | None,
) -> Response[bytes]:
    return page(
        request,
        "buying/receipt.html",
        status=200 if refusal is None else refusal.status,
        receipt=receipt,
        header=receipt.header,
        notices=[sentence(notice.sentence, notice.facts) for notice in receipt.notices],
        expired={notice.at for notice in receipt.notices},
        form=form,
        documents=await list_documents(db, "receipt", receipt.header.id),
        media_words=sniff.WORDS,
        **form_errors(refusal),
    )


ROUTES = [list_receipts, export_receipts, show_receipt, reverse]
