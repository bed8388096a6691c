"""Pages of documents: the list of all or of one kind, one document, and taking it back."""

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
from stockroom.platform.fields import convert
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_errors, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs
from stockroom.stock import rules
from stockroom.stock.actions.batches import ReasonInput
from stockroom.stock.actions.reverse import reverse_document
from stockroom.stock.pages.listing import asked_of, list_export, list_page
from stockroom.stock.pages.words import DOCUMENT_KINDS, place_name, reason_name
from stockroom.stock.queries.documents import DOCUMENTS, document_scope, get_whole_document

AnyRequest = Request[Any, Any, State]

KIND_OF_PATH = {
    "/transfers": "transfer", "/adjustments": "adjustment", "/issues": "issue", "/disposals": "disposal",
}  # fmt: skip
TITLES = {
    "": N_("Documents"),
    "transfer": N_("Transfers"),
    "adjustment": N_("Adjustments"),
    "issue": N_("Issues"),
    "disposal": N_("Disposals"),
}
POSTING = {
    "transfer": ("/transfer", "stock.transfer.post", N_("New transfer")),
    "adjustment": ("/adjust", "stock.adjustment.post", N_("New adjustment")),
    "issue": ("/issue", "stock.issue.post", N_("New issue")),
    "disposal": ("/dispose", "stock.adjustment.post", N_("New disposal")),
}
"""Kind → where it is posted, who may, and the words on the button."""

REASONS = rules.ADJUSTMENT_REASONS | rules.DISPOSAL_REASONS
COLUMNS: list[Column] = [
    (N_("Number"), lambda row: row.number),
    (N_("Kind"), lambda row: _(DOCUMENT_KINDS[row.kind])),
    (N_("When"), lambda row: row.at),
    (N_("From"), lambda row: place_name(row.from_place_name)),
    (N_("To"), lambda row: place_name(row.to_place_name)),
    (N_("Lines"), lambda row: row.lines),
    (N_("Reason"), lambda row: reason_name(REASONS, row.reason)),
    (N_("Note"), lambda row: row.note),
    (N_("By"), lambda row: row.actor_name),
    (N_("Reversed"), lambda row: row.reversed),
]


@get(["/documents", *KIND_OF_PATH], guards=[Needs("stock.balance.read")], include_in_schema=False)
async def list_documents(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    kind = KIND_OF_PATH.get(request.url.path, "")
    return await list_page(
        request,
        db,
        DOCUMENTS,
        asked_of(request, DOCUMENTS),
        template="stock/documents.html",
        fragment="stock/_documents.html",
        scope=document_scope(actor, kind or None),
        kind=kind,
        title=_(TITLES[kind]),
        kinds=DOCUMENT_KINDS,
        place_name=place_name,
        posting=POSTING.get(kind),
        reason_name=reason_name,
        reasons=REASONS,
    )


@get(
    [f"{path}/export" for path in ("/documents", *KIND_OF_PATH)],
    guards=[Needs("stock.balance.read")],
    include_in_schema=False,
)
async def export_documents(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    kind = KIND_OF_PATH.get(request.url.path.removesuffix("/export"), "")
    asked, scope = asked_of(request, DOCUMENTS), document_scope(actor, kind or None)
    name = f"{kind or 'document'}s"
    return await list_export(request, db, DOCUMENTS, asked, name=name, columns=COLUMNS, scope=scope)


@get("/documents/{document_id:uuid}", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def show_document(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    document_id: FromPath[UUID],
) -> Response[Any]:
    return await _detail(request, db, actor, document_id, {}, None)


@post(
    "/documents/{document_id:uuid}/reverse",
    guards=[Needs("stock.document.reverse")],
    include_in_schema=False,
    status_code=303,
)
async def reverse(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    document_id: FromPath[UUID],
) -> Response[Any]:
    form = await read_form(request)
    await get_whole_document(db, document_id, actor=actor)
    try:
        async with savepoint(db):
            reason = convert({"reason": form.get("reason", "")}, ReasonInput).reason
            posted = await reverse_document(
                db, document_id=document_id, reason=reason, actor=actor, at=scope_of(request).at
            )
    except Refusal as refusal:
        return await _detail(request, db, actor, document_id, form, refusal)
    flash = _("Taken back by %(number)s.") % {"number": posted.number}
    return redirect(request, f"/documents/{posted.id}", flash=flash)


async def _detail(
    request: AnyRequest,
    db: Connection,
    actor: Actor,
    document_id: UUID,
    form: dict[str, str],
    refusal: Refusal | None,
) -> Response[bytes]:
    document = await get_whole_document(db, document_id, actor=actor)
    path = next((path for path, kind in KIND_OF_PATH.items() if kind == document.kind), "/documents")
    return page(
        request,
        "stock/document.html",
        status=200 if refusal is None else refusal.status,
        document=document,
        kinds=DOCUMENT_KINDS,
        place_name=place_name,
        list_path=path,
        list_title=_(TITLES.get(document.kind, TITLES[""])),
        reason=reason_name(REASONS, document.reason),
        form=form,
        **form_errors(refusal),
    )


ROUTES = [list_documents, export_documents, show_document, reverse]
