"""Signing in and out, and keeping a session alive."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from stockroom.people import queries
from stockroom.people.errors import CredentialsInvalid
from stockroom.people.queries.identity import SignInCandidate
from stockroom.platform import audit, sessions
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.ids import new_id
from stockroom.platform.sessions import Identity, IdentityLoader

INSERT_SESSION = """
insert into people.session
    (token_hash, id, account_id, created_at, last_seen_at, expires_at, address, user_agent)
values
    (%(token_hash)s, %(id)s, %(account_id)s, %(at)s, %(at)s, %(expires_at)s, %(address)s, %(user_agent)s)
"""
# Holds the account until the commit: a password changed in between makes this sign-in fail, one that
# changes afterwards finds the new session and ends it.
NOTE_SIGN_IN = """
update people.account set last_sign_in_at = %(at)s
where id = %(id)s and active and password_hash = %(password_hash)s
"""
DELETE_SESSION = "delete from people.session where token_hash = %(token_hash)s"
TOUCH = "update people.session set last_seen_at = %(at)s where token_hash = %(token_hash)s"
PURGE = "delete from people.session where account_id = %(account_id)s and expires_at <= %(at)s"


class SignedIn(msgspec.Struct, frozen=True):
    """A new session: the token for the cookie alone, and its hash."""

    token: str
    token_hash: bytes
    account_id: UUID


async def open_session(
    db: Connection,
    *,
    candidate: SignInCandidate,
    address: str,
    user_agent: str,
    lifetime: timedelta,
    replaces: bytes | None,
    request_id: str,
    at: datetime,
) -> SignedIn:
    """For somebody whose password was right a moment ago. Raises CredentialsInvalid where it changed since."""
    noted = {"id": candidate.id, "password_hash": candidate.password_hash, "at": at}
    if not await execute(db, NOTE_SIGN_IN, noted):
        raise CredentialsInvalid
    token = sessions.new_token()
    token_hash = sessions.hash_token(token)
    if replaces is not None:
        await execute(db, DELETE_SESSION, {"token_hash": replaces})
    await execute(db, PURGE, {"account_id": candidate.id, "at": at})
    await execute(
        db,
        INSERT_SESSION,
        {
            "token_hash": token_hash,
            "id": new_id(),
            "account_id": candidate.id,
            "at": at,
            "expires_at": at + lifetime,
            "address": address[:64],
            "user_agent": user_agent[:300],
        },
    )
    actor = Actor(candidate.id, candidate.name, frozenset(), request_id=request_id)
    audit.record(db, actor, "people.session.start", "account", candidate.id, after={"address": address})
    return SignedIn(token, token_hash, candidate.id)


async def sign_out(db: Connection, *, identity: Identity, actor: Actor) -> None:
    """End the session that asks; the cookie is dead from then on, wherever it was copied to."""
    await execute(db, DELETE_SESSION, {"token_hash": identity.token_hash})
    audit.record(db, actor, "people.session.end", "account", identity.account_id)


def identity_loader(*, idle: timedelta, privileged_idle: timedelta) -> IdentityLoader:
    """What the middleware calls: finds the live session and notes, once a minute, that it was seen."""

    async def load(db: Connection, token_hash: bytes, at: datetime) -> Identity | None:
        identity = await queries.find_identity(
            db, token_hash=token_hash, at=at, since=at - idle, privileged_since=at - privileged_idle
        )
        if identity is not None and at - identity.last_seen_at > sessions.TOUCH_EVERY:
            await execute(db, TOUCH, {"token_hash": token_hash, "at": at})
        return identity

    return load
