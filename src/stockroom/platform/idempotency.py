"""One effect for a double click and a retry: the answer to a key is kept in the transaction that made it."""

import hashlib
import hmac
from typing import Any

import msgspec

from stockroom.platform.db import Connection, execute, fetch_one
from stockroom.platform.errors import N_, IdempotencyMismatch, Invalid

HEADER = "idempotency-key"
FIELD = "idempotency_key"
KEPT_HEADERS = (b"content-type", b"location", b"etag")

CLAIM = """
insert into platform.idempotency (account_id, key, fingerprint)
values (%(account_id)s, %(key)s, %(fingerprint)s)
on conflict (account_id, key) do nothing
"""

EARLIER = """
select fingerprint, status, headers, body
from platform.idempotency
where account_id = %(account_id)s and key = %(key)s
"""

KEEP = """
update platform.idempotency
set status = %(status)s, headers = %(headers)s::jsonb, body = %(body)s
where account_id = %(account_id)s and key = %(key)s
"""


class KeyInvalid(Invalid):
    code = "idempotency.key"
    sentence = N_("An idempotency key has 1 to 200 printable characters.")
    at = "/idempotency_key"


class Kept(msgspec.Struct, frozen=True):
    """An answer given before."""

    fingerprint: bytes
    status: int | None
    headers: Any
    body: bytes | None


def fingerprint(secret: bytes, method: str, path: str, body: bytes) -> bytes:
    """Keyed, because a body may hold a password and the fingerprint is stored."""
    request = method.encode() + b" " + path.encode() + b"\n" + body
    return hmac.new(secret, b"idempotency\x00" + request, hashlib.sha256).digest()


def check_key(key: str) -> str:
    """Raises KeyInvalid."""
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise KeyInvalid
    return key


async def claim(db: Connection, *, account_id: str, key: str, print_: bytes) -> Kept | None:
    """None: the key is ours now. Else the earlier answer; a request under way is waited for.

    Raises IdempotencyMismatch where the key belongs to another request.
    """
    params = {"account_id": account_id, "key": key, "fingerprint": print_}
    if await execute(db, CLAIM, params):
        return None
    kept = await find_kept(db, account_id=account_id, key=key, print_=print_)
    if kept is None:
        raise IdempotencyMismatch
    return kept


async def find_kept(db: Connection, *, account_id: str, key: str, print_: bytes) -> Kept | None:
    """The answer that was given to the key before, if any.

    Raises IdempotencyMismatch where the key belongs to another request.
    """
    kept = await fetch_one(db, EARLIER, {"account_id": account_id, "key": key}, Kept)
    if kept is not None and (kept.fingerprint != print_ or kept.status is None):
        raise IdempotencyMismatch
    return kept


async def keep(
    db: Connection,
    *,
    account_id: str,
    key: str,
    status: int,
    headers: list[tuple[bytes, bytes]],
    body: bytes | None,
) -> None:
    """``body`` None: the answer told a secret, and a repeat is told that it came before."""
    chosen = {name.decode(): value.decode("latin-1") for name, value in headers if name in KEPT_HEADERS}
    await execute(
        db,
        KEEP,
        {
            "account_id": account_id,
            "key": key,
            "status": status,
            "headers": msgspec.json.encode(chosen).decode(),
            "body": body,
        },
    )
