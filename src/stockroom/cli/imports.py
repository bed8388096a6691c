"""``stockroom import``: bringing another system's data over."""

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click
import msgspec
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from stockroom.cli.ground import console, fail, open_pool, running_database, settings_or_fail, told
from stockroom.interchange import (
    ImportReport,
    Migration,
    Outcome,
    Row,
    import_alorf,
    plan_migration,
    read_source,
    rehearse_alorf,
    summarise,
)
from stockroom.platform.access import system_actor
from stockroom.platform.clock import utc_now
from stockroom.platform.errors import Refusal
from stockroom.settings import Settings

BROKEN = 1


@click.group(name="import")
def imports() -> None:
    """Bring another system's data over."""


@imports.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Plan and rehearse everything, write nothing.")
@click.option(
    "--report",
    "report_to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the whole report to this JSON file. It quotes patients' data; only you can read it.",
)
def alorf(path: Path, dry_run: bool, report_to: Path | None) -> None:
    """Import ALORF's data from PATH: a data folder, a backup folder or a backup zip.

    All of it or nothing. What was imported before stays as it is.
    """
    settings = settings_or_fail()
    file = _report_file(report_to)
    at = utc_now().astimezone(settings.zone)
    migration = plan_migration(read_source(path, zone=settings.zone), at=at, zone=settings.zone)
    outcome = None if migration.plan is None else _post(settings, migration, at, dry_run=dry_run)
    report = ImportReport(path=str(path), at=at, dry_run=dry_run, report=migration.report, outcome=outcome)
    if file is not None:
        with file:
            file.write(msgspec.json.format(msgspec.json.encode(report), indent=1))
    _tell(report)
    if report_to is not None:
        console.print(f"→ The whole report is in {report_to}", markup=False)
    sys.exit(BROKEN if outcome is None else 0)


def _report_file(path: Path | None) -> BinaryIO | None:
    """Opened before anything is written, so that a report that cannot be written stops the import."""
    if path is None:
        return None
    try:
        path.unlink(missing_ok=True)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        fail(escape(f"The report cannot be written to {path}: {error.strerror}."))


def _post(settings: Settings, migration: Migration, at: datetime, *, dry_run: bool) -> Outcome:
    """With a progress bar, in one transaction."""
    bar = Progress(TextColumn("→ {task.description}"), BarColumn(), TimeElapsedColumn(), console=console)
    with running_database(settings) as conninfo, bar:
        task = bar.add_task("Importing", total=1.0)

        def progress(done: float, what: str) -> None:
            bar.update(
                task, completed=done, description=f"{'Rehearsing' if dry_run else 'Importing'}: {what}"
            )

        async def run() -> Outcome:
            act = rehearse_alorf if dry_run else import_alorf
            actor = system_actor("ALORF import")
            assert migration.plan is not None
            async with open_pool(settings, conninfo) as database, database.transaction() as db:
                return await act(
                    db, plan=migration.plan, currency=settings.currency, actor=actor, at=at, progress=progress
                )

        try:
            return asyncio.run(run())
        except Refusal as refusal:
            fail(escape(told(refusal)))


def _tell(report: ImportReport) -> None:
    for line in report.report.fatal:
        console.print(f"[red]✗[/red] {escape(line.file)}: {escape(line.message)}")
    if report.outcome is None:
        console.print("[red]✗[/red] The source is broken. Nothing was imported.")
        return
    console.print(_table(summarise(report.report, report.outcome)))
    for line in (*report.report.files, *report.outcome.lines):
        if line.code in {"encoding_guessed", "other_system"}:
            console.print(f"[yellow]![/yellow] {escape(line.message)}")
    console.print(_conclusion(report, report.outcome))


def _table(rows: list[Row]) -> Table:
    table = Table(box=None, pad_edge=False)
    columns = (
        "",
        "read",
        "taken",
        "changed",
        "refused",
        "differ",
        "new",
        "matched",
        "before",
    )
    for index, name in enumerate(columns):
        table.add_column(name, justify="right" if index else "left", no_wrap=True)
    for row in rows:
        figures = (
            row.read, row.taken, row.changed, row.refused, row.differences, row.created, row.matched, row.already
        )  # fmt: skip
        table.add_row(row.entity, *(str(figure) if figure else "·" for figure in figures))
    return table


def _conclusion(report: ImportReport, outcome: Outcome) -> str:
    if outcome.nothing_new:
        return "✓ Everything here was imported before. Nothing was changed."
    if report.dry_run:
        return "✓ All of this can be imported. It was a dry run: nothing was written."
    return f"✓ Imported. Opening balances: {', '.join(outcome.documents) or 'none'}."
