"""A forgotten password, and the first one of somebody invited, in the browser.

The link of a mail carries the token in its query. It is moved into a cookie at once: it stays neither in the
address bar, the history or a log, nor does it go to anybody as a referrer.
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency

from stockroom.people.actions.reset import TOKEN_LENGTH, PasswordByLink, ResetAsk
from stockroom.people.choosing import LATE, choose_by_link
from stockroom.people.errors import LinkInvalid
from stockroom.people.pages.access import new_password_words, typed_passwords
from stockroom.people.queries.links import LiveLink, find_live_link
from stockroom.people.web import ask_by_mail, settings_of
from stockroom.platform.cookies import cookie, cookie_name, ended_cookie
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from stockroom.platform.fields import convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_errors, own_path, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.sessions import hash_token

AnyRequest = Request[Any, Any, State]
PATHS = ["/reset", "/welcome"]
LINK_COOKIE = "link"
COOKIE_SECONDS = 3600


@get("/forgot", opt={"public": True}, include_in_schema=False)
async def show_forgot(request: AnyRequest) -> Response[Any]:
    return _forgot(request, "", None)


@post("/forgot", opt={"public": True, "limit": "reset"}, include_in_schema=False, status_code=303)
async def ask(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    form = await read_form(request)
    try:
        async with savepoint(db):
            asked = convert(structure({"email": form.get("email", "")}), ResetAsk)
            await ask_by_mail(request, db, asked)
    except Refusal as refusal:
        return _forgot(request, form.get("email", ""), refusal)
    return redirect(request, "/forgot/sent")


@get("/forgot/sent", opt={"public": True}, include_in_schema=False)
async def show_sent(request: AnyRequest) -> Response[Any]:
    return page(request, "people/forgot_sent.html", minutes=settings_of(request).reset_minutes)


def _forgot(request: AnyRequest, email: str, refusal: Refusal | None) -> Response[bytes]:
    return page(
        request,
        "people/forgot.html",
        status=200 if refusal is None else refusal.status,
        email=email,
        **form_errors(refusal),
    )


@get(PATHS, opt={"public": True}, include_in_schema=False)
async def show_link(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    token = request.query_params.get("token", "")
    if token:
        response = redirect(request, own_path(request.url.path))
        secure = settings_of(request).secure_cookies
        response.set_cookie(cookie(LINK_COOKIE, token[:TOKEN_LENGTH], secure=secure, max_age=COOKIE_SECONDS))
        return response
    link = await _find_link(request, db)
    return _dead(request) if link is None else _form(request, link, None)


@post(PATHS, opt={"public": True, **LATE}, include_in_schema=False, status_code=303)
async def use_link(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    link = await _find_link(request, db)
    if link is None:
        return _dead(request)
    form = await read_form(request)
    try:
        password = typed_passwords(form, "password").get("password", "")[:256]
        await choose_by_link(request, PasswordByLink(token=_token(request), password=password))
    except LinkInvalid:
        return _dead(request)
    except Refusal as refusal:
        return _form(request, link, refusal)
    response = redirect(request, "/sign-in", flash=_("Your password is set. Sign in with it."))
    response.set_cookie(ended_cookie(LINK_COOKIE, secure=settings_of(request).secure_cookies))
    return response


def _token(request: AnyRequest) -> str:
    name = cookie_name(LINK_COOKIE, secure=settings_of(request).secure_cookies)
    return request.cookies.get(name, "")


async def _find_link(request: AnyRequest, db: Connection) -> LiveLink | None:
    return await find_live_link(db, hash_token(_token(request)), at=scope_of(request).at)


def _form(request: AnyRequest, link: LiveLink, refusal: Refusal | None) -> Response[bytes]:
    return page(
        request,
        "people/choose_password.html",
        status=200 if refusal is None else refusal.status,
        username=link.username,
        personal=[link.username, link.email, link.name],
        is_first=link.purpose == "invitation",
        **new_password_words(request),
        **form_errors(refusal),
    )


def _dead(request: AnyRequest) -> Response[bytes]:
    """404 whatever the reason: the link is not there."""
    return page(request, "people/dead_link.html", status=404, is_first=request.url.path == "/welcome")


ROUTES = [show_forgot, ask, show_sent, show_link, use_link]
