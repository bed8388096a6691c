"""The application's database role: what it may do suffices for everything, and ledger and audit stay as they are."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import InsufficientPrivilege

from stockroom.cli import main
from stockroom.cli.ground import application_conninfo
from stockroom.platform.application_role import NAME, RoleNotMade, RoleTooStrong, grant_application
from stockroom.platform.db import Database
from stockroom.platform.ids import new_id
from stockroom.platform.migrate import migrate
from stockroom.settings import Settings, load_settings
from tests.conftest import Clones, as_owner

APPEND_ONLY = (
    "stock.movement",
    "stock.document",
    "buying.receipt_line",
    "dispensing.dispensing",
    "dispensing.dispensing_line",
    "dispensing.answered_warning",
    "dispensing.owed_cancelled",
    "platform.audit_entry",
)
CHAIN = ("platform.audit_entry", "platform.audit_head")
WAYS: tuple[LiteralString, ...] = (
    "delete from {table}",
    "truncate {table}",
    "truncate {table} cascade",
    "drop table {table} cascade",
    "alter table {table} disable trigger all",
    "alter table {table} disable trigger user",
    "alter table {table} add column more text",
    "alter table {table} owner to current_user",
    "alter table {table} disable row level security",
    "create trigger t before insert on {table} for each row execute function suppress_redundant_updates_trigger()",
    "create rule r as on insert to {table} do instead nothing",
    "lock table {table} in access exclusive mode",
)
ROUND_ABOUT: tuple[LiteralString, ...] = (
    "set session_replication_role = replica",
    "set role stockroom",
    "set session authorization stockroom",
    "grant stockroom to current_user",
    "alter role current_user superuser",
    "create role other",
    "create database other",
    "create schema other",
    "create table public.other (n int)",
    "create function platform.other() returns int language sql return 1",
    "create or replace function platform.refuse_change() returns trigger language plpgsql as 'begin return null; end'",
    "create or replace function platform.append_audit(entries jsonb) returns void language sql as ''",
    "drop function platform.append_audit(jsonb)",
    "alter function platform.append_audit(jsonb) security invoker",
    "create event trigger e on ddl_command_start execute function platform.refuse_change()",
    "create extension file_fdw",
    "copy stock.movement to program 'cat'",
    "copy people.role to '/tmp/role'",
    "select pg_read_file('/etc/passwd')",
    "alter system set archive_command = 'true'",
    "update pg_catalog.pg_class set relacl = null",
    "update public.alembic_version set version_num = '0001'",
)


@pytest.fixture
def application(clones: Clones) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(clones.make(), autocommit=True) as db:
        yield db


@pytest.mark.parametrize("table", sorted({*APPEND_ONLY, *CHAIN}))
def test_ledger_and_audit_are_refused_to_the_application_in_every_way(
    application: psycopg.Connection[Any], table: str
) -> None:
    name = sql.SQL(".").join(map(sql.Identifier, table.split(".")))
    columns = application.execute(sql.SQL("select * from {} limit 0").format(name)).description
    assert columns is not None  # the first of the ledger is drawn and cannot be set by anybody
    column = sql.Identifier(columns[1].name)
    application.execute(
        sql.SQL("grant update, delete on {} to current_user").format(name)
    )  # is but warned of
    update = sql.SQL("update {} set {column} = {column}").format(name, column=column)
    for statement in (update, *(sql.SQL(way).format(table=name) for way in WAYS)):
        with pytest.raises(InsufficientPrivilege), application.transaction():
            application.execute(statement)
    if table in CHAIN:
        with pytest.raises(InsufficientPrivilege):
            application.execute(sql.SQL("insert into {} select * from {}").format(name, name))


@pytest.mark.parametrize("statement", ROUND_ABOUT)
def test_no_way_round_is_open_to_the_application(
    application: psycopg.Connection[Any], statement: LiteralString
) -> None:
    with pytest.raises((InsufficientPrivilege, psycopg.errors.UndefinedFile)) as refused:
        application.execute(statement)
    assert isinstance(refused.value, InsufficientPrivilege)


def test_the_application_owns_nothing_and_is_nothing_special(application: psycopg.Connection[Any]) -> None:
    told = application.execute(
        "select current_user, session_user, rolsuper or rolcreaterole or rolcreatedb or rolbypassrls"
        " or rolreplication from pg_roles where rolname = current_user"
    ).fetchone()
    assert told == (NAME, NAME, False)
    owned = "select relname from pg_class where relowner = current_user::regrole"
    assert application.execute(owned).fetchall() == []
    member = "select 1 from pg_auth_members where member = current_user::regrole"
    assert application.execute(member).fetchall() == []


def test_every_append_only_table_is_known_by_its_trigger(application: psycopg.Connection[Any]) -> None:
    guarded = application.execute(
        "select distinct tgrelid::regclass::text from pg_trigger"
        " where tgfoid = 'platform.refuse_change'::regproc"
    ).fetchall()
    assert {name for (name,) in guarded} == set(APPEND_ONLY)


def test_privileges_that_grew_are_taken_back_at_the_next_start(clones: Clones) -> None:
    conninfo = clones.make()
    with psycopg.connect(as_owner(conninfo), autocommit=True) as owner:
        owner.execute(f"grant update, delete, truncate on stock.movement, platform.audit_entry to {NAME}")
        owner.execute("create table stock.later (n int)")
        owner.execute("create view stock.latest as select n from stock.later")
    migrate(as_owner(conninfo))
    with psycopg.connect(conninfo, autocommit=True) as db:
        for table in ("stock.movement", "platform.audit_entry"):
            held = db.execute(
                "select has_table_privilege(%(table)s, 'update, delete, truncate')", {"table": table}
            ).fetchone()
            assert held == (False,)
        db.execute("insert into stock.later values (1)")
        assert db.execute("select n from stock.latest").fetchone() == (1,)


def test_a_right_to_change_the_ledger_is_taken_back_at_the_next_start(clones: Clones) -> None:
    """Nothing else would notice it: the role is not stronger in what it is refused for."""
    conninfo = clones.make()
    with psycopg.connect(as_owner(conninfo), autocommit=True) as owner:
        owner.execute(f"grant update, delete on stock.movement to {NAME}")
    migrate(as_owner(conninfo))
    with psycopg.connect(conninfo, autocommit=True) as db:
        held = db.execute("select has_table_privilege('stock.movement', 'update, delete')").fetchone()
    assert held == (False,)


def test_a_role_that_could_undo_the_guards_is_refused(clones: Clones) -> None:
    conninfo = as_owner(clones.make())
    with psycopg.connect(conninfo) as db, pytest.raises(RoleTooStrong, match="DATABASE_OWNER_URL"):
        grant_application(db, "stockroom")


class Outside:
    """A database on a server that somebody else runs: its owner is no superuser."""

    def __init__(self, cluster: str) -> None:
        self.cluster, self.name = cluster, f"outside_{new_id().hex}"
        self.app = f"{self.name}_app"

    def make(self, attributes: LiteralString) -> None:
        with psycopg.connect(self.cluster, autocommit=True) as db:
            role = sql.Identifier(self.name)
            db.execute(sql.SQL("create role {} login {}").format(role, sql.SQL(attributes)))
            db.execute(sql.SQL("create role {} login").format(sql.Identifier(self.app)))
            db.execute(sql.SQL("create database {} owner {}").format(role, role))

    def drop(self) -> None:
        with psycopg.connect(self.cluster, autocommit=True) as db:
            db.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(self.name)))
            for role in (self.name, self.app):
                db.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))

    def url(self, user: str) -> str:
        return make_conninfo(self.cluster, dbname=self.name, user=user)

    def settings(self, tmp_path: Path, **urls: str) -> Settings:
        return load_settings(_env_file=None, environment="test", stockroom_data_dir=tmp_path, **urls)


@pytest.fixture
def outside(cluster: str, template: str) -> Iterator[Outside]:
    made = Outside(cluster)
    yield made
    made.drop()


async def test_one_url_steps_down_to_the_application_role(outside: Outside, tmp_path: Path) -> None:
    """``RESET ROLE`` leads back to the same role; a session that came in as the owner can still say otherwise."""
    outside.make("createrole")
    grant_membership(outside)
    url = outside.url(outside.name)
    migrate(url, login=False)
    settings = outside.settings(tmp_path, database_url=url)
    database = Database(settings, application_conninfo(settings, url), before_commit=nothing)
    await database.open()
    async with database.connection() as db:
        for statement in ("select 1", "reset role", "reset all", "discard all"):
            await db.execute(statement.encode())
            assert await (await db.execute("select current_user")).fetchone() == (NAME,)
        with pytest.raises(InsufficientPrivilege):
            await db.execute("delete from stock.movement")
    await database.close()


def grant_membership(outside: Outside) -> None:
    """The role of that name is there already, made by another database of the server."""
    with psycopg.connect(outside.cluster, autocommit=True) as db:
        db.execute(sql.SQL("grant {} to {}").format(sql.Identifier(NAME), sql.Identifier(outside.name)))


async def nothing(_: object) -> None: ...


def test_two_urls_need_no_right_to_make_roles(outside: Outside, tmp_path: Path) -> None:
    outside.make("nocreaterole")
    environment = {
        "DATABASE_URL": outside.url(outside.app), "DATABASE_OWNER_URL": outside.url(outside.name),
        "STOCKROOM_DATA_DIR": str(tmp_path),
    }  # fmt: skip
    told = CliRunner().invoke(main, ["verify", "--json"], env=environment)
    assert told.exit_code == 0, told.output
    with psycopg.connect(outside.url(outside.app)) as db, pytest.raises(InsufficientPrivilege):
        db.execute("delete from platform.audit_entry")


def test_two_urls_of_the_same_role_are_refused_and_nothing_is_made(outside: Outside, tmp_path: Path) -> None:
    outside.make("nocreaterole")
    owner = outside.url(outside.name)
    environment = {"DATABASE_URL": owner, "DATABASE_OWNER_URL": owner, "STOCKROOM_DATA_DIR": str(tmp_path)}
    told = CliRunner().invoke(main, ["verify"], env=environment)
    assert told.exit_code == 2
    assert "could change the ledger" in told.output
    with psycopg.connect(owner) as db:
        assert db.execute("select to_regclass('platform.audit_entry')").fetchone() == (None,)


def test_an_owner_who_may_not_become_the_role_is_told_what_to_run(outside: Outside) -> None:
    outside.make("nocreaterole")
    with pytest.raises(RoleNotMade, match=f"grant {NAME} to {outside.name};"):
        migrate(outside.url(outside.name), login=False)


def test_an_owner_url_alone_is_a_wrong_setting(outside: Outside, tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["verify"], env={"DATABASE_OWNER_URL": "postgresql://x/y"})
    assert told.exit_code == 2
    assert "DATABASE_OWNER_URL" in told.output


def test_the_embedded_server_is_reached_through_a_private_folder_only(cluster: str) -> None:
    folder = Path(str(conninfo_to_dict(cluster)["host"]))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with psycopg.connect(cluster) as db:
        listening = db.execute(
            "select current_setting('listen_addresses'), current_setting('unix_socket_permissions')"
        ).fetchone()
    assert listening == ("", "0700")
