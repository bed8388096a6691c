"""Creating and changing users."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, field

from stockroom.people import queries
from stockroom.people.actions.access import end_sessions, require_another_admin, require_own_rank
from stockroom.people.actions.invitations import send_invitation
from stockroom.people.actions.links import forget_links
from stockroom.people.actions.notices import EMAIL_CHANGED, ROLE_CHANGED, tell_security
from stockroom.people.errors import DepartmentUnknown, EmailTaken, PasswordNotYours, UsernameTaken
from stockroom.people.passwords import ChosenPassword, Policy, require_good_password
from stockroom.people.queries.accounts import Account
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_value
from stockroom.platform.errors import VersionStale
from stockroom.platform.fields import ONE_LINE, Email, Line, Name, StructInput
from stockroom.platform.ids import new_id

LOGIN_TAKEN = """
select case
    when exists (select from people.account
        where lower(username) = lower(%(username)s) and id is distinct from %(id)s) then 'username'
    when %(email)s <> '' and exists (select from people.account
        where lower(email) = lower(%(email)s) and id is distinct from %(id)s) then 'email'
end
"""
INSERT_ACCOUNT = """
insert into people.account
    (id, username, email, name, role_code, password_hash, password_changed_at, phone, language, created_at)
values
    (%(id)s, %(username)s, %(email)s, %(name)s, %(role)s, %(password_hash)s, %(password_changed_at)s,
     %(phone)s, %(language)s, %(at)s)
"""
UPDATE_ACCOUNT = """
update people.account
set username = %(username)s, email = %(email)s, name = %(name)s, role_code = %(role)s, phone = %(phone)s,
    language = %(language)s, version = version + 1,
    access_epoch = access_epoch + case when role_code = %(role)s then 0 else 1 end
where id = %(id)s and version = %(version)s
"""
UNBIND_DEPARTMENTS = """
delete from people.account_department
where account_id = %(account_id)s and department_id <> all(%(departments)s::uuid[])
"""
BIND_DEPARTMENTS = """
insert into people.account_department (account_id, department_id)
select %(account_id)s, id
from unnest(%(departments)s::uuid[]) as given (id)
on conflict do nothing
"""

Username = Annotated[str, Meta(min_length=2, max_length=64, pattern=r"^[^\s@\x00-\x1f\x7f]+$")]
Language = Literal["en", "pl"]


class AccountChange(StructInput, frozen=True, kw_only=True):
    """What an administrator writes about a user. Without departments the user sees all of them."""

    username: Annotated[Username, Meta(examples=["anna.nowak"])]
    name: Annotated[Name, Meta(examples=["Anna Nowak"])]
    role: Annotated[str, Meta(max_length=64, pattern=ONE_LINE, examples=["pharmacist"])]
    email: Annotated[Email, Meta(examples=["anna.nowak@hospital.example"])] = ""
    phone: Line = ""
    language: Language | None = None
    departments: Annotated[list[UUID], Meta(max_length=200)] = field(default_factory=list[UUID])


class AccountInput(AccountChange, frozen=True, kw_only=True):
    """A new user. Without a password the account waits for one to be set."""

    password: Annotated[str, Meta(max_length=256, examples=["Blue-7-Kettles"])] | None = None


async def create_account(
    db: Connection,
    *,
    account: AccountInput,
    policy: Policy,
    password: ChosenPassword | None = None,
    invite_for: timedelta | None = None,
    actor: Actor,
    at: datetime,
) -> UUID:
    """``password`` is that of ``account``, hashed.

    With ``invite_for``, a user with an address and without a password is sent an invitation, good this long.

    Raises RoleUnknown, RoleBeyondOwn, UsernameTaken, EmailTaken, DepartmentUnknown, PasswordNotYours,
    PasswordWeak.
    """
    account_id = new_id()
    await _check(db, account, None, actor)
    hashed = None
    if (account.password is None) is not (password is None):
        raise ValueError("the password of a new account comes hashed as well, or there is none")
    if password is not None:
        require_may_set(actor)
        personal = (account.username, account.email, account.name)
        require_good_password(password.plain, policy=policy, personal=personal)
        hashed = password.hashed
    secret = {"password_hash": hashed, "password_changed_at": at if hashed else None}
    await execute(db, INSERT_ACCOUNT, {**_columns(account), **secret, "id": account_id, "at": at})
    await _bind(db, account_id, account.departments)
    made = await queries.get_account(db, account_id)
    if invite_for is not None and made.email and not made.has_password:
        await send_invitation(db, made, lifetime=invite_for, at=at)
    audit.record(db, actor, "people.account.create", "account", account_id, after=made)
    return account_id


def require_may_set(actor: Actor) -> None:
    """Raises PasswordNotYours."""
    if actor.id is not None and not actor.may("people.password.write"):
        raise PasswordNotYours


async def update_account(
    db: Connection, *, account_id: UUID, account: AccountChange, version: int, actor: Actor
) -> Account:
    """A new role ends all sessions and stops all API keys of the user; a new address ends the links that were
    sent to the old one, which is told.

    Raises NotFound, RoleUnknown, RoleBeyondOwn, LastAdmin, UsernameTaken, EmailTaken, DepartmentUnknown,
    VersionStale.
    """
    before = await queries.get_account(db, account_id)
    await require_own_rank(db, before.role, actor)
    await _check(db, account, account_id, actor)
    if before.role != account.role:
        await require_another_admin(db, before)
    params = {**_columns(account), "id": account_id, "version": version}
    if not await execute(db, UPDATE_ACCOUNT, params):
        raise VersionStale
    await _bind(db, account_id, account.departments)
    if before.role != account.role:
        await end_sessions(db, account_id)
    await note_new_address(db, before, account.email)
    after = await queries.get_account(db, account_id)
    if before.role != account.role:
        await tell_security(db, after, ROLE_CHANGED)
    audit.record(db, actor, "people.account.update", "account", account_id, before=before, after=after)
    return after


async def _check(db: Connection, account: AccountChange, own_id: UUID | None, actor: Actor) -> None:
    await require_own_rank(db, account.role, actor)
    await require_free_login(db, username=account.username, email=account.email, own_id=own_id)
    unknown = await queries.find_unknown_departments(db, account.departments)
    if unknown:
        raise DepartmentUnknown(at=f"/departments/{unknown[0]}")


async def require_free_login(db: Connection, *, username: str, email: str, own_id: UUID | None) -> None:
    """Raises UsernameTaken, EmailTaken."""
    taken = await fetch_value(db, LOGIN_TAKEN, {"username": username, "email": email, "id": own_id})
    if taken == "username":
        raise UsernameTaken
    if taken == "email":
        raise EmailTaken


async def note_new_address(db: Connection, before: Account, email: str) -> None:
    """Where the address changed: what was sent to the old one is worth nothing, and it is told."""
    if before.email != email:
        await forget_links(db, before.id)
        await tell_security(db, before, EMAIL_CHANGED)


async def _bind(db: Connection, account_id: UUID, departments: list[UUID]) -> None:
    params = {"account_id": account_id, "departments": departments}
    await execute(db, UNBIND_DEPARTMENTS, params)
    await execute(db, BIND_DEPARTMENTS, params)


def _columns(account: AccountChange) -> dict[str, str | None]:
    return {
        "username": account.username,
        "email": account.email,
        "name": account.name.strip(),
        "role": account.role,
        "phone": account.phone,
        "language": account.language,
    }
