"""The role that the application works as: it owns nothing and cannot change what is append-only.

Migrations run as the owner of the schema. Everything else (pages, jobs, the command line) comes in as a role
that reads and writes rows, but of append-only tables only adds them; the audit trail it can only read and append
to through ``platform.append_audit``. What is append-only says its trigger, so that a new table needs no list.
"""

from typing import Any

import psycopg
from psycopg import errors

NAME = "stockroom_app"

# Statements that name what was found are written by the server, which knows how its names are quoted.
CREATE_ROLE = """
select format(
    'create role %%I %%s nosuperuser nocreatedb nocreaterole noreplication nobypassrls', %(role)s::text,
    case when %(login)s then 'login' else 'nologin' end)
"""
JOIN_ROLE = "select format('grant %%I to current_user', %(role)s::text)"
FIND_ROLE = "select 1 from pg_roles where rolname = %s"
ROLE_OF_SESSION = "select current_user"
# Since PostgreSQL 16 a member may be one that administers the role without becoming it.
MAY_BECOME = """
select pg_has_role(%s, case when current_setting('server_version_num')::int < 160000 then 'MEMBER' else 'SET' end)
"""

# The schemas are those of whoever owns `platform`: another application's, in the same database, are not ours to give.
SCHEMAS_TO_OPEN = """
select format('grant usage on schema %%I to %%I', n.nspname, %(role)s::text)
from pg_namespace n
where n.nspowner = (select nspowner from pg_namespace where nspname = 'platform')
    and n.nspname !~ '^(pg_|information_schema$|public$)'
    and not has_schema_privilege(%(role)s, n.oid, 'usage')
"""

# Privileges in the alphabet's order, as string_agg gives those that are held.
RELATIONS = """
with relation as (
    select c.oid, n.nspname, c.relname, c.relkind, c.relacl
    from pg_namespace n
    join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v', 'm', 'S')
    where n.nspowner = (select nspowner from pg_namespace where nspname = 'platform')
        and n.nspname !~ '^(pg_|information_schema$|public$)'
    union all
    select c.oid, 'public', c.relname, c.relkind, c.relacl
    from pg_class c
    where c.oid = to_regclass('public.alembic_version')
),
wish as (
    select r.*,
        case
            when r.relkind = 'S' then 'USAGE'
            when r.relkind in ('v', 'm') or r.nspname = 'public' then 'SELECT'
            when r.nspname = 'platform' and r.relname in ('audit_entry', 'audit_head') then 'SELECT'
            when exists (
                select from pg_trigger t
                where t.tgrelid = r.oid and t.tgfoid = 'platform.refuse_change'::regproc) then 'INSERT, SELECT'
            else 'DELETE, INSERT, SELECT, UPDATE'
        end as wanted,
        coalesce((
            select string_agg(a.privilege_type, ', ' order by a.privilege_type)
            from aclexplode(r.relacl) a join pg_roles p on p.oid = a.grantee
            where p.rolname = %(role)s), '') as held
    from relation r
)
select format(
    'revoke all on %%1$s %%2$I.%%3$I from %%4$I; grant %%5$s on %%1$s %%2$I.%%3$I to %%4$I',
    case relkind when 'S' then 'sequence' else 'table' end, nspname, relname, %(role)s::text, wanted)
from wish
where wanted <> held
order by nspname, relname
"""

# What runs as its owner is nobody's to call but the application's.
FUNCTIONS = """
select format('grant execute on function %%s to %%I', p.oid::regprocedure, %(role)s::text)
from pg_namespace n
join pg_proc p on p.pronamespace = n.oid and p.prosecdef
where n.nspowner = (select nspowner from pg_namespace where nspname = 'platform')
    and n.nspname !~ '^(pg_|information_schema$|public$)'
    and not has_function_privilege(%(role)s, p.oid, 'execute')
"""

TOO_STRONG = """
select r.rolsuper or r.rolcreaterole or pg_has_role(r.oid, n.nspowner, 'MEMBER')
    or has_table_privilege(r.oid, 'platform.audit_entry', 'update')
from pg_roles r, pg_namespace n
where r.rolname = %(role)s and n.nspname = 'platform'
"""


class RoleNotMade(RuntimeError):
    """The owner may not create the application's role: somebody who may must, once."""

    def __init__(self, role: str, owner: str) -> None:
        super().__init__(
            f"The database has no role {role}, which the application works as, and {owner} may not create it."
            " Let an administrator of the database run, once:\n"
            f"  create role {role} nologin;\n  grant {role} to {owner};\n"
            "or give the application a login role of its own in DATABASE_URL, and the owner of the schema in"
            " DATABASE_OWNER_URL."
        )


class RoleTooStrong(RuntimeError):
    """The application's role could change the ledger or the audit trail."""

    def __init__(self, role: str) -> None:
        super().__init__(
            f"The role {role}, which the application works as, could change the ledger and the audit trail: it is"
            " a superuser, may create roles, owns the schema or is a member of its owner. Name a plain login role"
            " in DATABASE_URL and the owner in DATABASE_OWNER_URL."
        )


def ensure_role(db: psycopg.Connection[Any], role: str = NAME, *, login: bool) -> None:
    """Make the role where there is none; ``login`` for a server where it comes in by itself.

    Without ``login`` the connected role can become it. The connection is in autocommit. Raises RoleNotMade.
    """
    try:
        if db.execute(FIND_ROLE, [role]).fetchone() is None:
            _run_written(db, CREATE_ROLE, {"role": role, "login": login})
        if not login and not _is(db, MAY_BECOME, [role]):
            _run_written(db, JOIN_ROLE, {"role": role})
    except (errors.DuplicateObject, errors.UniqueViolation):
        return  # another database of the same server was first
    except errors.InsufficientPrivilege as error:
        raise RoleNotMade(role, _value(db, ROLE_OF_SESSION)) from error


def role_of(conninfo: str) -> str:
    """The role that a conninfo comes in as."""
    with psycopg.connect(conninfo, autocommit=True) as db:
        return _value(db, ROLE_OF_SESSION)


def grant_application(db: psycopg.Connection[Any], role: str) -> None:
    """Give the role what the application needs and take what it has beyond; nothing where all is right.

    In the transaction of the migrations, as the owner of the schema. Raises RoleTooStrong.
    """
    params = {"role": role}
    for written in (SCHEMAS_TO_OPEN, RELATIONS, FUNCTIONS):
        _run_written(db, written, params)
    if _is(db, TOO_STRONG, params):
        raise RoleTooStrong(role)


def _run_written(db: psycopg.Connection[Any], writes: str, params: dict[str, Any]) -> None:
    """Run the statements that a statement wrote."""
    for (statement,) in db.execute(writes.encode(), params).fetchall():
        db.execute(str(statement).encode())


def _value(db: psycopg.Connection[Any], statement: str) -> str:
    row = db.execute(statement.encode()).fetchone()
    assert row is not None
    return str(row[0])


def _is(db: psycopg.Connection[Any], statement: str, params: Any = None) -> bool:
    row = db.execute(statement.encode(), params).fetchone()
    return row is not None and bool(row[0])
