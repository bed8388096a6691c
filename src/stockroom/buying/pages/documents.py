"""Documents on a goods receipt in the browser: added, and removed with a reason."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.buying import queries
from stockroom.buying.actions.documents import attach_document, remove_document
from stockroom.buying.pages.receipts import receipt_page
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from stockroom.platform.fields import Line, StructInput, convert
from stockroom.platform.files.uploads import UPLOAD, kept_document
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs

AnyRequest = Request[Any, Any, State]
POSTS = [Needs("buying.receipt.post")]


class TypedRemoval(StructInput, frozen=True, kw_only=True):
    """What the form says."""

    reason: Line = ""


@post(
    "/receipts/{receipt_id:uuid}/documents",
    guards=POSTS,
    opt=UPLOAD,
    include_in_schema=False,
    status_code=303,
)
async def add_document(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    receipt_id: FromPath[UUID],
) -> Response[Any]:
    receipt = await queries.get_receipt(db, receipt_id, actor=actor)
    try:
        async with kept_document(request) as (late, document), savepoint(late):
            await attach_document(
                late, receipt_id=receipt_id, document=document, actor=actor, at=scope_of(request).at
            )
    except Refusal as refusal:
        return await receipt_page(request, scope_of(request).db, receipt, {}, refusal)
    return redirect(request, f"/receipts/{receipt_id}#documents", flash=_("The document is added."))


@post(
    "/receipts/{receipt_id:uuid}/documents/{file_id:uuid}/remove",
    guards=POSTS,
    include_in_schema=False,
    status_code=303,
)
async def remove(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    receipt_id: FromPath[UUID],
    file_id: FromPath[UUID],
) -> Response[Any]:
    receipt = await queries.get_receipt(db, receipt_id, actor=actor)
    form = await read_form(request)
    try:
        async with savepoint(db):
            typed = convert({"reason": form.get("reason", "")}, TypedRemoval)
            await remove_document(
                db, receipt_id=receipt_id, file_id=file_id, reason=typed.reason, actor=actor,
                at=scope_of(request).at,
            )  # fmt: skip
    except Refusal as refusal:
        refusal.errors = [
            msgspec.structs.replace(error, at=f"{error.at}/{file_id}") for error in refusal.errors
        ]  # the page has a reason for each document
        return await receipt_page(request, db, receipt, {}, refusal)
    return redirect(request, f"/receipts/{receipt_id}#documents", flash=_("The document is removed."))


ROUTES = [add_document, remove]
