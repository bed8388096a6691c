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

PENDING_LIFETIME = timedelta(minutes=10)
"""So long the second factor may take."""

INSERT_SESSION = """
insert into people.session
    (token_hash, id, account_id, created_at, last_seen_at, expires_at, address, user_agent, pending,
     stepped_up_at)
values
    (%(token_hash)s, %(id)s, %(account_id)s, %(at)s, %(at)s, %(expires_at)s, %(address)s, %(user_agent)s,
     %(pending)s::boolean, case when not %(pending)s::boolean then %(at)s::timestamptz end)
"""
# Holds the account until the commit: a password changed in between makes this sign-in fail, one that
# changes afterwards finds the new session and ends it.
NOTE_RIGHT = """
update people.account
set last_sign_in_at = case when %(pending)s::boolean then last_sign_in_at else %(at)s::timestamptz end
where id = %(id)s and active and password_hash = %(password_hash)s
"""
NOTE_SIGN_IN = "update people.account set last_sign_in_at = %(at)s where id = %(id)s and active"
RENEW_SESSION = "update people.session set token_hash = %(new)s where token_hash = %(old)s"
DELETE_SESSION = "delete from people.session where token_hash = %(token_hash)s"
TOUCH = "update people.session set last_seen_at = %(at)s where token_hash = %(token_hash)s"
PURGE = "delete from people.session where account_id = %(account_id)s and expires_at <= %(at)s"


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when somebody signs in, how long the session may last, and which one it takes the place of."""

    address: str
    user_agent: str
    lifetime: timedelta
    replaces: bytes | None
    request_id: str
    at: datetime


class SignedIn(msgspec.Struct, frozen=True):
    """A new session: the token for the cookie alone, its hash, and the proofs that it still owes one of."""

    token: str
    token_hash: bytes
    account_id: UUID
    owes: list[str]


async def open_session(db: Connection, *, candidate: SignInCandidate, visit: Visit) -> SignedIn:
    """For somebody whose password was right a moment ago. Raises CredentialsInvalid where it changed since.

    Somebody with a second factor gets a pending session, which opens nothing until the factor is proved.
    """
    owes = (await queries.list_kinds(db, candidate.id)).names
    noted = {
        "id": candidate.id,
        "password_hash": candidate.password_hash,
        "at": visit.at,
        "pending": bool(owes),
    }
    if not await execute(db, NOTE_RIGHT, noted):
        raise CredentialsInvalid
    actor = Actor(candidate.id, candidate.name, frozenset(), request_id=visit.request_id)
    return await _insert_session(db, actor, candidate.id, visit, owes=owes, second_factor="")


async def open_proved_session(
    db: Connection, *, account_id: UUID, name: str, second_factor: str, visit: Visit
) -> SignedIn:
    """For somebody who proved both factors. Raises CredentialsInvalid for a disabled account."""
    if not await execute(db, NOTE_SIGN_IN, {"id": account_id, "at": visit.at}):
        raise CredentialsInvalid
    actor = Actor(account_id, name, frozenset(), request_id=visit.request_id)
    return await _insert_session(db, actor, account_id, visit, owes=[], second_factor=second_factor)


async def _insert_session(
    db: Connection, actor: Actor, account_id: UUID, visit: Visit, *, owes: list[str], second_factor: str
) -> SignedIn:
    token = sessions.new_token()
    token_hash = sessions.hash_token(token)
    if visit.replaces is not None:
        await execute(db, DELETE_SESSION, {"token_hash": visit.replaces})
    await execute(db, PURGE, {"account_id": account_id, "at": visit.at})
    await execute(
        db,
        INSERT_SESSION,
        {
            "token_hash": token_hash,
            "id": new_id(),
            "account_id": account_id,
            "at": visit.at,
            "expires_at": visit.at + (PENDING_LIFETIME if owes else visit.lifetime),
            "address": visit.address[:64],
            "user_agent": visit.user_agent[:300],
            "pending": bool(owes),
        },
    )
    action = "people.session.pending" if owes else "people.session.start"
    facts = {"address": visit.address} | ({"second_factor": second_factor} if second_factor else {})
    audit.record(db, actor, action, "account", account_id, after=facts)
    return SignedIn(token, token_hash, account_id, owes)


async def renew_session(db: Connection, *, identity: Identity) -> SignedIn:
    """The same session under a new id: a copy of the old cookie opens nothing any more.

    Raises CredentialsInvalid where the session has ended meanwhile.
    """
    token = sessions.new_token()
    token_hash = sessions.hash_token(token)
    if not await execute(db, RENEW_SESSION, {"new": token_hash, "old": identity.token_hash}):
        raise CredentialsInvalid
    return SignedIn(token, token_hash, identity.account_id, owes=[])


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
