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

from stockroom.platform.schema import SCRIPTS

ADVISORY_LOCK = 0x53544F434B  # "STOCK"
WAIT_FOR_TURN = "select pg_advisory_lock(%s)"
GIVE_UP_EARLY = "set local lock_timeout = '5s'"


class SchemaTooNew(RuntimeError):
    """The database was migrated by a newer Stockroom: this one must not touch it."""


def run_file(version_file: str) -> None:
    """Execute the SQL file beside a version's Python file, as it stands."""
    sql = Path(version_file).with_suffix(".sql").read_text(encoding="utf-8")
    connection: Any = op.get_bind().connection.driver_connection  # psycopg's own, behind SQLAlchemy's facade
    connection.execute(sql)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


def head() -> str:
    """The newest version that this Stockroom knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def migrate(conninfo: str) -> tuple[str, str]:
    """Bring the database to the newest version; answers (before, after).

    A second process waits for the first and then finds nothing to do. Raises SchemaTooNew.
    """
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=NullPool
    )
    with psycopg.connect(conninfo, autocommit=True) as turn:
        turn.execute(WAIT_FOR_TURN, [ADVISORY_LOCK])  # held until this connection closes
        with engine.begin() as connection:
            before = MigrationContext.configure(connection).get_current_revision() or ""
            _refuse_newer(before)
            if before != head():
                _upgrade(connection)
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
