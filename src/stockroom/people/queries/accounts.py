"""Users, their departments and their live sessions. Password hashes stay in ``identity``."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_one, fetch_value, fetch_values
from stockroom.platform.errors import NotFound
from stockroom.platform.lists import Filter, ListSpec, Sort

ACCOUNT = """
select
    a.id, a.username, a.name, a.email, a.phone, a.role_code as role, r.name as role_name, a.active,
    a.language, a.theme, a.time_zone, a.password_hash is not null as has_password,
    (select l.expires_at from people.one_time_link l where l.account_id = a.id and l.purpose = 'invitation')
        as invited_until,
    exists (select from people.totp t where t.account_id = a.id and t.confirmed_at is not null)
        or exists (select from people.passkey p where p.account_id = a.id) as has_second_factor,
    a.last_sign_in_at, a.created_at, a.version,
    array(select m.department_id from people.account_department m join people.department d
        on d.id = m.department_id where m.account_id = a.id order by platform.fold(d.name), d.id)
        as departments,
    array(select d.name from people.account_department m join people.department d
        on d.id = m.department_id where m.account_id = a.id order by platform.fold(d.name), d.id)
        as department_names
from people.account a join people.role r on r.code = a.role_code
where a.id = %(id)s
"""

DEPARTMENT_USERS = """
select a.id, a.name, a.username, r.name as role_name
from people.account_department m
join people.account a on a.id = m.account_id
join people.role r on r.code = a.role_code
where m.department_id = %(department_id)s and a.active
order by platform.fold(a.name), a.id
limit 200
"""

REACHABLE = """
select name, email, language from people.account
where role_code = %(role)s and active and email <> ''
order by id
"""
ACTIVE_OF_ROLE_FOR_UPDATE = """
select a.id
from people.account a
where a.role_code = %(role)s and a.active
order by a.id
for update
"""

SESSIONS = """
select s.id, s.created_at, s.last_seen_at, s.address, s.user_agent, s.id = %(current)s as current
from people.session s
join people.account a on a.id = s.account_id
join people.role r on r.code = a.role_code
where s.account_id = %(account_id)s
    and not s.pending
    and s.expires_at > %(at)s
    and s.last_seen_at > case when r.privileged then %(privileged_since)s else %(since)s end
order by current desc, s.last_seen_at desc, s.id
"""

OWN_HASH = "select password_hash from people.account where id = %(id)s"


class Reachable(msgspec.Struct, frozen=True):
    """Somebody who can be told by mail."""

    name: str
    email: str
    language: str | None


class Account(msgspec.Struct, frozen=True):
    """A user. ``departments`` is empty for someone who sees every department; ``invited_until`` is when the
    invitation ends, or ended, that was not accepted yet; without ``time_zone`` it is the organisation's."""

    id: UUID
    username: str
    name: str
    email: str
    phone: str
    role: str
    role_name: str
    active: bool
    language: str | None
    theme: str
    time_zone: str | None
    has_password: bool
    invited_until: datetime | None
    has_second_factor: bool
    last_sign_in_at: datetime | None
    created_at: datetime
    version: int
    departments: list[UUID]
    department_names: list[str]


class DepartmentUser(msgspec.Struct, frozen=True):
    """An active user who is bound to a department."""

    id: UUID
    name: str
    username: str
    role_name: str


class OpenSession(msgspec.Struct, frozen=True):
    """A place where the person is signed in. ``current`` is the session that asks."""

    id: UUID
    created_at: datetime
    last_seen_at: datetime
    address: str
    user_agent: str
    current: bool


ACCOUNTS = ListSpec(
    name="accounts",
    row=Account,
    columns=(
        "a.id, a.username, a.name, a.email, a.phone, a.role_code as role, r.name as role_name, a.active,"
        " a.language, a.theme, a.time_zone, a.password_hash is not null as has_password,"
        " (select l.expires_at from people.one_time_link l"
        " where l.account_id = a.id and l.purpose = 'invitation') as invited_until,"
        " exists (select from people.totp t where t.account_id = a.id and t.confirmed_at is not null)"
        " or exists (select from people.passkey p where p.account_id = a.id) as has_second_factor,"
        " a.last_sign_in_at, a.created_at, a.version,"
        " array(select m.department_id from people.account_department m join people.department d"
        " on d.id = m.department_id where m.account_id = a.id order by platform.fold(d.name), d.id),"
        " array(select d.name from people.account_department m join people.department d"
        " on d.id = m.department_id where m.account_id = a.id order by platform.fold(d.name), d.id)"
    ),
    source="people.account a join people.role r on r.code = a.role_code",
    sorts={
        "name": Sort("platform.fold(a.name)"),
        "username": Sort("lower(a.username)"),
        "role": Sort("a.role_code"),
        "last_sign_in_at": Sort(
            "coalesce(a.last_sign_in_at, timestamptz '1900-01-01 00:00Z')", "timestamptz"
        ),
        "created_at": Sort("a.created_at", "timestamptz"),
    },
    default_sort="name",
    key=Sort("a.id", "uuid"),
    filters={
        "role": Filter("a.role_code = %(value)s", describe="Code of the role, for example pharmacist."),
        "active": Filter("a.active = %(value)s", bool, "true or false."),
        "has_password": Filter(
            "(a.password_hash is not null) = %(value)s", bool, "false: those who still have to choose one."
        ),
        "department": Filter(
            "exists (select from people.account_department m"
            " where m.account_id = a.id and m.department_id = %(value)s)",
            UUID,
            "Id of a department that the user is bound to.",
        ),
    },
    search="a.search_text",
)


async def get_account(db: Connection, account_id: UUID) -> Account:
    """Raises NotFound."""
    found = await fetch_one(db, ACCOUNT, {"id": account_id}, Account)
    if found is None:
        raise NotFound
    return found


async def list_department_users(db: Connection, department_id: UUID) -> list[DepartmentUser]:
    return await fetch_all(db, DEPARTMENT_USERS, {"department_id": department_id}, DepartmentUser)


async def list_reachable(db: Connection, role: str) -> Sequence[Reachable]:
    """The active users of a role who have an address."""
    return await fetch_all(db, REACHABLE, {"role": role}, Reachable)


async def list_active_for_update(db: Connection, role: str) -> Sequence[UUID]:
    """The active users of a role, locked in one order, so that two admins cannot disable each other."""
    return await fetch_values(db, ACTIVE_OF_ROLE_FOR_UPDATE, {"role": role})


async def list_open_sessions(
    db: Connection,
    account_id: UUID,
    *,
    current: UUID,
    at: datetime,
    since: datetime,
    privileged_since: datetime,
) -> list[OpenSession]:
    """The person's live sessions, the asking one first. What was not seen since has been idle too long."""
    params = {
        "account_id": account_id,
        "current": current,
        "at": at,
        "since": since,
        "privileged_since": privileged_since,
    }
    return await fetch_all(db, SESSIONS, params, OpenSession)


async def find_password_hash(db: Connection, account_id: UUID) -> str | None:
    return await fetch_value(db, OWN_HASH, {"id": account_id})
