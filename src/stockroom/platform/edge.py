"""The outermost layer: request id, log line, metrics, security headers, and the last resort."""

import re
import time
from typing import Any

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from stockroom.platform import hosts
from stockroom.platform.cors import Cors
from stockroom.platform.headers import secured
from stockroom.platform.ids import new_id
from stockroom.platform.last_resort import LastResort
from stockroom.platform.metrics import Metrics

_GIVEN_ID = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")
log = structlog.get_logger("stockroom.request")
slow = structlog.get_logger("stockroom.performance")


class Edge:
    """Wraps the whole application, so that nothing leaves without its headers and its log line."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        tls: bool,
        slow_ms: int,
        cors: Cors,
        last_resort: LastResort,
    ) -> None:
        self.app = app
        self.metrics = metrics
        self.tls = tls
        self.slow_ms = slow_ms
        self.cors = cors
        self.last_resort = last_resort

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        request_id = given.decode() if _GIVEN_ID.match(given) else new_id().hex
        state: dict[str, Any] = scope.setdefault("state", {})  # pyright: ignore[reportAssignmentType]  # ASGI says dict
        state["request_id"] = request_id
        started = time.perf_counter()
        answer = _Watched(send, state, tls=self.tls, extra=self.cors.answer_headers(scope))
        preflight = self.cors.preflight(scope)
        try:
            if not hosts.host_is_valid(scope):
                await answer.whole(400, hosts.HEADERS, hosts.REFUSED)
            elif preflight is not None:
                await answer.whole(204, preflight, b"")
            else:
                await self.app(scope, receive, answer.send)
        except Exception:
            log.exception("unhandled", request_id=request_id, path=scope["path"])
            if not answer.status:
                await answer.whole(500, *self.last_resort.answer(scope, request_id))
        finally:
            self._note(scope, answer.status, time.perf_counter() - started, state)

    def _note(self, scope: Any, status: int, seconds: float, state: dict[str, Any]) -> None:
        handler = scope.get("route_handler")
        route = next(iter(sorted(handler.paths)), "") if handler is not None else "unmatched"
        self.metrics.observe_request(scope["method"], route, status, seconds)
        if "limited_by" in state:
            self.metrics.count_limited(state["limited_by"])
        milliseconds = round(seconds * 1000, 1)
        write, event = (
            (log.info, "request") if milliseconds <= self.slow_ms else (slow.warning, "slow request")
        )
        write(
            event,
            file="edge.py",
            line=NOTE_LINE,
            request_id=state["request_id"],
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=milliseconds,
            user=state.get("user", ""),
        )


class _Watched:
    """Adds the headers and remembers the status."""

    def __init__(
        self, send: Send, state: dict[str, Any], *, tls: bool, extra: list[tuple[bytes, bytes]]
    ) -> None:
        self._send = send
        self._state = state
        self._tls = tls
        self._extra = extra
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [(bytes(name), bytes(value)) for name, value in message["headers"]]
            headers.append((b"x-request-id", self._state["request_id"].encode()))
            limits: dict[str, str] = self._state.get("limit_headers", {})
            headers.extend((name.lower().encode(), value.encode()) for name, value in limits.items())
            headers.extend(self._extra)
            message["headers"] = secured(headers, tls=self._tls)
        await self._send(message)

    async def whole(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """An answer of the edge itself."""
        length = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
        await self.send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})


NOTE_LINE = Edge._note.__code__.co_firstlineno  # pyright: ignore[reportPrivateUsage]  # its own class
