"""Security headers on every answer: pages, errors, redirects and static files."""

REPORTS = "/csp-reports"
"""Where browsers tell what the policy kept from happening (``platform/reports.py``)."""

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "manifest-src 'self'",
        f"report-uri {REPORTS}",
        "report-to csp",
    )
)

ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CSP.encode()),
    (b"reporting-endpoints", f'csp="{REPORTS}"'.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
NO_STORE = (b"cache-control", b"no-store")


_OURS = {tls: (*ALWAYS, NO_STORE, *([HSTS] if tls else [])) for tls in (False, True)}
_NAMES = frozenset(name for name, _ in _OURS[True])


def secured(headers: list[tuple[bytes, bytes]], *, tls: bool) -> list[tuple[bytes, bytes]]:
    """``headers`` with ours: where the application set one itself, its value stays."""
    present = _NAMES.intersection([name.lower() for name, _ in headers])
    if not present:
        return [*headers, *_OURS[tls]]
    return [*headers, *(item for item in _OURS[tls] if item[0] not in present)]
