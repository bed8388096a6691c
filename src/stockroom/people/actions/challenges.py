"""What a browser is asked to sign: random, good once and for a few minutes, for the one who asked."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Literal

from stockroom.platform.db import Connection, execute

Purpose = Literal["create", "get"]
CHALLENGE_BYTES = 32
LIFETIME = timedelta(minutes=5)

PURGE = "delete from people.passkey_challenge where expires_at <= %(at)s"
INSERT = """
insert into people.passkey_challenge (challenge, bound_to, purpose, expires_at)
values (%(challenge)s, %(bound_to)s, %(purpose)s, %(expires_at)s)
"""
TAKE = """
delete from people.passkey_challenge
where challenge = %(challenge)s and bound_to = %(bound_to)s and purpose = %(purpose)s and expires_at > %(at)s
"""


async def give_challenge(db: Connection, *, purpose: Purpose, bound_to: bytes, at: datetime) -> bytes:
    """``bound_to`` is what the CSRF token is bound to: the session, or the visitor's cookie."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    await execute(db, PURGE, {"at": at})
    await execute(
        db,
        INSERT,
        {
            "challenge": challenge,
            "bound_to": _hashed(bound_to),
            "purpose": purpose,
            "expires_at": at + LIFETIME,
        },
    )
    return challenge


async def take_challenge(
    db: Connection, *, challenge: bytes, purpose: Purpose, bound_to: bytes, at: datetime
) -> bool:
    """False for one that was not given, not to this visitor or session, too long ago, or taken already."""
    params = {"challenge": challenge, "bound_to": _hashed(bound_to), "purpose": purpose, "at": at}
    return bool(await execute(db, TAKE, params))


def _hashed(bound_to: bytes) -> bytes:
    return hashlib.sha256(bound_to).digest()
