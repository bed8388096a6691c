"""Cross-origin requests: none, unless CORS_ORIGINS names who may read the API from a browser.

Never with credentials: a program of another origin carries its own API key, and a person's session stays
with our pages, whoever is named. So a mistake in the list gives away nothing that is behind a sign-in.
Source: Fetch standard, section "CORS protocol".
"""

from collections.abc import Sequence
from typing import Any

Headers = list[tuple[bytes, bytes]]

METHODS = b"GET, POST, PUT, PATCH, DELETE"
ALLOWED = b"Authorization, Content-Type, Accept-Language, If-Match, Idempotency-Key, X-Request-Id"
EXPOSED = b"ETag, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-Id"
MAX_AGE = b"600"


class Cors:
    """Decides for one request which headers tell the browser that its page may read the answer."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def allowed(self, scope: Any) -> bytes:
        """The origin that may read this answer; empty where there is none."""
        if not self._origins or not scope["path"].startswith("/api/"):
            return b""
        origin = _header(scope, b"origin")
        return origin if origin in self._origins else b""

    def answer_headers(self, scope: Any) -> Headers:
        """What goes onto the answer. ``Vary`` wherever the answer could depend on who asks."""
        if not self._origins or not scope["path"].startswith("/api/"):
            return []
        origin = self.allowed(scope)
        vary = [(b"vary", b"Origin")]
        if not origin:
            return vary
        opened = [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", EXPOSED),
            (b"cross-origin-resource-policy", b"cross-origin"),
        ]
        return [*vary, *opened]

    def preflight(self, scope: Any) -> Headers | None:
        """The answer to a preflight of a named origin; None for everything else, which goes its usual way."""
        if scope["method"] != "OPTIONS" or not _header(scope, b"access-control-request-method"):
            return None
        if not self.allowed(scope):
            return None
        return [
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", ALLOWED),
            (b"access-control-max-age", MAX_AGE),
        ]


def _header(scope: Any, name: bytes) -> bytes:
    return next((bytes(value) for key, value in scope["headers"] if key == name), b"")
