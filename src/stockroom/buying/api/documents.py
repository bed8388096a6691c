"""JSON endpoints of the documents on a goods receipt."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from stockroom.buying import queries
from stockroom.buying.actions.documents import attach_document, remove_document
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.fields import Line, StructInput
from stockroom.platform.files.rows import FileFacts, facts_of, get_document, list_documents
from stockroom.platform.files.uploads import (
    UPLOAD,
    DocumentOperation,
    UploadOperation,
    document_answer,
    kept_document,
)
from stockroom.platform.problems import Answer
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs

AnyRequest = Request[Any, Any, State]
TAGS = ["Goods receipts"]
READS = [Needs("buying.receipt.read")]
POSTS = [Needs("buying.receipt.post")]


class RemovalInput(StructInput, frozen=True, kw_only=True):
    """Why a document is removed."""

    reason: Line


@get(
    "/api/receipts/{receipt_id:uuid}/documents",
    guards=READS,
    tags=TAGS,
    summary="Documents of a goods receipt",
    responses=ANSWERS,
)
async def get_documents(
    db: NamedDependency[Connection], actor: NamedDependency[Actor], receipt_id: FromPath[UUID]
) -> list[FileFacts]:
    """The oldest first, at most fifty."""
    await queries.get_receipt(db, receipt_id, actor=actor)
    return [facts_of(file) for file in await list_documents(db, "receipt", receipt_id)]


@post(
    "/api/receipts/{receipt_id:uuid}/documents",
    guards=POSTS,
    opt=UPLOAD,
    operation_class=UploadOperation,
    tags=TAGS,
    summary="Add a document to a goods receipt",
    responses=ANSWERS,
)
async def post_document(
    request: AnyRequest,
    actor: NamedDependency[Actor],
    receipt_id: FromPath[UUID],
) -> Response[FileFacts]:
    """A PDF is kept as it is; JPEG, PNG and WebP are written anew as WebP of at most 2400 pixels."""
    async with kept_document(request) as (db, document):
        made = await attach_document(
            db, receipt_id=receipt_id, document=document, actor=actor, at=scope_of(request).at
        )
    location = f"/api/receipts/{receipt_id}/documents/{made.id}"
    return Answer(facts_of(made), status_code=201, headers={"Location": location})


@get(
    "/api/receipts/{receipt_id:uuid}/documents/{file_id:uuid}",
    guards=READS,
    operation_class=DocumentOperation,
    tags=TAGS,
    summary="Download a document of a goods receipt",
    responses=ANSWERS,
)
async def download_document(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    receipt_id: FromPath[UUID],
    file_id: FromPath[UUID],
) -> Response[bytes]:
    await queries.get_receipt(db, receipt_id, actor=actor)
    return await document_answer(request, await get_document(db, "receipt", receipt_id, file_id))


@post(
    "/api/receipts/{receipt_id:uuid}/documents/{file_id:uuid}/remove",
    guards=POSTS,
    status_code=204,
    tags=TAGS,
    summary="Remove a document from a goods receipt",
    responses=ANSWERS,
)
async def post_removal(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    receipt_id: FromPath[UUID],
    file_id: FromPath[UUID],
    data: JSONBody[RemovalInput],
) -> None:
    """Who removed it and why stays in the audit trail."""
    await remove_document(
        db, receipt_id=receipt_id, file_id=file_id, reason=data.reason, actor=actor, at=scope_of(request).at
    )


ROUTES = [get_documents, post_document, download_document, post_removal]
