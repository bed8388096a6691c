"""Roles and what they may do."""

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_one
from stockroom.platform.errors import NotFound

ROLES = """
select
    r.code, r.name, r.description, r.builtin, r.privileged, r.permissions, r.active, r.version,
    (select count(*) from people.account a where a.role_code = r.code and a.active) as users
from people.role r
where r.active or %(archived)s
order by r.builtin desc, r.privileged desc, platform.fold(r.name), r.code
"""

ROLE = """
select
    r.code, r.name, r.description, r.builtin, r.privileged, r.permissions, r.active, r.version,
    (select count(*) from people.account a where a.role_code = r.code and a.active) as users
from people.role r
where r.code = %(code)s
"""

# Shared by everybody who gives the role away; who changes or archives it waits for them, and they for that.
GRANT = """
select r.code, r.name, r.permissions, r.active
from people.role r
where r.code = %(code)s
for share
"""


class Role(msgspec.Struct, frozen=True):
    """A set of permissions. ``builtin`` ones are kept as the program has them; ``privileged`` ones
    are signed out sooner; ``users`` counts the active ones."""

    code: str
    name: str
    description: str
    builtin: bool
    privileged: bool
    permissions: list[str]
    active: bool
    version: int
    users: int


class RoleGrant(msgspec.Struct, frozen=True):
    """What giving someone a role lets them do."""

    code: str
    name: str
    permissions: list[str]
    active: bool


async def list_roles(db: Connection, *, archived: bool = False) -> list[Role]:
    """The built-in ones first; ``archived`` shows those that nobody can be given any more too."""
    return await fetch_all(db, ROLES, {"archived": archived}, Role)


async def get_role(db: Connection, code: str) -> Role:
    """Raises NotFound."""
    found = await fetch_one(db, ROLE, {"code": code.replace("\x00", " ")}, Role)
    if found is None:
        raise NotFound
    return found


async def find_role(db: Connection, code: str) -> RoleGrant | None:
    """Held as it is until the end of the transaction."""
    return await fetch_one(db, GRANT, {"code": code}, RoleGrant)
