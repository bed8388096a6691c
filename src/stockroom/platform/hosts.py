"""The Host header: one, and a name or an address with a port that exists (RFC 9112, section 3.2).

Every address that is built for an answer, and every Origin that is compared, stands on it; the framework fails
on a port that is no number.
"""

import re
from typing import Any

_HOST = re.compile(rb"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([1-9][0-9]{0,4}))?")
_LAST_PORT = 65_535
REFUSED = b"Invalid Host header."
HEADERS = [(b"content-type", b"text/plain; charset=utf-8")]


def host_is_valid(scope: Any) -> bool:
    """HTTP/1.0 sends none; more than one is how requests are smuggled."""
    given = [bytes(value) for name, value in scope["headers"] if name == b"host"]
    if len(given) != 1:
        return not given
    found = _HOST.fullmatch(given[0])
    return found is not None and int(found[1] or 0) <= _LAST_PORT
