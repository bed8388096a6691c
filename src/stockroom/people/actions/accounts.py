"""Creating users and setting their passwords."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from stockroom.people.errors import EmailTaken, RoleUnknown, UsernameTaken
from stockroom.people.passwords import Policy, hash_password, require_good_password
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_value
from stockroom.platform.fields import Email, Line, Name, StructInput
from stockroom.platform.ids import new_id

ROLE_EXISTS = "select exists (select from people.role where code = %(code)s)"
LOGIN_TAKEN = """
select case
    when exists (select from people.account where lower(username) = lower(%(username)s)) then 'username'
    when %(email)s <> '' and exists (select from people.account where lower(email) = lower(%(email)s))
        then 'email'
end
"""
INSERT_ACCOUNT = """
insert into people.account
    (id, username, email, name, role_code, password_hash, password_changed_at, phone, language, created_at)
values
    (%(id)s, %(username)s, %(email)s, %(name)s, %(role)s, %(password_hash)s, %(password_changed_at)s,
     %(phone)s, %(language)s, %(at)s)
"""
BIND_DEPARTMENTS = """
insert into people.account_department (account_id, department_id)
select %(account_id)s, unnest(%(departments)s::uuid[])
"""


class AccountInput(StructInput, frozen=True, kw_only=True):
    """A new user. Without a password the account waits for an invitation."""

    username: Annotated[str, Meta(min_length=2, max_length=64, pattern=r"^[^\s@\x00-\x1f\x7f]+$")]
    name: Name
    role: str
    email: Email = ""
    phone: Line = ""
    password: Annotated[str, Meta(max_length=256)] | None = None
    language: str | None = None
    departments: list[UUID] = msgspec.field(default_factory=list[UUID])


async def create_account(
    db: Connection, *, account: AccountInput, policy: Policy, actor: Actor, at: datetime
) -> UUID:
    """Raises RoleUnknown, UsernameTaken, EmailTaken, PasswordWeak."""
    if not await fetch_value(db, ROLE_EXISTS, {"code": account.role}):
        raise RoleUnknown
    await _require_free(db, account.username, account.email)
    hashed = None
    if account.password is not None:
        personal = (account.username, account.email, account.name)
        require_good_password(account.password, policy=policy, personal=personal)
        hashed = await hash_password(account.password)
    account_id = new_id()
    await execute(
        db,
        INSERT_ACCOUNT,
        {
            "id": account_id,
            "username": account.username,
            "email": account.email,
            "name": account.name,
            "role": account.role,
            "password_hash": hashed,
            "password_changed_at": at if hashed else None,
            "phone": account.phone,
            "language": account.language,
            "at": at,
        },
    )
    if account.departments:
        await execute(db, BIND_DEPARTMENTS, {"account_id": account_id, "departments": account.departments})
    seen = {"username": account.username, "name": account.name, "role": account.role, "email": account.email}
    audit.record(db, actor, "people.account.create", "account", account_id, after=seen)
    return account_id


async def _require_free(db: Connection, username: str, email: str) -> None:
    taken = await fetch_value(db, LOGIN_TAKEN, {"username": username, "email": email})
    if taken == "username":
        raise UsernameTaken
    if taken == "email":
        raise EmailTaken
