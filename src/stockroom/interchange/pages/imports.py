"""Importing in the browser: upload, read what would happen, say yes."""

from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from anyio import to_thread
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.interchange.actions.drafts import drop_draft, import_draft, lay_draft, require_plan
from stockroom.interchange.alorf import Migration
from stockroom.interchange.alorf.upload import plan_upload, shown_name
from stockroom.interchange.errors import UploadMissing
from stockroom.interchange.pages.lines import LinesAsked, all_lines, count_codes, page_of
from stockroom.interchange.queries.drafts import Draft, get_draft
from stockroom.interchange.summary import ImportReport, summarise
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import N_, Refusal
from stockroom.platform.fields import convert
from stockroom.platform.files.errors import FileEmpty, FileMissing
from stockroom.platform.files.uploads import UPLOAD, examined
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_errors, is_htmx, page, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs, StepUp
from stockroom.settings import Settings

AnyRequest = Request[Any, Any, State]

IMPORTS = [Needs("interchange.import.run"), StepUp()]

ENTITIES: dict[str, str] = {
    "departments": N_("Departments"),
    "stores": N_("Stores"),
    "suppliers": N_("Suppliers"),
    "forms": N_("Dosage forms"),
    "medicines": N_("Medicines"),
    "patients": N_("Patients"),
    "doctors": N_("Prescribers"),
    "users": N_("Users"),
    "batches": N_("Batches"),
    "stock": N_("Stock"),
    "purchases": N_("Purchases"),
    "consumption": N_("Consumption"),
    "transfers": N_("Transfers"),
    "history": N_("Activity log"),
    "file": N_("Files"),
}
OUTCOMES: dict[str, str] = {
    "taken": N_("Taken"),
    "changed": N_("Changed"),
    "refused": N_("Refused"),
    "difference": N_("Difference"),
}


@get("/import", guards=IMPORTS, include_in_schema=False)
async def ask_for_upload(request: AnyRequest) -> Response[Any]:
    return _upload_form(request, None)


@post("/import", guards=IMPORTS, opt=UPLOAD, include_in_schema=False, status_code=303)
async def rehearse_upload(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    settings: Settings = request.app.state.settings
    here = scope_of(request)
    at = here.at
    try:
        name, migration = await _planned(request, settings)
        async with savepoint(here.db):
            draft_id = await lay_draft(
                here.db,
                name=shown_name(name),
                migration=migration,
                currency=settings.currency,
                actor=actor,
                at=at,
            )
    except Refusal as refusal:
        return _upload_form(request, refusal)
    return redirect(request, f"/import/{draft_id}")


async def _planned(request: AnyRequest, settings: Settings) -> tuple[str, Migration]:
    """The file's name, and what importing it would do. Raises UploadMissing, FileTooLarge, SourceBroken."""
    here = scope_of(request)
    try:
        async with examined(request) as upload:
            plan = partial(plan_upload, upload.content, name=upload.name, at=here.at, zone=settings.zone)
            migration = await to_thread.run_sync(plan)
            require_plan(migration)
        return upload.name, migration
    except (FileMissing, FileEmpty):
        raise UploadMissing from None


def _upload_form(request: AnyRequest, refusal: Refusal | None) -> Response[bytes]:
    return page(
        request,
        "interchange/import.html",
        status=200 if refusal is None else refusal.status,
        problems=[] if refusal is None else form_errors(refusal)["summary"],
        **form_errors(refusal),
    )


@get("/import/{draft_id:uuid}", guards=IMPORTS, include_in_schema=False)
async def show_draft(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    draft_id: FromPath[UUID],
) -> Response[Any]:
    asked = convert(dict(request.query_params.items()), LinesAsked, strict=False)
    return _draft(request, await get_draft(db, draft_id, actor), asked, None)


@post(
    "/import/{draft_id:uuid}",
    guards=IMPORTS,
    include_in_schema=False,
    status_code=303,
)
async def import_rehearsed(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    draft_id: FromPath[UUID],
) -> Response[Any]:
    settings: Settings = request.app.state.settings
    draft = await get_draft(db, draft_id, actor)
    try:
        async with savepoint(db):
            outcome = await import_draft(
                db,
                draft_id=draft_id,
                report=_report(draft),
                currency=settings.currency,
                actor=actor,
                at=scope_of(request).at,
            )
    except Refusal as refusal:
        return _draft(request, draft, LinesAsked(), refusal)
    flash = _("Nothing was new; nothing was changed.") if outcome.nothing_new else _("Imported.")
    return redirect(request, f"/import/{draft_id}", flash=flash)


@post(
    "/import/{draft_id:uuid}/drop",
    guards=IMPORTS,
    include_in_schema=False,
    status_code=303,
)
async def drop(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    draft_id: FromPath[UUID],
) -> Response[Any]:
    await drop_draft(db, draft_id=draft_id, actor=actor)
    return redirect(request, "/import", flash=_("Dropped. Nothing was imported."))


def _report(draft: Draft) -> ImportReport:
    return msgspec.json.decode(draft.report, type=ImportReport)


def _draft(request: AnyRequest, draft: Draft, asked: LinesAsked, refusal: Refusal | None) -> Response[bytes]:
    report = _report(draft)
    lines = all_lines(report)
    assert report.outcome is not None
    return page(
        request,
        "interchange/_lines.html" if is_htmx(request) else "interchange/draft.html",
        status=200 if refusal is None else refusal.status,
        draft=draft,
        outcome=report.outcome,
        rows=summarise(report.report, report.outcome),
        found=page_of(lines, asked),
        asked=asked,
        counts=count_codes(lines, asked.entity),
        warned=any(line.code == "other_system" for line in lines),
        entities=ENTITIES,
        outcomes=OUTCOMES,
        **form_errors(refusal),
    )


ROUTES = [ask_for_upload, rehearse_upload, show_draft, import_rehearsed, drop]
