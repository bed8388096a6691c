"""Signing in and out in the browser."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State

from stockroom.people.actions.sign_in import sign_out
from stockroom.people.errors import CredentialsInvalid, ResetRequired, SignInLocked
from stockroom.people.web import set_session_cookie, settings_of, start_session
from stockroom.platform import sessions
from stockroom.platform.errors import Refusal
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_errors, own_path, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs

AnyRequest = Request[Any, Any, State]


@get("/sign-in", opt={"public": True}, include_in_schema=False)
async def show_sign_in(request: AnyRequest) -> Response[Any]:
    address = own_path(request.query_params.get("next", "/"))
    if scope_of(request).identity is not None:
        return redirect(request, address)
    return _form(request, address, login="", refusal=None)


def _form(request: AnyRequest, address: str, *, login: str, refusal: Refusal | None) -> Response[bytes]:
    return page(
        request,
        "people/sign_in.html",
        status=200 if refusal is None else {401: 422}.get(refusal.status, refusal.status),
        next=address,
        login=login,
        **form_errors(refusal),
    )


@post(
    "/sign-in",
    opt={"public": True, "limit": "login", "transaction": "own"},
    include_in_schema=False,
    status_code=303,
)
async def do_sign_in(request: AnyRequest) -> Response[Any]:
    form = await read_form(request)
    address = own_path(form.get("next", "/"))
    try:
        await start_session(request, form.get("username", ""), form.get("password", ""))
    except (CredentialsInvalid, SignInLocked, ResetRequired) as refusal:
        return _form(request, address, login=form.get("username", ""), refusal=refusal)
    response = redirect(request, address)
    set_session_cookie(request, response)
    return response


@post("/sign-out", guards=[Needs("")], include_in_schema=False, status_code=303)
async def do_sign_out(request: AnyRequest) -> Response[Any]:
    settings = settings_of(request)
    here = scope_of(request)
    await sign_out(here.db, identity=here.require_identity(), actor=here.actor)
    response = redirect(request, "/sign-in", flash=_("You are signed out."))
    for cookie in sessions.ended_session(secure=settings.secure_cookies):
        response.set_cookie(cookie)
    return response


ROUTES = [show_sign_in, do_sign_in, do_sign_out]
