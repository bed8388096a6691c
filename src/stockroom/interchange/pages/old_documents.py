"""Pages of documents kept from an old system."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.interchange.actions.read import note_listed, read_old_document
from stockroom.interchange.queries.old_documents import OLD_DOCUMENTS, name_products
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import N_
from stockroom.platform.exports import Column, Format, export
from stockroom.platform.i18n import gettext
from stockroom.platform.lists import fetch_everything, fetch_page, parse_list
from stockroom.platform.pages import is_htmx, page, query_of
from stockroom.platform.web import Needs, StepUp, logged_read

AnyRequest = Request[Any, Any, State]

KINDS: dict[str, str] = {
    "purchase": N_("Purchase"),
    "consumption": N_("Consumption"),
    "transfer": N_("Transfer"),
    "activity": N_("Activity"),
    "record": N_("Record"),
}
"""Kind → its word. A record is what found no place here."""

ELSEWHERE = frozenset({"raw", "lines", "parties", "source_id", "key", "kind", "old_id", "on"})

FIELDS: dict[str, str] = {
    "number": N_("Number"),
    "status": N_("Status"),
    "notes": N_("Notes"),
    "created_at": N_("Entered"),
    "supplier": N_("Supplier"),
    "purchaser": N_("Purchaser"),
    "received_by": N_("Received by"),
    "delivered_on": N_("Delivered on"),
    "patient": N_("Patient"),
    "prescriber": N_("Prescriber"),
    "department": N_("Department"),
    "store": N_("Store"),
    "source": N_("From"),
    "destination": N_("To"),
    "requested_by": N_("Requested by"),
    "approved_by": N_("Approved by"),
    "user": N_("User"),
    "action": N_("Action"),
    "name": N_("Name"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "location": N_("Location"),
    "description": N_("Description"),
}
"""Field of an old document → its word; others are shown under their own names."""

COLUMNS: list[Column] = [
    (N_("Kind"), lambda row: gettext(KINDS[row.kind])),
    (N_("Old number"), lambda row: row.old_id),
    (N_("Date"), lambda row: row.dated),
    (N_("What"), lambda row: row.summary),
]


@get("/old-documents", guards=[Needs("interchange.document.read")], include_in_schema=False)
async def list_old_documents(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    asked = parse_list(OLD_DOCUMENTS, query_of(request))
    found = await fetch_page(db, OLD_DOCUMENTS, asked, scope={"departments": actor.department_list()})
    await note_listed(db, documents=[row.id for row in found.items], where="/old-documents", actor=actor)
    template = "interchange/_old_documents.html" if is_htmx(request) else "interchange/old_documents.html"
    return page(request, template, found=found, asked=asked, kinds=KINDS)


@get("/old-documents/export", guards=[Needs("interchange.document.read"), StepUp()], include_in_schema=False)
async def export_old_documents(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    file_format: Format = "xlsx" if request.query_params.get("format") == "xlsx" else "csv"
    asked = parse_list(OLD_DOCUMENTS, query_of(request, leave_out=("format",)))
    rows = await fetch_everything(db, OLD_DOCUMENTS, asked, scope={"departments": actor.department_list()})
    documents = [row.id for row in rows]
    await note_listed(db, documents=documents, where="/old-documents/export", actor=actor)
    return await export("old-documents", rows, COLUMNS, file_format)


@get(
    "/old-documents/{document_id:uuid}",
    guards=[Needs("interchange.document.read")],
    include_in_schema=False,
)
async def show_old_document(
    request: AnyRequest, actor: NamedDependency[Actor], document_id: FromPath[UUID]
) -> Response[Any]:
    async with logged_read(request) as db:
        document = await read_old_document(db, document_id=document_id, actor=actor)
        lines: list[dict[str, Any]] = document.content.get("lines") or []
        products = await name_products(db, {str(line.get("product_key") or "") for line in lines})
    content = document.content
    return page(
        request,
        "interchange/old_document.html",
        document=document,
        kind=KINDS.get(document.kind, document.kind),
        facts=_facts(content),
        lines=lines,
        products=products,
        raw=_raw(content),
    )


def _facts(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Labels and texts, the parties among them; what is shown elsewhere is left out."""
    told = {name: value for name, value in content.items() if name not in ELSEWHERE}
    told |= content.get("parties") or {}
    return [
        (gettext(FIELDS[name]) if name in FIELDS else name.replace("_", " "), _text(value))
        for name, value in told.items()
        if value not in (None, "", [])
    ]


def _text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _raw(content: Mapping[str, Any]) -> str:
    """The record as it stood, indented to be read."""
    raw = content.get("raw")
    if not isinstance(raw, str):
        return msgspec.json.format(msgspec.json.encode(content), indent=2).decode()
    try:
        return msgspec.json.format(raw, indent=2)
    except msgspec.DecodeError:
        return raw


ROUTES = [list_old_documents, export_old_documents, show_old_document]
