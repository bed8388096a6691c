"""Cross-site request forgery: refused on every route that changes state.

The token is bound by HMAC to the session (or, before sign-in, to a cookie of its own), so it changes at
sign-in. ``Sec-Fetch-Site`` is looked at first, ``Origin`` where it is missing.
Source: OWASP CSRF Prevention Cheat Sheet, signed double-submit cookie and Fetch Metadata.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

from litestar.datastructures import Cookie

from stockroom.platform.cookies import cookie
from stockroom.platform.errors import N_, Forbidden

NONCE_BYTES = 12
COOKIE = "csrf"
FIELD = "csrf_token"
HEADER = "x-csrf-token"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class CsrfRefused(Forbidden):
    code = "csrf.refused"
    sentence = N_("This form is out of date or came from another site. Load the page again and repeat.")


def anonymous_cookie(value: str, *, secure: bool) -> Cookie:
    """Carries the random value that a visitor's token is bound to until sign-in."""
    return cookie(COOKIE, value, secure=secure)


def new_anonymous_value() -> str:
    return secrets.token_urlsafe(24)


def make_token(secret: bytes, bound_to: bytes) -> str:
    """A fresh token; all tokens of one session are valid, each looks different (BREACH)."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64.urlsafe_b64encode(nonce + _mac(secret, bound_to, nonce)).decode()


def token_is_valid(secret: bytes, bound_to: bytes, token: str) -> bool:
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return False
    nonce, mac = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
    return hmac.compare_digest(mac, _mac(secret, bound_to, nonce))


def _mac(secret: bytes, bound_to: bytes, nonce: bytes) -> bytes:
    return hmac.new(secret, b"csrf\x00" + bound_to + b"\x00" + nonce, hashlib.sha256).digest()


def check_source(headers: Mapping[str, str], own_origins: frozenset[str]) -> None:
    """Raises CsrfRefused where the browser itself says that another site sent this."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise CsrfRefused(reason="sec-fetch-site")
        return
    origin = headers.get("origin")
    if origin is not None and origin not in own_origins:
        raise CsrfRefused(reason="origin")


def is_browserless(headers: Mapping[str, str]) -> bool:
    """No cookie, no Origin, no Sec-Fetch-Site: there is no browser whose trust could be abused."""
    return not any(name in headers for name in ("cookie", "origin", "sec-fetch-site"))
