"""Users' photos in the browser: one's own, and another's by those who write accounts."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.people.actions.photos import remove_user_photo, set_user_photo
from stockroom.people.pages.me import my_page
from stockroom.people.pages.one_user import user_page
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from stockroom.platform.files.uploads import UPLOAD, kept_photo
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_version, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs

AnyRequest = Request[Any, Any, State]
SIGNED_IN = [Needs("")]
WRITES = [Needs("people.account.write")]


@post("/me/photo", guards=SIGNED_IN, opt=UPLOAD, include_in_schema=False, status_code=303)
async def upload_my_photo(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    try:
        await _upload(request, actor, scope_of(request).require_identity().account_id)
    except Refusal as refusal:
        return await my_page(request, "photo", {}, refusal)
    return redirect(request, "/me", flash=_("Saved."))


@post("/me/photo/remove", guards=SIGNED_IN, include_in_schema=False, status_code=303)
async def remove_my_photo(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    await _remove(request, db, actor, scope_of(request).require_identity().account_id)
    return redirect(request, "/me", flash=_("The photo is removed."))


@post("/users/{account_id:uuid}/photo", guards=WRITES, opt=UPLOAD, include_in_schema=False, status_code=303)
async def upload_user_photo(
    request: AnyRequest, actor: NamedDependency[Actor], account_id: FromPath[UUID]
) -> Response[Any]:
    try:
        await _upload(request, actor, account_id)
    except Refusal as refusal:
        return await user_page(request, scope_of(request).db, account_id, refusal)
    return redirect(request, f"/users/{account_id}", flash=_("Saved."))


@post("/users/{account_id:uuid}/photo/remove", guards=WRITES, include_in_schema=False, status_code=303)
async def remove_photo_of_user(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    account_id: FromPath[UUID],
) -> Response[Any]:
    await _remove(request, db, actor, account_id)
    return redirect(request, f"/users/{account_id}", flash=_("The photo is removed."))


async def _upload(request: AnyRequest, actor: Actor, account_id: UUID) -> None:
    version, at = form_version(await read_form(request)), scope_of(request).at
    async with kept_photo(request) as (db, photo), savepoint(db):
        await set_user_photo(db, account_id=account_id, photo=photo, version=version, actor=actor, at=at)


async def _remove(request: AnyRequest, db: Connection, actor: Actor, account_id: UUID) -> None:
    version, at = form_version(await read_form(request)), scope_of(request).at
    await remove_user_photo(db, account_id=account_id, version=version, actor=actor, at=at)


ROUTES = [upload_my_photo, remove_my_photo, upload_user_photo, remove_photo_of_user]
