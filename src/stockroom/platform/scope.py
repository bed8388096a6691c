"""What one request carries: id, moment, connection, person, what is noted about it."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from litestar import Request
from litestar.types import Scope

from stockroom.platform import bearer, csrf
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, Database
from stockroom.platform.errors import Forbidden, SecondFactorRequired, Unauthenticated
from stockroom.platform.security import Note
from stockroom.platform.sessions import Identity

LANGUAGE_COOKIE = "language"
THEME_COOKIE = "theme"
ANONYMOUS = Actor(id=None, name="", permissions=frozenset())
STATE_KEY = "stockroom"
log = structlog.get_logger("stockroom.security")


class RequestScope:
    """One request: id, moment (in the organisation's zone: its date is the local one), connection, person.

    ``zone`` is the one that moments are shown in: the person's own, else the organisation's.
    """

    __slots__ = (
        "_db", "actor", "address", "at", "begin_late", "csrf_bound_to", "database", "identity", "key",
        "must_enrol", "new_visitor", "notes", "pending", "refused", "request_id", "secret", "zone",
    )  # fmt: skip

    def __init__(
        self,
        *,
        request_id: str,
        at: datetime,
        db: Connection,
        database: Database,
        secret: bytes,
        zone: ZoneInfo,
        address: str = "",
    ) -> None:
        self.request_id = request_id
        self.at = at
        self.database = database
        self.secret = secret
        self.address = address
        self.zone = zone
        self.identity: Identity | None = None
        self.pending: Identity | None = None
        self.must_enrol = False
        self.refused = False
        self.key: bearer.KeyInUse | None = None
        self.actor = ANONYMOUS
        self.csrf_bound_to = b""
        self.new_visitor = ""
        self.notes: list[Note] = []
        self.begin_late: Callable[[], Awaitable[None]] | None = None
        self._db: Connection | None = db

    @property
    def db(self) -> Connection:
        if self._db is None:
            raise RuntimeError("the connection was given back, and is not here yet")
        return self._db

    @asynccontextmanager
    async def without_connection(self) -> AsyncGenerator[None]:
        """Gives the connection back while something slow runs that needs none; outside of transactions only.

        What is refused inside finds one again, for the page that says so.
        """
        await self.release()
        try:
            yield
        except Exception:
            self.take_connection(await self.database.acquire())
            raise
        self.take_connection(await self.database.acquire())

    @asynccontextmanager
    async def before_transaction(self) -> AsyncGenerator[None]:
        """For a route with ``opt={"transaction": "late"}``: what is slow runs inside and holds no connection; the
        request's one transaction begins after it, on a connection of its own (``db`` is another one then).

        Raises AnsweredBefore where a request with the same idempotency key was answered meanwhile.
        """
        if self.begin_late is None:
            raise RuntimeError("the route does not say that its transaction begins late")
        async with self.without_connection():
            yield
        await self.begin_late()

    @property
    def has_connection(self) -> bool:
        return self._db is not None

    def take_connection(self, db: Connection) -> None:
        self._db = db

    async def release(self) -> None:
        if self._db is not None:
            db, self._db = self._db, None
            await self.database.release(db)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        """For a GET that writes, or a route that lays its own: returning commits, raising rolls back."""
        db = self.db
        await self.database.begin(db)
        try:
            yield db
        except BaseException:
            await self.database.abandon(db)
            raise
        await self.database.complete(db)

    def note(self, event: str, *, account_id: UUID | None = None, account: str = "", **facts: Any) -> None:
        """A security event, written after the request's transaction whether it is kept or not. Who is signed in
        is named where no account is; facts hold no secret, no token and no patient's name."""
        if account_id is None and not account and self.identity is not None:
            account_id, account = self.identity.account_id, self.identity.username
        self.notes.append(Note(event, account_id, account, facts))

    def csrf_token(self) -> str:
        """For the forms of a page. A new visitor's is bound to ``new_visitor``, which goes into a cookie."""
        if not self.csrf_bound_to:
            self.new_visitor = csrf.new_anonymous_value()
            self.csrf_bound_to = self.new_visitor.encode()
        return csrf.make_token(self.secret, self.csrf_bound_to)

    def require_identity(self) -> Identity:
        """The person who is signed in. Raises Unauthenticated, SecondFactorRequired, and KeyNotAllowed for an
        API key."""
        if self.identity is None:
            raise Unauthenticated if self.pending is None else SecondFactorRequired
        if self.key is not None:
            raise bearer.KeyNotAllowed
        return self.identity

    @property
    def keeper(self) -> str:
        """Whose answers are kept and whose requests are counted: a key may do less than its owner, and never
        gets the owner's."""
        known = self.identity or self.pending
        account = str(known.account_id) if known is not None else ""
        return account if self.key is None else f"{account}:{self.key.id}"


def scope_of(request: Request[Any, Any, Any]) -> RequestScope:
    """The scope that the middleware laid; only routes marked ``bare`` have none."""
    return request.scope["state"][STATE_KEY]


def find_scope(scope: Scope) -> RequestScope | None:
    state: dict[str, Any] = scope["state"]
    return state.get(STATE_KEY)


def note_refusal(here: RequestScope, refusal: Forbidden) -> None:
    """A denied access is a security event, wherever it was refused."""
    event = "csrf.refused" if isinstance(refusal, csrf.CsrfRefused) else "access.denied"
    here.note(event, code=refusal.code, **refusal.facts)


def option_of(request: Request[Any, Any, Any], name: str) -> Any:
    """What the route says of itself, such as ``opt={"limit": "login"}``. ``secret_answer``: the answer tells a
    secret once, and is kept nowhere."""
    return request.scope["route_handler"].opt.get(name)


async def form_value(request: Request[Any, Any, Any], name: str) -> str:
    """A text field of a form; empty where the body is none, or has no such field."""
    await request.body()
    if request.content_type[0] not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return ""
    value = (await request.form()).get(name, "")
    return value if isinstance(value, str) else ""
