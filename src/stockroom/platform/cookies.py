"""Cookies: for this host alone, never read by scripts, sent over TLS only where there is TLS.

With TLS each name begins with ``__Host-``: no other host of the domain and no unencrypted page can plant one.
Source: RFC 6265bis, section "The __Host- Prefix".
"""

from litestar.datastructures import Cookie


def cookie_name(name: str, *, secure: bool) -> str:
    return f"__Host-{name}" if secure else name


def cookie(name: str, value: str, *, secure: bool, max_age: int | None = None) -> Cookie:
    """``max_age`` in seconds; None lasts as long as the browser's window."""
    return Cookie(
        key=cookie_name(name, secure=secure),
        value=value,
        path="/",
        max_age=max_age,
        httponly=True,
        secure=secure,
        samesite="lax",
    )


def ended_cookie(name: str, *, secure: bool) -> Cookie:
    """Takes a cookie back: a browser drops a ``__Host-`` one only for an answer that says Secure as well."""
    return cookie(name, "", secure=secure, max_age=0)
