"""JSON endpoints of old documents."""

from typing import Any
from uuid import UUID

from litestar import Request, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.interchange.actions.read import note_listed, read_old_document
from stockroom.interchange.queries.old_documents import OLD_DOCUMENTS, OldDocument, WholeOldDocument
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.web import ANSWERS, Needs, logged_read

AnyRequest = Request[Any, Any, State]
TAGS = ["Old documents"]


@get(
    "/api/old-documents",
    guards=[Needs("interchange.document.read")],
    operation_class=list_operation(OLD_DOCUMENTS),
    tags=TAGS,
    summary="List documents of the old system",
    responses=ANSWERS,
)
async def list_old_documents(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[OldDocument] | Slice[OldDocument]:
    found = await listed(request, db, OLD_DOCUMENTS, {"departments": actor.department_list()})
    documents = [row.id for row in found.items]
    await note_listed(db, documents=documents, where="/api/old-documents", actor=actor)
    return found


@get(
    "/api/old-documents/{document_id:uuid}",
    guards=[Needs("interchange.document.read")],
    tags=TAGS,
    summary="One document of the old system",
    responses=ANSWERS,
)
async def get_old_document(
    request: AnyRequest, actor: NamedDependency[Actor], document_id: FromPath[UUID]
) -> WholeOldDocument:
    """All that was known of it. That it was read is noted."""
    async with logged_read(request) as db:
        return await read_old_document(db, document_id=document_id, actor=actor)


ROUTES = [list_old_documents, get_old_document]
