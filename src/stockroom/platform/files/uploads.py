"""Uploads at the web's edge: the file of a request, and answers that carry one."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import structlog
from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from stockroom.platform.db import Connection
from stockroom.platform.errors import Refusal
from stockroom.platform.files.errors import FileLost, FileMissing
from stockroom.platform.files.intake import Files, NewFile, Upload
from stockroom.platform.files.rows import File
from stockroom.platform.scope import scope_of

AnyRequest = Request[Any, Any, Any]
log = structlog.get_logger("stockroom.files")

UPLOAD: dict[str, Any] = {"upload": True, "limit": "upload", "transaction": "late"}
"""The opt of every route that takes a file: its own body limit, the named rate limit, and no transaction before
the file was looked at."""

REFUSED = "upload.refused"
FIELD = "file"
OVERHEAD = 64 * 1024
"""Bytes of a request beside its file: part headers and the other fields."""

# A file is never a page of ours, whatever it holds: no script, no frame, no origin.
FILE_CSP = "default-src 'none'; frame-ancestors 'none'; sandbox"
PRIVATE = "private, max-age=300"
NEVER = "private, no-store"


def files_of(request: AnyRequest) -> Files:
    return request.app.state.files


async def uploaded(request: AnyRequest) -> Upload:
    """The form's field ``file``, or a body that is the file itself. Raises FileMissing, FileEmpty, FileTooLarge."""
    if request.content_type[0] == RequestEncodingType.MULTI_PART:
        part = (await request.form()).get(FIELD)
        if not isinstance(part, UploadFile):
            raise FileMissing
        found = Upload(part.filename, await part.read())
    else:
        found = Upload("", await request.body())
        if not found.content:
            raise FileMissing
    files_of(request).check_size(len(found.content))
    return found


@asynccontextmanager
async def examined(request: AnyRequest) -> AsyncGenerator[Upload]:
    """Inside, the upload is looked at while nothing of the database is held; the request's transaction begins after
    it, on ``scope_of(request).db``. What is refused inside is a security event: its code, and not the file's name.

    Raises FileMissing, FileEmpty, FileTooLarge.
    """
    here = scope_of(request)
    async with here.before_transaction():
        try:
            yield await uploaded(request)
        except FileMissing:
            raise
        except Refusal as refusal:
            here.note(REFUSED, code=refusal.errors[-1].code if refusal.errors else refusal.code)
            raise


@asynccontextmanager
async def kept_photo(request: AnyRequest) -> AsyncGenerator[tuple[Connection, NewFile]]:
    """The uploaded photo in the store, and the connection of the transaction for its row; what is refused inside
    takes it away again."""
    async with _kept(request, files_of(request).keep_photo) as kept:
        yield kept


@asynccontextmanager
async def kept_document(request: AnyRequest) -> AsyncGenerator[tuple[Connection, NewFile]]:
    """The uploaded document in the store, and the connection of the transaction for its row; what is refused inside
    takes it away again."""
    async with _kept(request, files_of(request).keep_document) as kept:
        yield kept


@asynccontextmanager
async def _kept(
    request: AnyRequest, keep: Callable[[Upload], Awaitable[NewFile]]
) -> AsyncGenerator[tuple[Connection, NewFile]]:
    new = None
    try:
        async with examined(request) as upload:
            new = await keep(upload)
        yield scope_of(request).db, new
    except BaseException:
        if new is not None:
            await files_of(request).drop(new)
        raise


async def photo_answer(request: AnyRequest, photo: File, *, cache: str) -> Response[bytes]:
    """The photo, or the small one for ``?size=small``; 304 where the browser has it."""
    small = request.query_params.get("size") == "small" and photo.small_key is not None
    tag = f'"{photo.id.hex}{"-small" if small else ""}"'
    headers = {"ETag": tag, "Cache-Control": cache, "Content-Security-Policy": FILE_CSP}
    if cache != NEVER and tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers, media_type=photo.media_type)
    key = photo.small_key if small and photo.small_key is not None else photo.key
    return Response(await _read(request, key), headers=headers, media_type=photo.media_type)


async def document_answer(request: AnyRequest, document: File) -> Response[bytes]:
    """The document as a download, never shown as a page of ours."""
    plain = document.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(document.name, safe='')}"
    headers = {
        "Content-Disposition": disposition, "Cache-Control": NEVER, "Content-Security-Policy": FILE_CSP,
    }  # fmt: skip
    return Response(await _read(request, document.key), headers=headers, media_type=document.media_type)


async def _read(request: AnyRequest, key: str) -> bytes:
    try:
        return await files_of(request).read(key)
    except FileNotFoundError:
        log.error("file lost", key=key)
        raise FileLost from None


BINARY = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)


@dataclass
class UploadOperation(Operation):
    """Takes one file as the form field ``file``."""

    def __post_init__(self) -> None:
        form = Schema(type=OpenAPIType.OBJECT, properties={FIELD: BINARY}, required=[FIELD])
        self.request_body = RequestBody(
            content={"multipart/form-data": OpenAPIMediaType(schema=form)}, required=True
        )


def _answers_with(operation: Operation, *media_types: str) -> None:
    content = {kind: OpenAPIMediaType(schema=BINARY) for kind in media_types}
    answers = dict(operation.responses or {})
    answers["200"] = OpenAPIResponse(description="The file.", content=content)
    operation.responses = answers


@dataclass
class PhotoOperation(Operation):
    """Answers with a picture."""

    def __post_init__(self) -> None:
        _answers_with(self, "image/webp")


@dataclass
class DocumentOperation(Operation):
    """Answers with a document."""

    def __post_init__(self) -> None:
        _answers_with(self, "application/pdf", "image/webp")
