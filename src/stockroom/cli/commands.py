"""Serving, checking, and what is needed once: the commands without data of their own."""

import asyncio
import sys
from collections.abc import Callable
from functools import partial

import click
import msgspec
from pydantic import SecretStr
from rich.progress import Progress

from stockroom import __version__
from stockroom.cli.ground import (
    console,
    fail,
    in_transaction,
    input_or_fail,
    open_pool,
    read_password,
    running_database,
    settings_or_fail,
)
from stockroom.interchange import DemoAccount, load_demo_hospital
from stockroom.people import (
    AccountInput,
    create_account,
    find_sign_in_candidate,
    has_accounts,
    hash_now,
    reset_factors,
    set_password,
    sync_builtin_roles,
    unlock_account,
)
from stockroom.platform.access import system_actor
from stockroom.platform.clock import utc_now
from stockroom.platform.db import Connection, server_connections
from stockroom.platform.files.intake import Files
from stockroom.settings import Settings

SPARE_CONNECTIONS = 5


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="stockroom")
def main() -> None:
    """Stock, orders and dispensing from one provable ledger."""


@main.command()
@click.option("--host", help="Address to listen on (HOST).")
@click.option("--port", type=int, help="Port to listen on (PORT).")
@click.option("--workers", type=int, help="Server processes (WORKERS).")
@click.option("--demo-if-empty", is_flag=True, help="Fill an empty database with the demo hospital.")
def serve(host: str | None, port: int | None, workers: int | None, demo_if_empty: bool) -> None:
    """Serve the application; the embedded database starts and stops with it."""
    from stockroom.server import run_server

    settings = settings_or_fail(host=host, port=port, workers=workers)
    with running_database(settings) as conninfo:
        asyncio.run(_require_connections(settings, conninfo))
        if demo_if_empty and asyncio.run(_is_empty(settings, conninfo)):
            _load_demo(settings, conninfo)
        console.print(f"→ http://{settings.host}:{settings.port}")
        run_server(settings, conninfo)


def _load_demo(settings: Settings, conninfo: str) -> None:
    """The demo hospital with a progress bar, then who can sign in."""

    async def load(progress: Callable[[float, str], None]) -> list[DemoAccount]:
        async with open_pool(settings, conninfo) as database:
            at = utc_now().astimezone(settings.zone)
            return await load_demo_hospital(database, currency=settings.currency, at=at, progress=progress)

    with Progress(console=console) as bar:
        task = bar.add_task("→ Filling the demo hospital", total=1.0)
        accounts = asyncio.run(
            load(lambda done, what: bar.update(task, completed=done, description=f"→ Demo hospital: {what}"))
        )
    console.print("Demo accounts (user name / password):")
    for account in accounts:
        console.print(f"  {account.username:<12} {account.password}   {account.role}", markup=False)


@main.group()
def demo() -> None:
    """Invented data to try things on."""


@demo.command(name="hospital")
def demo_hospital() -> None:
    """Fill an empty database with a hospital pharmacy that has three months behind it."""
    settings = settings_or_fail()
    with running_database(settings) as conninfo:
        if not asyncio.run(_is_empty(settings, conninfo)):
            fail("There are users in this database already. The demo hospital goes into an empty one only.")
        _load_demo(settings, conninfo)


async def _is_empty(settings: Settings, conninfo: str) -> bool:
    async with open_pool(settings, conninfo) as database, database.connection() as db:
        return not await has_accounts(db)


async def _require_connections(settings: Settings, conninfo: str) -> None:
    async with open_pool(settings, conninfo) as database, database.connection() as db:
        there = await server_connections(db)
    wanted = settings.workers * settings.db_pool_max
    if wanted + SPARE_CONNECTIONS > there:
        fail(
            f"{settings.workers} workers with DB_POOL_MAX={settings.db_pool_max} may need {wanted} connections;"
            f" the server gives {there}. Lower WORKERS or DB_POOL_MAX, or raise max_connections."
        )


@main.command()
def init() -> None:
    """Make the data directory, the database and its schema; safe to repeat."""
    settings = settings_or_fail()
    with running_database(settings) as conninfo:
        empty = asyncio.run(_is_empty(settings, conninfo))
    where = (
        "the database of DATABASE_URL"
        if settings.postgres_url
        else str(settings.stockroom_data_dir.resolve())
    )
    console.print(f"✓ Ready: {where}")
    if empty:
        console.print("  Next: stockroom user create --username … --email … --role admin --password-stdin")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable answer.")
