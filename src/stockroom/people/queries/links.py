"""One-time links by mail: found by the hash of their token, alive until they expire or are used."""

from datetime import datetime
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_one

ADDRESSEE = """
select a.id, a.name, a.email, a.language
from people.account a
where a.active and a.email <> '' and lower(a.email) = lower(%(email)s)
"""
LIVE_LINK = """
select l.account_id, l.purpose, a.username, a.email, a.name
from people.one_time_link l
join people.account a on a.id = l.account_id
where l.token_hash = %(token_hash)s and l.expires_at > %(at)s and a.active
"""
LIVE_LINK_FOR_UPDATE = """
select l.account_id, l.purpose, a.username, a.email, a.name
from people.one_time_link l
join people.account a on a.id = l.account_id
where l.token_hash = %(token_hash)s and l.expires_at > %(at)s and a.active
for update
"""


class Addressee(msgspec.Struct, frozen=True):
    """An active user with an address."""

    id: UUID
    name: str
    email: str
    language: str | None


class LiveLink(msgspec.Struct, frozen=True):
    """A link that can still be used. ``purpose`` is reset or invitation."""

    account_id: UUID
    purpose: str
    username: str
    email: str
    name: str


async def find_addressee(db: Connection, email: str) -> Addressee | None:
    """The active user who has this address; letter case does not matter."""
    return await fetch_one(db, ADDRESSEE, {"email": email}, Addressee)


async def find_live_link(db: Connection, token_hash: bytes, *, at: datetime) -> LiveLink | None:
    return await fetch_one(db, LIVE_LINK, {"token_hash": token_hash, "at": at}, LiveLink)


async def find_live_link_for_update(db: Connection, token_hash: bytes, *, at: datetime) -> LiveLink | None:
    """Locks the link and its user: of two who use it at once, the second finds it gone."""
    return await fetch_one(db, LIVE_LINK_FOR_UPDATE, {"token_hash": token_hash, "at": at}, LiveLink)
