"""Roles of one's own: making, changing and archiving them (P9)."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated

from msgspec import Meta, field

from stockroom.people import queries
from stockroom.people.actions.notices import RIGHTS_CHANGED, tell_owner
from stockroom.people.errors import (
    RoleBuiltin,
    RoleHeld,
    RoleNameTaken,
    RolePermissionBeyondOwn,
    RolePermissionUnknown,
)
from stockroom.people.queries.roles import Role
from stockroom.people.rules import ALL, errors_at
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_value, fetch_values
from stockroom.platform.errors import NotFound, VersionStale
from stockroom.platform.fields import ONE_LINE, Line, Name, StructInput
from stockroom.platform.ids import new_id

NAME_TAKEN = """
select exists (
    select from people.role
    where active and platform.fold(name) = platform.fold(%(name)s) and code is distinct from %(code)s)
"""
INSERT = """
insert into people.role (code, name, description, permissions, privileged, created_at)
values (%(code)s, %(name)s, %(description)s, %(permissions)s, %(privileged)s, %(at)s)
"""
UPDATE = """
update people.role
set name = %(name)s, description = %(description)s, permissions = %(permissions)s,
    privileged = %(privileged)s, version = version + 1
where code = %(code)s and version = %(version)s and active
"""
ARCHIVE = """
update people.role set active = false, version = version + 1
where code = %(code)s and version = %(version)s and active
"""
HOLDERS = "select count(*) from people.account where role_code = %(code)s"
ACTIVE_HOLDERS = (
    "select id from people.account where role_code = %(code)s and active and email <> '' order by id"
)
END_HOLDERS_SESSIONS = """
delete from people.session s
using people.account a
where a.id = s.account_id and a.role_code = %(code)s
"""


class RoleInput(StructInput, frozen=True, kw_only=True):
    """What a person writes about a role. ``privileged``: its holders are signed out sooner."""

    name: Annotated[Name, Meta(examples=["Night pharmacist"])]
    description: Line = ""
    permissions: Annotated[
        list[Annotated[str, Meta(max_length=64, pattern=ONE_LINE)]],
        Meta(max_length=500, examples=[["catalog.product.read", "stock.balance.read"]]),
    ] = field(default_factory=list[str])
    privileged: bool = False


async def create_role(db: Connection, *, role: RoleInput, actor: Actor, at: datetime) -> str:
    """Answers the code. Raises RolePermissionUnknown, RolePermissionBeyondOwn, RoleNameTaken."""
    require_own_permissions(role.permissions, actor)
    code = code_of(role.name)
    await _require_free_name(db, role.name, None)
    await execute(db, INSERT, {**_columns(role), "code": code, "at": at})
    after = await queries.get_role(db, code)
    audit.record(db, actor, "people.role.create", "role", code, after=after)
    return code


async def update_role(db: Connection, *, code: str, role: RoleInput, version: int, actor: Actor) -> Role:
    """Other permissions, or another idle limit, end the sessions of everybody who holds the role.

    Raises NotFound, RoleBuiltin, RolePermissionUnknown, RolePermissionBeyondOwn, RoleNameTaken, VersionStale.
    """
    before = await _own_role(db, code, actor)
    require_own_permissions(role.permissions, actor)
    await _require_free_name(db, role.name, code)
    if not await execute(db, UPDATE, {**_columns(role), "code": code, "version": version}):
        raise VersionStale
    after = await queries.get_role(db, code)
    if (set(before.permissions), before.privileged) != (set(after.permissions), after.privileged):
        await execute(db, END_HOLDERS_SESSIONS, {"code": code})
        for account_id in await fetch_values(db, ACTIVE_HOLDERS, {"code": code}):
            await tell_owner(db, account_id, RIGHTS_CHANGED)
    audit.record(db, actor, "people.role.update", "role", code, before=before, after=after)
    return after


async def archive_role(db: Connection, *, code: str, version: int, actor: Actor) -> None:
    """Raises NotFound, RoleBuiltin, RolePermissionBeyondOwn, RoleHeld, VersionStale."""
    before = await _own_role(db, code, actor)
    if not await execute(db, ARCHIVE, {"code": code, "version": version}):
        raise VersionStale
    if holders := await fetch_value(db, HOLDERS, {"code": code}):
        raise RoleHeld(users=holders)
    audit.record(db, actor, "people.role.archive", "role", code, before=before)


async def _own_role(db: Connection, code: str, actor: Actor) -> Role:
    """A role that this person may change: not built in, and with nothing in it that they may not do."""
    found = await queries.get_role(db, code)
    if found.builtin:
        raise RoleBuiltin
    if not found.active:
        raise NotFound
    if not actor.permissions.issuperset(ALL.intersection(found.permissions)):
        raise RolePermissionBeyondOwn
    return found


def require_own_permissions(permissions: list[str], actor: Actor) -> None:
    """Nobody gives what they do not have. Raises RolePermissionUnknown, RolePermissionBeyondOwn."""
    if wrong := errors_at("/permissions", permissions, ALL, RolePermissionUnknown):
        raise RolePermissionUnknown(at="", errors=wrong)
    if wrong := errors_at("/permissions", permissions, actor.permissions, RolePermissionBeyondOwn):
        raise RolePermissionBeyondOwn(at="", errors=wrong)


async def _require_free_name(db: Connection, name: str, own_code: str | None) -> None:
    if await fetch_value(db, NAME_TAKEN, {"name": name.strip(), "code": own_code}):
        raise RoleNameTaken


def code_of(name: str) -> str:
    """A readable code with an ending of its own, so that no built-in role of a later version can have it."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("ł", "l")).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40]
    return f"{words or 'role'}-{new_id().hex[-6:]}"


def _columns(role: RoleInput) -> dict[str, object]:
    return {
        "name": role.name.strip(),
        "description": role.description.strip(),
        "permissions": sorted(set(role.permissions)),
        "privileged": role.privileged,
    }
