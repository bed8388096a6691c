"""The way of every request: session or key, limits, CSRF, then one transaction if it writes."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Empty, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState
from psycopg import OperationalError

from stockroom.platform import bearer, csrf, idempotency, sessions
from stockroom.platform.addresses import client_address, counted_as
from stockroom.platform.clock import Clock
from stockroom.platform.cookies import cookie_name
from stockroom.platform.db import Database
from stockroom.platform.errors import Forbidden, Unavailable
from stockroom.platform.exact_request import ExactRequest
from stockroom.platform.held_answer import BufferedAnswer, replayed
from stockroom.platform.i18n import choose_language, known_zone, set_language
from stockroom.platform.limits import Limits, RateLimited, take
from stockroom.platform.scope import LANGUAGE_COOKIE, STATE_KEY, RequestScope, note_refusal
from stockroom.platform.security import write_events
from stockroom.platform.sessions import Identity, IdentityLoader

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
        if request.method in csrf.UNSAFE:
            # Before a connection is taken: whoever sends slowly holds none.
            await request.body()
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
        except Forbidden as refusal:
            note_refusal(here, refusal)
            raise
        if request.method not in csrf.UNSAFE:
            await next_app(request.scope, receive, send)
        elif _option(request, "transaction") == "own":
            await next_app(request.scope, replayed(await request.body(), receive), send)
        else:
            await self._in_transaction(request, here, send, next_app)

    async def _count(self, request: Request[Any, Any, Any], here: RequestScope) -> None:
        """Named limits of the route, else those of anonymous callers; signed-in people have their own besides."""
        state: dict[str, Any] = request.scope["state"]
        name = _option(request, "limit")
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
        token = request.headers.get(csrf.HEADER) or await _form_value(request, csrf.FIELD)
        if not here.csrf_bound_to or not csrf.token_is_valid(here.secret, here.csrf_bound_to, token):
            raise csrf.CsrfRefused(reason="token")

    def _tell(self, here: RequestScope) -> None:
        """Changes about access are security events besides being audited."""
        for entry in here.db.pending_audit:
            if entry.action in self.told:
                here.note(entry.action, about=entry.entity_id)

    async def _in_transaction(
        self, request: Request[Any, Any, Any], here: RequestScope, send: Send, next_app: ASGIApp
    ) -> None:
        answer = BufferedAnswer()
        await self.database.begin(here.db)
        try:
            # A visitor has no place of their own to keep answers in; a proof that counts once is kept nowhere.
            unkept = here.identity is None or _option(request, "unkept")
            key = "" if unkept else await _idempotency_key(request)
            kept = None
            if key:
                print_ = idempotency.fingerprint(
                    here.secret, request.method, request.url.path, await request.body()
                )
                kept = await idempotency.claim(here.db, account_id=here.keeper, key=key, print_=print_)
            if kept is None:
                await next_app(request.scope, replayed(await request.body(), request.receive), answer.send)
            if kept is None and answer.status < 400 and not here.refused:
                if key:
                    await idempotency.keep(
                        here.db, account_id=here.keeper, key=key, status=answer.status,
                        headers=answer.headers, body=None if _option(request, "secret_answer") else answer.body,
                    )  # fmt: skip
                self._tell(here)
                await self.database.complete(here.db)
            else:
                await self.database.abandon(here.db)
        except BaseException:
            # The answer was held back: whoever renders the error may still start one.
            ScopeState.from_scope(request.scope).response_started = False
            await self.database.abandon(here.db)
            raise
        if kept is not None and kept.body is None:
            raise bearer.SecretShownOnce
        if kept is not None:
            answer = BufferedAnswer.replayed(kept)
        await answer.release(send)


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


def _option(request: Request[Any, Any, Any], name: str) -> Any:
    """What the route says of itself, such as ``opt={"limit": "login"}``. ``secret_answer``: the answer tells a
    secret once, and is kept nowhere."""
    return request.scope["route_handler"].opt.get(name)


async def _form_value(request: Request[Any, Any, Any], name: str) -> str:
    await request.body()
    if request.content_type[0] not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return ""
    value = (await request.form()).get(name, "")
    return value if isinstance(value, str) else ""


async def _close_uploads(scope: Scope) -> None:
    """Litestar closes what was uploaded only where it came to the handler; a guard may have refused before."""
    form = ScopeState.from_scope(scope).form
    if form is not Empty:
        await FormMultiDict.from_form_data(form).close()


async def _idempotency_key(request: Request[Any, Any, Any]) -> str:
    key = request.headers.get(idempotency.HEADER)
    if key is None:
        key = await _form_value(request, idempotency.FIELD)
        return idempotency.check_key(key) if key else ""
    return idempotency.check_key(key)
