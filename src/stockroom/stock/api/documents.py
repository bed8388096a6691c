"""JSON endpoints of documents, their movements and their reversal."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.problems import Answer
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs
from stockroom.stock.actions.batches import ReasonInput
from stockroom.stock.actions.reverse import reverse_document
from stockroom.stock.queries.documents import (
    DOCUMENTS,
    MOVEMENTS,
    ListedDocument,
    Movement,
    WholeDocument,
    document_scope,
    get_whole_document,
)

AnyRequest = Request[Any, Any, State]
TAGS = ["Documents"]


@get(
    "/api/movements",
    guards=[Needs("stock.balance.read")],
    operation_class=list_operation(MOVEMENTS),
    tags=TAGS,
    summary="The ledger, newest first",
    responses=ANSWERS,
)
async def list_movements(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[Movement] | Slice[Movement]:
    return await listed(request, db, MOVEMENTS, document_scope(actor))


@get(
    "/api/documents",
    guards=[Needs("stock.balance.read")],
    operation_class=list_operation(DOCUMENTS),
    tags=TAGS,
    summary="List documents of every kind",
    responses=ANSWERS,
)
async def list_documents(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[ListedDocument] | Slice[ListedDocument]:
    return await listed(request, db, DOCUMENTS, document_scope(actor))


@get(
    "/api/documents/{document_id:uuid}",
    guards=[Needs("stock.balance.read")],
    tags=TAGS,
    summary="One document with its lines",
    responses=ANSWERS,
)
async def show_document(
    db: NamedDependency[Connection], actor: NamedDependency[Actor], document_id: FromPath[UUID]
) -> WholeDocument:
    return await get_whole_document(db, document_id, actor=actor)


@post(
    "/api/documents/{document_id:uuid}/reverse",
    guards=[Needs("stock.document.reverse")],
    tags=TAGS,
    summary="Take a whole document back",
    responses=ANSWERS,
)
async def post_reversal(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    document_id: FromPath[UUID],
    data: JSONBody[ReasonInput],
) -> Response[WholeDocument]:
    """Answers the reversal: a document of its own, whose movements name the ones they take back."""
    await get_whole_document(db, document_id, actor=actor)
    posted = await reverse_document(
        db, document_id=document_id, reason=data.reason, actor=actor, at=scope_of(request).at
    )
    made = await get_whole_document(db, posted.id, actor=actor)
    return Answer(made, headers={"Location": f"/api/documents/{posted.id}"})


def reading_routes(path: str, kind: str, noun: str, tags: list[str]) -> list[HTTPRouteHandler]:
    """The list of one kind of document, and one of them."""

    @get(
        path,
        guards=[Needs("stock.balance.read")],
        operation_class=list_operation(DOCUMENTS),
        tags=tags,
        summary=f"List {noun}s",
        responses=ANSWERS,
    )
    async def list_kind(
        request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
    ) -> Page[ListedDocument] | Slice[ListedDocument]:
        return await listed(request, db, DOCUMENTS, document_scope(actor, kind))

    @get(
        f"{path}/{{document_id:uuid}}",
        guards=[Needs("stock.balance.read")],
        tags=tags,
        summary=f"One {noun} with its lines",
        responses=ANSWERS,
    )
    async def show_kind(
        db: NamedDependency[Connection], actor: NamedDependency[Actor], document_id: FromPath[UUID]
    ) -> WholeDocument:
        return await get_whole_document(db, document_id, actor=actor, kind=kind)

    return [list_kind, show_kind]


ROUTES = [list_movements, list_documents, show_document, post_reversal]
