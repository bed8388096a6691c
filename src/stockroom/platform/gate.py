"""The way of every request: session or key, limits, CSRF, then one transaction if it writes."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.enums import ScopeType
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Empty, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState
from psycopg import OperationalError

from stockroom.platform import bearer, csrf, sessions
from stockroom.platform.addresses import client_address, counted_as
from stockroom.platform.clock import Clock
from stockroom.platform.cookies import cookie_name
from stockroom.platform.db import Database
from stockroom.platform.errors import Forbidden, Refusal, TooLarge, Unavailable
from stockroom.platform.exact_request import ExactRequest
from stockroom.platform.held_answer import replayed
from stockroom.platform.i18n import choose_language, known_zone, set_language
from stockroom.platform.limits import Limits, RateLimited, take
from stockroom.platform.parts import FormBroken
from stockroom.platform.scope import (
    LANGUAGE_COOKIE,
    STATE_KEY,
    RequestScope,
    form_value,
    note_refusal,
    option_of,
)
from stockroom.platform.security import write_events
from stockroom.platform.sessions import Identity, IdentityLoader
from stockroom.platform.writing import Writing

log = structlog.get_logger("stockroom.security")
BY_ADDRESS = frozenset({"login", "reset"})
"""Limits that signing in does not escape: they count the address, whoever is signed in there."""


def own_origins(scope: Scope) -> frozenset[str]:
    """The origins under which this request reached us."""
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    return frozenset({f"http://{host}", f"https://{host}"}) if host else frozenset()


class ScopeMiddleware(ASGIMiddleware):
    """Lays the request scope. GET reads in autocommit; anything unsafe is one transaction."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "bare"

    def __init__(
        self,
        *,
        database: Database,
        load_identity: IdentityLoader,
        load_key: bearer.KeyLoader,
        clock: Clock,
        secret: bytes,
        secure: bool,
        default_language: str,
        zone: ZoneInfo,
        limits: Limits,
        told: frozenset[str] = frozenset(),
        second_factor_roles: Sequence[str] = (),
        origins: Sequence[str] = (),
    ) -> None:
        self.database = database
        self.load_identity = load_identity
        self.load_key = load_key
        self.clock = clock
        self.secret = secret
        self.secure = secure
        self.default_language = default_language
        self.zone = zone
        self.limits = limits
        self.told = told
        self.second_factor_roles = frozenset(second_factor_roles)
        self.origins = frozenset(origins)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        request = ExactRequest(scope, receive=receive, send=send)
        too_large = await _read_body(request)
        here = RequestScope(
            request_id=scope["state"].get("request_id", ""),
            at=self.clock().astimezone(self.zone),
            db=await self.database.acquire(),
            database=self.database,
            secret=self.secret,
            zone=self.zone,
            address=counted_as(client_address(scope)),
        )
        scope["state"][STATE_KEY] = here
        try:
            if too_large is not None:
                await self._refuse_body(request, here, too_large)
            await self._pass(request, here, receive, send, next_app)
        finally:
            await _leave(request, here)

    async def _pass(
        self,
        request: Request[Any, Any, Any],
        here: RequestScope,
        receive: Receive,
        send: Send,
        next_app: ASGIApp,
    ) -> None:
        try:
            await self._identify(request, here)
            await self._count(request, here)
            if request.method in csrf.UNSAFE:
                await self._check_csrf(request, here)
            await self._pass_on(request, here, receive, send, next_app)
        except Refusal as refusal:
            _note_at_the_door(request, here, refusal)
            raise

    async def _pass_on(
        self,
        request: Request[Any, Any, Any],
        here: RequestScope,
        receive: Receive,
        send: Send,
        next_app: ASGIApp,
    ) -> None:
        """What handlers refuse is rendered further in; what comes out of here was refused around them."""
        if request.method not in csrf.UNSAFE:
            await next_app(request.scope, receive, send)
        elif option_of(request, "transaction") == "own":
            await next_app(request.scope, replayed(await request.body(), receive), send)
        else:
            await Writing(request, here, told=self.told).run(next_app, send)

    async def _refuse_body(
        self, request: Request[Any, Any, Any], here: RequestScope, too_large: ClientException
    ) -> None:
        """An upload that was cut at its limit counts as one, and the log says whose it was, where that is known."""
        try:
            await self._identify(request, here)
            await self._count(request, here)
        except Forbidden as refusal:
            note_refusal(here, refusal)
        here.note("upload.refused", code=TooLarge.code)
        raise too_large

    async def _count(self, request: Request[Any, Any, Any], here: RequestScope) -> None:
        """Named limits of the route, else those of anonymous callers; signed-in people have their own besides."""
        state: dict[str, Any] = request.scope["state"]
        name = option_of(request, "limit")
        known = here.identity or here.pending
        who = here.address if known is None else here.keeper
        try:
            if known is not None:
                state["limit_headers"] = await self.limits.take_signed_in(here.db, who, here.at)
            elif name is None:
                name = "api" if request.url.path.startswith("/api/") else "general"
            if name is not None:
                key = here.address if name in BY_ADDRESS else who
                state["limit_headers"] = await take(here.db, self.limits[name], key, here.at)
        except RateLimited as refusal:
            state["limited_by"] = refusal.facts["limit"]
            state["limit_headers"] = refusal.headers()
            here.note("limit.hit", **refusal.facts)
            raise

    async def _identify(self, request: Request[Any, Any, Any], here: RequestScope) -> None:
        preferred = request.cookies.get(cookie_name(LANGUAGE_COOKIE, secure=self.secure))
        accepted = request.headers.get("accept-language")
        set_language(choose_language(preferred, accepted, self.default_language))
        token = request.cookies.get(sessions.session_cookie_name(secure=self.secure))
        if key := bearer.find_key(request.headers):
            await self._identify_key(request, here, key, has_session=bool(token))
        elif token:
            self._take_in(here, await self.load_identity(here.db, sessions.hash_token(token), here.at))
        if here.identity is not None:
            here.actor = here.identity.actor(here.request_id)
            here.zone = known_zone(here.identity.time_zone) or self.zone
            here.csrf_bound_to = here.identity.token_hash
            preferred = here.identity.language or preferred
            request.scope["state"]["user"] = here.identity.username
        elif here.pending is not None:
            here.csrf_bound_to = here.pending.token_hash
            preferred = here.pending.language or preferred
        else:
            here.csrf_bound_to = request.cookies.get(
                cookie_name(csrf.COOKIE, secure=self.secure), ""
            ).encode()
        set_language(choose_language(preferred, accepted, self.default_language))

    def _take_in(self, here: RequestScope, found: Identity | None) -> None:
        """A session that still owes its second factor is nobody's identity: no guard lets it pass."""
        if found is None or found.pending:
            here.pending = found
            return
        here.identity = found
        here.must_enrol = found.role_code in self.second_factor_roles and not found.has_factor

    async def _identify_key(
        self, request: Request[Any, Any, Any], here: RequestScope, key: str, *, has_session: bool
    ) -> None:
        """The same work for a key that is unknown, expired, revoked or its owner's no more. Who is refused
        counts as anonymous."""
        if has_session:
            await self._count(request, here)
            raise bearer.Ambiguous
        found = await self.load_key(here.db, bearer.hash_key(key), here.at)
        if found is None:
            await self._count(request, here)
            here.note("key.refused")
            raise bearer.KeyInvalid
        here.identity, here.key = found, found.key
        if found.is_first_use:
            here.note("key.used", key=found.key.name)

    async def _check_csrf(self, request: Request[Any, Any, Any], here: RequestScope) -> None:
        if here.key is not None and "cookie" not in request.headers:
            return
        csrf.check_source(request.headers, own_origins(request.scope) | self.origins)
        if here.identity is None and csrf.is_browserless(request.headers):
            return
        token = request.headers.get(csrf.HEADER) or await form_value(request, csrf.FIELD)
        if not here.csrf_bound_to or not csrf.token_is_valid(here.secret, here.csrf_bound_to, token):
            raise csrf.CsrfRefused(reason="token")