def verify(as_json: bool) -> None:
    """Check the ledger, the audit chain and the stored files; exit 1 and the first offenders where one is broken."""
    from stockroom.insight import verify_everything

    settings = settings_or_fail()
    checking = partial(verify_everything, anchors=settings.audit_anchor_file, store=Files(settings).store)
    report = in_transaction(settings, checking)
    if as_json:
        click.echo(msgspec.json.encode(report).decode())
    else:
        for check in report.checks:
            mark = "[green]✓[/green]" if check.ok else "[red]✗[/red]"
            console.print(f"{mark} {check.name}")
            for offender in check.offenders:
                console.print(f"    {offender}", markup=False)
        if report.files is not None:
            mark = "[red]✗[/red]" if report.files.rows_without_files else "[green]✓[/green]"
            console.print(
                f"{mark} files: {report.files.rows_without_files} rows without their file,"
                f" {report.files.files_without_rows} files without a row"
            )
    sys.exit(0 if report.ok else 1)


@main.command(name="settings")
def show_settings() -> None:
    """Print the settings in force, secrets masked."""
    settings = settings_or_fail()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        shown = "(set)" if isinstance(value, SecretStr) else "" if value is None else value
        if isinstance(value, tuple):
            shown = ",".join(map(str, value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]  # names
        click.echo(f"{name.upper()}={shown}")


@main.group()
def user() -> None:
    """Users from the command line."""


@user.command(name="create")
@click.option("--username", required=True)
@click.option("--email", default="")
@click.option("--name", default="", help="Full name; the user name where none is given.")
@click.option("--role", required=True)
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
def create_user(username: str, email: str, name: str, role: str, password_stdin: bool) -> None:
    """Create a user who can sign in at once."""
    settings = settings_or_fail()
    account = input_or_fail(
        {
            "username": username,
            "email": email,
            "name": name or username,
            "role": role,
            "password": read_password(),
        },
        AccountInput,
    )

    assert account.password is not None  # it was read from standard input
    password = hash_now(account.password)

    async def work(db: Connection) -> None:
        await sync_builtin_roles(db)
        await create_account(
            db,
            account=account,
            policy=settings.password_policy,
            password=password,
            actor=system_actor("command line"),
            at=utc_now(),
        )

    in_transaction(settings, work)
    console.print(f"✓ {username} can sign in as {role}")


@user.command(name="reset-password")
@click.argument("login")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
def reset_password(login: str, password_stdin: bool) -> None:
    """Give LOGIN (user name or e-mail) a new password; all sessions of that user end."""
    settings = settings_or_fail()
    password = hash_now(read_password())

    async def work(db: Connection) -> None:
        found = await find_sign_in_candidate(db, login)
        if found is None:
            fail(f"There is no user {login}.")
        actor = system_actor("command line")
        await set_password(
            db,
            account_id=found.id,
            password=password,
            policy=settings.password_policy,
            actor=actor,
            at=utc_now(),
        )

    in_transaction(settings, work)
    console.print(f"✓ {login} has a new password; all sessions have ended")


@user.command(name="unlock")
@click.argument("login")
def unlock_user(login: str) -> None:
    """Clear every lock that wrong passwords put on LOGIN (user name or e-mail)."""
    settings = settings_or_fail()

    async def work(db: Connection) -> None:
        found = await find_sign_in_candidate(db, login)
        if found is None:
            fail(f"There is no user {login}.")
        await unlock_account(db, account_id=found.id, actor=system_actor("command line"))

    in_transaction(settings, work)
    console.print(f"✓ {login} may try again from everywhere")


@user.command(name="reset-factors")
@click.argument("login")
def reset_second_factors(login: str) -> None:
    """Take away every second factor of LOGIN (user name or e-mail); all sessions of that user end."""
    settings = settings_or_fail()

    async def work(db: Connection) -> None:
        found = await find_sign_in_candidate(db, login)
        if found is None:
            fail(f"There is no user {login}.")
        await reset_factors(db, account_id=found.id, actor=system_actor("command line"))

    in_transaction(settings, work)
    console.print(f"✓ {login} has no second factor any more; all sessions have ended")
