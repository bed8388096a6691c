"""What every command stands on: settings, the database, and how a refusal is told."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, NoReturn, TypeVar

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from rich.console import Console
from rich.markup import escape

from stockroom.main import make_events
from stockroom.platform import audit
from stockroom.platform.application_role import NAME as APPLICATION
from stockroom.platform.application_role import RoleNotMade, RoleTooStrong, role_of
from stockroom.platform.db import Connection, Database
from stockroom.platform.embedded import EmbeddedError, EmbeddedPostgres, kept_running
from stockroom.platform.errors import Refusal
from stockroom.platform.fields import convert
from stockroom.platform.i18n import sentence
from stockroom.platform.migrate import SchemaTooNew, migrate
from stockroom.settings import Settings, SettingsInvalid, load_settings

T = TypeVar("T")
console = Console(stderr=True, highlight=False)


def fail(message: str) -> NoReturn:
    """One plain sentence and exit status 2; never a traceback for what the operator can mend."""
    console.print(f"[red]✗[/red] {message}")
    sys.exit(2)


def settings_or_fail(**overrides: Any) -> Settings:
    try:
        return load_settings(**{name: value for name, value in overrides.items() if value is not None})
    except SettingsInvalid as error:
        console.print("[red]✗[/red] These settings are wrong:")
        for problem in error.problems:
            console.print(f"  {problem}", markup=False)
        sys.exit(2)


@contextmanager
def running_database(settings: Settings) -> Generator[str]:
    """A conninfo of the migrated database, as the application's role: it cannot change what is append-only.

    The embedded server, or the one DATABASE_URL names. A command that needs the owner says so and takes
    ``owned_database``.
    """
    with owned_database(settings) as owner:
        yield application_conninfo(settings, owner)


@contextmanager
def owned_database(settings: Settings) -> Generator[str]:
    """A conninfo of the migrated database as the owner of the schema: for backups, never for serving."""
    if settings.postgres_url is not None:
        owner = settings.postgres_owner_url or settings.postgres_url
        _migrated(settings, owner)
        yield owner
        return
    settings.stockroom_data_dir.mkdir(parents=True, exist_ok=True)
    server = EmbeddedPostgres(settings.stockroom_data_dir)
    try:
        conninfo = server.start()
    except EmbeddedError as error:
        fail(str(error))
    try:
        _migrated(settings, conninfo)
        with kept_running(server):
            yield conninfo
    finally:
        server.stop()


def application_conninfo(settings: Settings, owner: str) -> str:
    """How the application comes in. With one URL it comes in as the owner and steps down at once."""
    if settings.postgres_url is None:
        return make_conninfo(owner, user=APPLICATION)
    if settings.postgres_owner_url is not None:
        return settings.postgres_url
    options = conninfo_to_dict(owner).get("options") or ""
    return make_conninfo(owner, options=f"{options} -c role={APPLICATION}".strip())


def _migrated(settings: Settings, owner: str) -> None:
    """Raises nothing that the operator can mend: it is said, and the command ends."""
    try:
        with_two_urls = settings.postgres_url is not None and settings.postgres_owner_url is not None
        role = role_of(settings.postgres_url) if with_two_urls and settings.postgres_url else APPLICATION
        before, after = migrate(owner, role=role, login=settings.postgres_url is None)
    except (SchemaTooNew, RoleNotMade, RoleTooStrong) as error:
        fail(escape(str(error)))
    if before != after:
        console.print(f"→ Schema brought from {before or 'nothing'} to {after}")


@asynccontextmanager
async def open_pool(settings: Settings, conninfo: str) -> AsyncGenerator[Database]:
    database = Database(settings, conninfo, before_commit=audit.write_pending, events=make_events())
    await database.open()
    try:
        yield database
    finally:
        await database.close()


def in_transaction(settings: Settings, work: Callable[[Connection], Awaitable[T]]) -> T:
    """Run one action as the command line does: its own pool, one transaction. A refusal is said and ends it."""

    async def run(conninfo: str) -> T:
        async with open_pool(settings, conninfo) as database, database.transaction() as db:
            return await work(db)

    with running_database(settings) as conninfo:
        try:
            return asyncio.run(run(conninfo))
        except Refusal as refusal:
            fail(told(refusal))


def input_or_fail(raw: dict[str, Any], shape: type[T]) -> T:
    """What was typed as options, checked as any other input."""
    try:
        return convert(raw, shape)
    except Refusal as refusal:
        fail(told(refusal))


def told(refusal: Refusal) -> str:
    """The refusal in words, each field with its message."""
    lines = [f"{error.at.strip('/')}: {sentence(error.sentence, error.facts)}" for error in refusal.errors]
    return "\n  ".join(lines or [sentence(refusal.sentence, refusal.facts)])


def read_password() -> str:
    """The first line of standard input."""
    return sys.stdin.readline().rstrip("\r\n")
