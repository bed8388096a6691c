"""Every SELECT about people."""

from datetime import datetime
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_one, fetch_value
from stockroom.platform.sessions import Identity

IDENTITY = """
select
    s.id as session_id, s.token_hash, a.id as account_id, a.username, a.name, a.role_code,
    r.name as role_name, r.permissions,
    (select array_agg(d.department_id) from people.account_department d where d.account_id = a.id)
        as departments,
    a.language, a.theme, a.time_zone, s.last_seen_at, s.pending,
    exists (select from people.totp t where t.account_id = a.id and t.confirmed_at is not null)
        or exists (select from people.passkey p where p.account_id = a.id) as has_factor,
    s.stepped_up_at
from people.session s
join people.account a on a.id = s.account_id
join people.role r on r.code = a.role_code
where s.token_hash = %(token_hash)s
    and a.active
    and s.expires_at > %(at)s
    and s.last_seen_at > case when r.privileged then %(privileged_since)s else %(since)s end
"""

SIGN_IN_CANDIDATE = """
select a.id, a.username, a.email, a.name, a.role_code, a.password_hash, a.active, a.language, a.theme
from people.account a
where lower(a.username) = lower(%(login)s) or (a.email <> '' and lower(a.email) = lower(%(login)s))
order by (lower(a.username) = lower(%(login)s)) desc
limit 1
"""


HAS_ACCOUNTS = "select exists (select from people.account)"


class SignInCandidate(msgspec.Struct, frozen=True):
    id: UUID
    username: str
    email: str
    name: str
    role_code: str
    password_hash: str | None
    active: bool
    language: str | None
    theme: str


async def find_identity(
    db: Connection, *, token_hash: bytes, at: datetime, since: datetime, privileged_since: datetime
) -> Identity | None:
    """The live session and its person: not expired, seen since the idle limit, account active.

    It may be ``pending``: who asks for it must look.
    """
    params = {"token_hash": token_hash, "at": at, "since": since, "privileged_since": privileged_since}
    return await fetch_one(db, IDENTITY, params, Identity)


async def find_sign_in_candidate(db: Connection, login: str) -> SignInCandidate | None:
    """By user name, else by e-mail address; letter case does not matter."""
    return await fetch_one(db, SIGN_IN_CANDIDATE, {"login": login}, SignInCandidate)


async def has_accounts(db: Connection) -> bool:
    """False in a new installation."""
    return bool(await fetch_value(db, HAS_ACCOUNTS))
