"""The built-in roles in the database are what the program says, at every start."""

from stockroom.people.rules import BUILTIN_ROLES, PRIVILEGED_ROLES
from stockroom.platform.db import Connection, execute

SYNC_ROLES = """
insert into people.role (code, name, permissions, builtin, privileged)
select code, name, permissions::text[], true, privileged
from unnest(%(codes)s::text[], %(names)s::text[], %(permissions)s::text[], %(privileged)s::boolean[])
    as given (code, name, permissions, privileged)
on conflict (code) do update set
    name = excluded.name, permissions = excluded.permissions, builtin = true, privileged = excluded.privileged
where (people.role.name, people.role.permissions, people.role.privileged)
    is distinct from (excluded.name, excluded.permissions, excluded.privileged)
"""


async def sync_builtin_roles(db: Connection) -> None:
    codes = list(BUILTIN_ROLES)
    await execute(
        db,
        SYNC_ROLES,
        {
            "codes": codes,
            "names": [BUILTIN_ROLES[code][0] for code in codes],
            "permissions": ["{" + ",".join(sorted(BUILTIN_ROLES[code][1])) + "}" for code in codes],
            "privileged": [code in PRIVILEGED_ROLES for code in codes],
        },
    )
