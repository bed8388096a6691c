"""Signing in and out in the browser."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State

from stockroom.people.actions.sign_in import sign_out
from stockroom.people.errors import CredentialsInvalid
from stockroom.people.start_session import set_session_cookie, start_session
from stockroom.platform import csrf, sessions
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import field_messages, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs
from stockroom.settings import Settings

AnyRequest = Request[Any, Any, State]


def _safe_next(address: str) -> str:
    """Only a path of ours: never another site."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else "/"


@get("/sign-in", opt={"public": True}, include_in_schema=False)
async def show_sign_in(request: AnyRequest) -> Response[Any]:
    here = scope_of(request)
    address = _safe_next(request.query_params.get("next", "/"))
    if here.identity is not None:
        return redirect(request, address)
    return _form(request, address, login="", message="")


def _form(
    request: AnyRequest, address: str, *, login: str, message: str, status: int = 200
) -> Response[bytes]:
    """The visitor's form token is bound to a cookie of its own until there is a session."""
    settings: Settings = request.app.state.settings
    here = scope_of(request)
    fresh = ""
    if not here.csrf_bound_to:
        fresh = csrf.new_anonymous_value()
        here.csrf_bound_to = fresh.encode()
    response = page(request, "people/sign_in.html", status=status, next=address, login=login, message=message)
    if fresh:
        response.set_cookie(csrf.anonymous_cookie(fresh, secure=settings.secure_cookies))
    return response


@post("/sign-in", opt={"public": True}, include_in_schema=False, status_code=303)
async def do_sign_in(request: AnyRequest) -> Response[Any]:
    form = await read_form(request)
    address = _safe_next(form.get("next", "/"))
    try:
        await start_session(request, form.get("username", ""), form.get("password", ""))
    except CredentialsInvalid as refusal:
        message = field_messages(refusal)[""]
        return _form(request, address, login=form.get("username", ""), message=message, status=422)
    response = redirect(request, address)
    set_session_cookie(request, response)
    return response


@post("/sign-out", guards=[Needs("")], include_in_schema=False, status_code=303)
async def do_sign_out(request: AnyRequest) -> Response[Any]:
    settings: Settings = request.app.state.settings
    here = scope_of(request)
    await sign_out(here.db, identity=here.require_identity(), actor=here.actor)
    response = redirect(request, "/sign-in", flash=_("You are signed out."))
    response.set_cookie(sessions.ended_cookie(secure=settings.secure_cookies))
    response.delete_cookie(csrf.cookie_name(secure=settings.secure_cookies), path="/")
    return response


ROUTES = [show_sign_in, do_sign_in, do_sign_out]
