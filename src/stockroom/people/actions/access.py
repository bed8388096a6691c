"""Letting a user in and keeping one out: disable, enable, set a password, end sessions."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from stockroom.people import queries
from stockroom.people.actions.attempts import forget_account, unlock_account
from stockroom.people.actions.links import forget_links
from stockroom.people.actions.notices import DISABLED, PASSWORD_SET, tell_security
from stockroom.people.errors import LastAdmin, RoleBeyondOwn, RoleUnknown
from stockroom.people.passwords import ChosenPassword, Policy, require_good_password
from stockroom.people.queries.accounts import Account
from stockroom.people.rules import ADMIN, ALL
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.fields import StructInput

SET_ACTIVE = """
update people.account
set active = %(active)s, version = version + 1, access_epoch = access_epoch + 1
where id = %(id)s
"""
REPLACE_HASH = """
update people.account
set password_hash = %(password_hash)s, password_changed_at = %(at)s, version = version + 1,
    access_epoch = access_epoch + 1
where id = %(id)s
"""
END_SESSIONS = """
delete from people.session where account_id = %(account_id)s and id is distinct from %(besides)s
"""


class NewPassword(StructInput, frozen=True, kw_only=True):
    """A password that an administrator sets for a user."""

    password: Annotated[str, Meta(max_length=256, examples=["Blue-7-Kettles"])]


async def disable_account(db: Connection, *, account_id: UUID, actor: Actor) -> Account:
    """Ends all sessions and one-time links and stops all API keys of the user at once.

    Raises NotFound, RoleBeyondOwn, LastAdmin.
    """
    before = await queries.get_account(db, account_id)
    await require_own_rank(db, before.role, actor)
    if not before.active:
        return before
    await require_another_admin(db, before)
    await execute(db, SET_ACTIVE, {"id": account_id, "active": False})
    await end_sessions(db, account_id)
    await forget_links(db, account_id)
    await tell_security(db, before, DISABLED)
    return await _told(db, "people.account.disable", before, actor)


async def enable_account(db: Connection, *, account_id: UUID, actor: Actor) -> Account:
    """Raises NotFound, RoleBeyondOwn."""
    before = await queries.get_account(db, account_id)
    await require_own_rank(db, before.role, actor)
    if before.active:
        return before
    await execute(db, SET_ACTIVE, {"id": account_id, "active": True})
    return await _told(db, "people.account.enable", before, actor)


async def set_password(
    db: Connection, *, account_id: UUID, password: ChosenPassword, policy: Policy, actor: Actor, at: datetime
) -> Account:
    """Ends all sessions and stops all API keys of the user, and tells them by mail.

    Raises NotFound, RoleBeyondOwn, PasswordWeak.
    """
    before = await queries.get_account(db, account_id)
    await require_own_rank(db, before.role, actor)
    await replace_password(db, before, password=password, policy=policy, at=at)
    await end_sessions(db, account_id)
    await tell_security(db, before, PASSWORD_SET, at=at)
    return await _told(db, "people.account.set_password", before, actor)


async def replace_password(
    db: Connection, account: Account, *, password: ChosenPassword, policy: Policy, at: datetime
) -> None:
    """Clears the locks and ends the one-time links that were sent before. Raises PasswordWeak."""
    personal = (account.username, account.email, account.name)
    require_good_password(password.plain, policy=policy, personal=personal)
    await execute(db, REPLACE_HASH, {"id": account.id, "password_hash": password.hashed, "at": at})
    await forget_account(db, account.id)
    await forget_links(db, account.id)


async def end_sessions(db: Connection, account_id: UUID, *, besides: UUID | None = None) -> int:
    """Answers how many ended; their cookies are worth nothing from then on."""
    return await execute(db, END_SESSIONS, {"account_id": account_id, "besides": besides})


async def require_another_admin(db: Connection, account: Account) -> None:
    """Raises LastAdmin where this is the only active administrator. Locks all of them."""
    if account.role != ADMIN or not account.active:
        return
    if set(await queries.list_active_for_update(db, ADMIN)) <= {account.id}:
        raise LastAdmin


async def require_own_rank(db: Connection, role: str, actor: Actor) -> None:
    """Nobody hands out, or overrules, a role that may do more than they may themselves.

    Raises RoleUnknown, RoleBeyondOwn.
    """
    found = await queries.find_role(db, role)
    if found is None or not found.active:
        raise RoleUnknown
    if actor.id is not None and not actor.permissions.issuperset(ALL.intersection(found.permissions)):
        raise RoleBeyondOwn


async def _told(db: Connection, action: str, before: Account, actor: Actor) -> Account:
    after = await queries.get_account(db, before.id)
    audit.record(db, actor, action, "account", before.id, before=before, after=after)
    return after


async def clear_locks(db: Connection, *, account_id: UUID, actor: Actor) -> Account:
    """Every lock after wrong passwords is gone. Raises NotFound, RoleBeyondOwn."""
    account = await queries.get_account(db, account_id)
    await require_own_rank(db, account.role, actor)
    await unlock_account(db, account_id=account_id, actor=actor)
    return account
