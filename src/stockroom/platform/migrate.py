"""Migrations: run at start, by one process at a time, with a lock timeout, all or nothing."""

from pathlib import Path
from typing import Any

import psycopg
from alembic import command, op
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from stockroom.platform import application_role
from stockroom.platform.schema import SCRIPTS

ADVISORY_LOCK = 0x53544F434B  # "STOCK"
WAIT_FOR_TURN = "select pg_advisory_lock(%s)"
GIVE_UP_EARLY = "set local lock_timeout = '5s'"


class SchemaTooNew(RuntimeError):
    """The database was migrated by a newer Stockroom: this one must not touch it."""


def run_file(version_file: str) -> None:
    """Execute the SQL file beside a version's Python file, as it stands."""
    sql = Path(version_file).with_suffix(".sql").read_text(encoding="utf-8")
    _driver(op.get_bind()).execute(sql)


def _driver(connection: Any) -> Any:
    """psycopg's own connection, behind SQLAlchemy's facade."""
    return connection.connection.driver_connection


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


def head() -> str:
    """The newest version that this Stockroom knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def migrate(conninfo: str, *, role: str = application_role.NAME, login: bool = True) -> tuple[str, str]:
    """Bring the database to the newest version, and the application's role to its privileges; (before, after).

    ``conninfo`` is the owner's. A role of the usual name is made where it is missing, with ``login`` as one that
    comes in by itself; any other is there already. A second process waits for the first and then finds nothing
    to do. Raises SchemaTooNew, RoleNotMade, RoleTooStrong.
    """
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=NullPool
    )
    with psycopg.connect(conninfo, autocommit=True) as turn:
        turn.execute(WAIT_FOR_TURN, [ADVISORY_LOCK])  # held until this connection closes
        if role == application_role.NAME:
            application_role.ensure_role(turn, role, login=login)
        with engine.begin() as connection:
            before = MigrationContext.configure(connection).get_current_revision() or ""
            _refuse_newer(before)
            if before != head():
                _upgrade(connection)
            application_role.grant_application(_driver(connection), role)
    return before, head()


def _refuse_newer(version: str) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if version and version not in known:
        raise SchemaTooNew(
            f"The database has schema version {version}, this Stockroom knows up to {head()}."
            " Start the newer Stockroom, or restore a backup made before the upgrade."
        )


def _upgrade(connection: Any) -> None:
    connection.exec_driver_sql(GIVE_UP_EARLY)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
