"""The two edges where errors are rendered, and the small pieces every route is built from."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import structlog
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Redirect

from stockroom.platform import fields
from stockroom.platform.access import Actor
from stockroom.platform.bearer import KeyNotAllowed
from stockroom.platform.cookies import cookie_name
from stockroom.platform.db import Connection, as_refusal
from stockroom.platform.errors import (
    TITLES,
    FieldError,
    Forbidden,
    Internal,
    Invalid,
    MethodNotAllowed,
    NotFound,
    Refusal,
    SecondFactorSetupRequired,
    StepUpRequired,
    TooLarge,
    Unauthenticated,
    Unavailable,
    VersionMissing,
)
from stockroom.platform.i18n import choose_language, gettext, sentence, set_language
from stockroom.platform.pages import draw, is_htmx, wants_json
from stockroom.platform.problems import Problem, problem_response
from stockroom.platform.scope import LANGUAGE_COOKIE, find_scope, note_refusal, scope_of
from stockroom.settings import Settings

AnyRequest = Request[Any, Any, Any]
log = structlog.get_logger("stockroom.errors")

BY_STATUS: dict[int, type[Refusal]] = {
    401: Unauthenticated, 403: Forbidden, 404: NotFound, 405: MethodNotAllowed, 413: TooLarge, 503: Unavailable,
}  # fmt: skip


class Needs:
    """A guard: the route is for people with this permission, and for API keys that were given it.

    ``Needs("")`` asks only for a signed-in person; no key comes in there, unless the route says ``keys=True``.
    Asynchronous, although it waits for nothing: Litestar sends a synchronous guard to a thread.
    """

    def __init__(self, permission: str, *, keys: bool = False) -> None:
        self.permission = permission
        self.keys = keys or bool(permission)

    async def __call__(
        self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        here = find_scope(connection.scope)
        if here is None:
            raise Unauthenticated
        if here.key is not None and not self.keys:
            raise KeyNotAllowed
        if here.identity is None:
            here.require_identity()
        if here.must_enrol and not handler.opt.get("enrol"):
            raise SecondFactorSetupRequired
        if self.permission:
            here.actor.require(self.permission)


class StepUp:
    """A guard beside ``Needs``: the person proved who they are within STEP_UP_MINUTES.

    By the second factor, or by the password where they have none. Asynchronous as ``Needs`` is.
    """

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        here = find_scope(connection.scope)
        if here is None:
            raise Unauthenticated
        proved = here.require_identity().stepped_up_at
        minutes: int = connection.app.state.settings.step_up_minutes
        if proved is None or here.at - proved >= timedelta(minutes=minutes):
            raise StepUpRequired


def provide_db(request: AnyRequest) -> Connection:
    return scope_of(request).db


def provide_actor(request: AnyRequest, db: NamedDependency[Connection]) -> Actor:
    """Asks for ``db`` only to come after it: Litestar gathers independent dependencies in a task group."""
    del db
    return scope_of(request).actor


@asynccontextmanager
async def logged_read(request: AnyRequest) -> AsyncGenerator[Connection]:
    """The request's connection in a transaction, so that what is read and that it was read go together.

    GETs read in autocommit otherwise; an unsafe request has its transaction already.
    """
    async with scope_of(request).transaction() as db:
        yield db


def seen_version(request: AnyRequest, in_body: int | None = None) -> int:
    """The version that the editor saw: If-Match (``"3"``) or the body's. Raises VersionMissing."""
    tag = request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
    if tag.isascii() and tag.isdigit() and len(tag) < 10:
        return int(tag)
    if in_body is None:
        raise VersionMissing
    return in_body


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}


def _explain_body(request: AnyRequest, error: ValidationException) -> Refusal:
    """Litestar stops at the first wrong field; the person is told all of them."""
    scope: Any = request.scope  # routed or not: the key is there only after routing
    handler = scope.get("route_handler")
    data: Any = getattr(handler, "parsed_data_field", None)
    body = getattr(request, "_body", b"") or _cached_body(request)
    if data is not None and body:
        try:
            fields.decode_json(body, data.raw if data.raw is not None else data.annotation)
        except Invalid as refusal:
            return refusal
    return Invalid(errors=[_from_litestar(item) for item in list[Any](error.extra or [])])


def _from_litestar(item: Any) -> FieldError:
    """Litestar's own words about a path or query parameter, as they are."""
    message = str(item.get("message", "")).replace("{", "(").replace("}", ")")
    return FieldError(f"/{item.get('key', '')}", "query.value", message)


def _cached_body(request: AnyRequest) -> bytes:
    from litestar.utils.scope.state import ScopeState

    body = ScopeState.from_scope(request.scope).body
    return body if isinstance(body, bytes) else b""


