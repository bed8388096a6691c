"""Roles and what they may do."""

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_one

ROLES = """
select
    r.code, r.name, r.builtin, r.privileged, r.permissions,
    (select count(*) from people.account a where a.role_code = r.code and a.active) as users
from people.role r
order by r.builtin desc, r.privileged desc, r.name
"""

ROLE = """
select r.code, r.name, r.permissions
from people.role r
where r.code = %(code)s
"""


class Role(msgspec.Struct, frozen=True):
    """A set of permissions. ``builtin`` ones are kept as the program has them; ``privileged`` ones
    are signed out sooner; ``users`` counts the active ones."""

    code: str
    name: str
    builtin: bool
    privileged: bool
    permissions: list[str]
    users: int


class RoleGrant(msgspec.Struct, frozen=True):
    """What giving someone a role lets them do."""

    code: str
    name: str
    permissions: list[str]


async def list_roles(db: Connection) -> list[Role]:
    return await fetch_all(db, ROLES, None, Role)


async def find_role(db: Connection, code: str) -> RoleGrant | None:
    return await fetch_one(db, ROLE, {"code": code}, RoleGrant)
