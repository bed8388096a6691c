"""Keyset cursors: signed, and bound to the list, its filters and the person they were made for."""

import base64
import binascii
import hashlib
import hmac
from typing import Any

import msgspec

from stockroom.platform.errors import N_, Invalid


class CursorStale(Invalid):
    code = "cursor.stale"
    sentence = N_("This cursor belongs to another list, filter or person. Start again from the first page.")
    at = "/cursor"


def _sign(secret: bytes, bound_to: str, body: bytes) -> bytes:
    return hmac.new(secret, bound_to.encode() + b"\x00" + body, hashlib.sha256).digest()[:16]


def encode_cursor(secret: bytes, bound_to: str, values: list[Any]) -> str:
    """``values`` are the sort columns and the id of the last row shown."""
    body = msgspec.json.encode(values)
    return base64.urlsafe_b64encode(_sign(secret, bound_to, body) + body).rstrip(b"=").decode()


def decode_cursor(secret: bytes, bound_to: str, cursor: str) -> list[Any]:
    """Raises CursorStale for anything that we did not sign for this very list and person."""
    try:
        raw = base64.b64decode(
            cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True
        )
    except (binascii.Error, ValueError):
        raise CursorStale from None
    signature, body = raw[:16], raw[16:]
    if not hmac.compare_digest(signature, _sign(secret, bound_to, body)):
        raise CursorStale
    return msgspec.json.decode(body)