async def _read_body(request: Request[Any, Any, Any]) -> ClientException | None:
    """Before a connection is taken: whoever sends slowly holds none. Answers what refused an upload over its limit."""
    try:
        if request.method in csrf.UNSAFE:
            await request.body()
    except RequestEntityTooLarge as error:
        if not option_of(request, "upload"):
            raise
        return error
    return None


def _note_at_the_door(request: Request[Any, Any, Any], here: RequestScope, refusal: Refusal) -> None:
    if isinstance(refusal, Forbidden):
        note_refusal(here, refusal)
    elif isinstance(refusal, FormBroken | TooLarge) and option_of(request, "upload"):
        here.note("upload.refused", code=refusal.code)


async def _leave(request: Request[Any, Any, Any], here: RequestScope) -> None:
    """Writes what was noted, after whatever became of the transaction, and gives everything back."""
    try:
        if here.notes:
            await _write_notes(request, here)
    finally:
        await here.release()
        await _close_uploads(request.scope)


async def _write_notes(request: Request[Any, Any, Any], here: RequestScope) -> None:
    try:
        if not here.has_connection:
            here.take_connection(await here.database.acquire())
        path = request.url.path
        await write_events(
            here.db, here.notes, at=here.at, address=here.address, path=path, request_id=here.request_id
        )
    except (Unavailable, OperationalError):
        log.error(
            "security events not kept", request_id=here.request_id, events=[n.event for n in here.notes]
        )


async def _close_uploads(scope: Scope) -> None:
    """Litestar closes what was uploaded only where it came to the handler; a guard may have refused before."""
    form = ScopeState.from_scope(scope).form
    if form is not Empty:
        await FormMultiDict.from_form_data(form).close()