def _refusal_of(request: AnyRequest, error: Exception) -> Refusal:
    if (known := as_refusal(error)) is not None:
        return known
    if isinstance(error, ValidationException):
        return _explain_body(request, error)
    if isinstance(error, HTTPException):
        if error.status_code in BY_STATUS:
            return BY_STATUS[error.status_code]()
        if 400 <= error.status_code < 500:
            return _explain_body(request, ValidationException())
    log.error(
        "fault",
        request_id=request.scope["state"].get("request_id", ""),
        path=request.url.path,
        exc_info=error,
    )
    return Internal()


def render_error(request: AnyRequest, error: Exception) -> Response[Any]:
    """The one handler of the application: a problem for programs, a helpful page for people."""
    refusal = _refusal_of(request, error)
    if find_scope(request.scope) is None:
        settings: Settings = request.app.state.settings
        preferred = request.cookies.get(cookie_name(LANGUAGE_COOKIE, secure=settings.secure_cookies))
        accepted = request.headers.get("accept-language")
        set_language(choose_language(preferred, accepted, settings.default_language))
    headers = _when_to_try_again(refusal)
    here = find_scope(request.scope)
    if here is not None and isinstance(refusal, Forbidden) and not refusal.mended_at:
        note_refusal(here, refusal)
    if isinstance(error, HTTPException) and refusal.status == 405 and error.headers:
        headers |= {name: value for name, value in error.headers.items() if name.lower() == "allow"}
    request_id = request.scope["state"].get("request_id", "")
    if wants_json(request):
        return problem_response(refusal, request_id, headers)
    if refusal.mended_at:
        return _led_away(request, refusal)
    return _error_page(request, refusal, headers)


def _when_to_try_again(refusal: Refusal) -> dict[str, str]:
    """Limits and locks know the seconds; a busy system guesses two."""
    seconds = refusal.facts.get("seconds", 2 if refusal.status == 503 else None)
    return {} if seconds is None else {"Retry-After": str(seconds)}


def _led_away(request: AnyRequest, refusal: Refusal) -> Response[Any]:
    """To the page where the person can do something about it. What was typed before a step-up goes along.

    However it looks, this is a refusal: nothing is kept of the request.
    """
    here = find_scope(request.scope)
    if here is not None:
        here.refused = True
    address = quote(_address(request), safe="/")
    if isinstance(refusal, StepUpRequired):
        if is_htmx(request):
            return Response(b"", status_code=refusal.status, headers={"HX-Redirect": refusal.mended_at})
        if request.method != "GET":
            return Redirect(f"{refusal.mended_at}/typed?next={address}", status_code=307)
    return Redirect(f"{refusal.mended_at}?next={address}", status_code=303)


def _address(request: AnyRequest) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query and request.method == "GET" else request.url.path


def _error_page(request: AnyRequest, refusal: Refusal, headers: dict[str, str]) -> Response[Any]:
    """The whole page, or for htmx an alert above the one that is there."""
    messages = [sentence(item.sentence, item.facts) for item in refusal.errors]
    detail = " ".join(dict.fromkeys([sentence(refusal.sentence, refusal.facts), *messages]))
    context = {
        "status": refusal.status,
        "title": gettext(TITLES.get(refusal.status, TITLES[500])),
        "detail": detail,
        "retry_url": request.url.path if refusal.status == 503 and request.method == "GET" else None,
        "home_url": "/",
    }
    template = "error.html"
    if is_htmx(request):
        template = "partials/problem.html"
        headers |= {"HX-Retarget": "#flashes", "HX-Reswap": "innerHTML"}
    return draw(request, template, context, status=refusal.status, headers=headers)


def _answer(description: str) -> ResponseSpec:
    problem = "application/problem+json"
    return ResponseSpec(Problem, generate_examples=False, description=description, media_type=problem)  # pyright: ignore[reportArgumentType]  # a media type of ours


ANSWERS: dict[int, ResponseSpec] = {
    401: _answer("Nobody is signed in."),
    403: _answer("No permission, or the CSRF token is missing."),
    404: _answer("No such thing, or none that you may see."),
    409: _answer("The state of things says no; `code` says why."),
    413: _answer("The request body is too large."),
    422: _answer("Wrong input; `errors` names each field."),
    429: _answer("Too many requests, or locked after wrong passwords; see Retry-After."),
    503: _answer("Busy or the database is away; see Retry-After."),
}
"""What any endpoint may answer besides success, for OpenAPI."""

EXCEPTION_HANDLERS: dict[int | type[Exception], Any] = {Exception: render_error, HTTPException: render_error}
