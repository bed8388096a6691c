"""What the guards cost each request: the same handler behind more and more of the chain, in one process.

The handler does nothing, so that whatever is measured is the chain. Requests are handed to the application
directly: no socket, no HTTP parser, no load generator. Each figure is the median of single requests.
"""

import asyncio
import atexit
import os
import statistics
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from litestar import Litestar, Request, Response, get, post
from litestar.types import ASGIApp

from benchmarks.scenarios import Session
from stockroom.people.actions.keys import key_loader
from stockroom.people.actions.sign_in import identity_loader
from stockroom.platform import audit
from stockroom.platform.clock import utc_now
from stockroom.platform.cors import Cors
from stockroom.platform.db import Database
from stockroom.platform.edge import Edge
from stockroom.platform.exact_request import ExactRequest
from stockroom.platform.last_resort import LastResort
from stockroom.platform.limits import Limits, named_limits
from stockroom.platform.logs import set_up_logs
from stockroom.platform.metrics import Metrics
from stockroom.platform.pages import Renderer
from stockroom.platform.scope import RequestScope, ScopeMiddleware
from stockroom.settings import Settings, secret_key

AnyRequest = Request[Any, Any, Any]
BODY = b'{"quantity":1}'
WARM, BLOCK = 50, 150


@get("/bench", opt={"public": True})
async def read() -> Response[bytes]:
    return Response(b"{}", media_type="application/json")


@post("/bench", opt={"public": True}, status_code=200)
async def write() -> Response[bytes]:
    return Response(b"{}", media_type="application/json")


class Laid(ScopeMiddleware):
    """A connection, the language, the moment; a transaction where something is written."""

    async def _identify(self, request: AnyRequest, here: RequestScope) -> None:
        here.csrf_bound_to = b""

    async def _count(self, request: AnyRequest, here: RequestScope) -> None:
        pass

    async def _check_csrf(self, request: AnyRequest, here: RequestScope) -> None:
        pass


class Identified(Laid):
    """And the session found, with its person: one statement."""

    _identify = ScopeMiddleware._identify  # pyright: ignore[reportPrivateUsage]  # a layer of what is measured


class Limited(Identified):
    """And counted against the limit of signed-in people."""

    _count = ScopeMiddleware._count  # pyright: ignore[reportPrivateUsage]  # a layer of what is measured


LAYERS: Sequence[tuple[str, bool, type[ScopeMiddleware] | None]] = (
    ("framework and handler alone", False, None),
    ("edge: Host, request id, headers, log line, metrics", True, None),
    ("scope: connection, moment; a write: its transaction", True, Laid),
    ("session and person (one statement)", True, Identified),
    ("limits", True, Limited),
    ("CSRF", True, ScopeMiddleware),
)


class Chains:
    """The same application with more and more of the chain, over one pool."""

    def __init__(self, settings: Settings, conninfo: str) -> None:
        self.settings = settings
        self.database = Database(settings, conninfo, before_commit=audit.write_pending)
        pages = Renderer(settings, ()).environments
        self.last_resort = LastResort(pages, settings.default_language, secure=False)
        self.apps = [(name, self._app(edge=edge, scope=scope)) for name, edge, scope in LAYERS]

    def _app(self, *, edge: bool, scope: type[ScopeMiddleware] | None) -> ASGIApp:
        app = Litestar(
            [read, write],
            middleware=[] if scope is None else [self._scope(scope)],
            request_class=ExactRequest,
            openapi_config=None,
            logging_config=None,
        )
        if not edge:
            return app
        return Edge(
            app,
            metrics=Metrics(),
            tls=True,
            slow_ms=self.settings.slow_request_ms,
            cors=Cors(()),
            last_resort=self.last_resort,
        )

    def _scope(self, kind: type[ScopeMiddleware]) -> ScopeMiddleware:
        settings = self.settings
        return kind(
            database=self.database,
            load_identity=identity_loader(idle=timedelta(hours=12), privileged_idle=timedelta(hours=12)),
            load_key=key_loader(),
            clock=utc_now,
            zone=settings.zone,
            secret=secret_key(settings),
            secure=False,
            default_language=settings.default_language,
            # As for somebody calm: who asks without pause would be refused, and pays one statement in ten requests.
            limits=Limits(named_limits(settings.model_copy(update={"limit_signed_in": "6000000/minute"}))),
        )


def _scope(method: str, session: Session) -> dict[str, Any]:
    headers = [
        (b"host", b"127.0.0.1"),
        (b"cookie", session.cookie.encode()),
        (b"accept", b"application/json"),
        (b"accept-language", b"pl,en;q=0.8"),
    ]
    if method == "POST":
        headers += [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(BODY)).encode()),
            (b"x-csrf-token", session.csrf_token.encode()),
            (b"sec-fetch-site", b"same-origin"),
        ]
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": "/bench",
        "raw_path": b"/bench", "root_path": "", "query_string": b"", "scheme": "http", "headers": headers,
        "client": ("127.0.0.1", 40_000), "server": ("127.0.0.1", 80),
    }  # fmt: skip


async def _ask(app: Any, method: str, session: Session) -> float:
    """Seconds of one request, which must be answered well."""
    statuses: list[int] = []
    scope = _scope(method, session)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": BODY if method == "POST" else b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    started = time.perf_counter()
    await app(scope, receive, send)
    taken = time.perf_counter() - started
    if statuses != [200]:
        raise RuntimeError(f"{method} was answered with {statuses}")
    return taken


def _log_to_nowhere() -> None:
    """Every line is made and written, as an installation does it; nobody reads it here."""
    nowhere = Path(os.devnull).open("w")  # noqa: SIM115  (loggers write to it until the process ends)
    atexit.register(nowhere.close)
    with redirect_stdout(nowhere):
        set_up_logs(log_format="json", level="INFO")
        structlog.get_logger("stockroom.request").info("first")


async def measure(settings: Settings, conninfo: str, session: Session, *, rounds: int) -> str:
    """The table: microseconds of a request with the chain up to each layer, and what the layer adds."""
    _log_to_nowhere()
    chains = Chains(settings, conninfo)
    await chains.database.open()
    found: dict[tuple[str, str], list[float]] = {}
    try:
        for turn in range(rounds + 1):
            for method in ("GET", "POST"):
                for name, app in chains.apps:
                    taken = [await _ask(app, method, session) for _ in range(BLOCK if turn else WARM)]
                    if turn:
                        found.setdefault((name, method), []).extend(taken)
    finally:
        await chains.database.close()
    return _table({key: statistics.median(taken) * 1e6 for key, taken in found.items()})


def _table(medians: dict[tuple[str, str], float]) -> str:
    lines = ["| the chain up to | GET µs | adds | POST µs | adds |", "| --- | ---: | ---: | ---: | ---: |"]
    before: dict[str, float] = {}
    for name, _, _ in LAYERS:
        cells: list[str] = []
        for method in ("GET", "POST"):
            now = medians[name, method]
            cells += [f"{now:,.0f}", f"{now - before[method]:+,.0f}" if method in before else ""]
            before[method] = now
        lines.append("| " + " | ".join([name, *cells]) + " |")
    return "\n".join(lines)


def run(settings: Settings, conninfo: str, session: Session, *, rounds: int) -> str:
    return asyncio.run(measure(settings, conninfo, session, rounds=rounds))
