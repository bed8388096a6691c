"""The page of what patients are owed."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from stockroom.dispensing.actions.read import note_export, note_shown
from stockroom.dispensing.queries.owed import OWED
from stockroom.dispensing.web import AnyRequest
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import N_
from stockroom.platform.exports import Column, Format, export
from stockroom.platform.lists import fetch_everything, fetch_page, parse_list
from stockroom.platform.pages import is_htmx, page, query_of
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs, StepUp, logged_read

COLUMNS: list[Column] = [
    (N_("Number"), lambda row: row.number),
    (N_("Since"), lambda row: row.at),
    (N_("File number"), lambda row: row.file_number),
    (N_("Patient"), lambda row: row.patient),
    (N_("Medicine"), lambda row: row.product),
    (N_("Owed"), lambda row: row.owed),
    (N_("Unit"), lambda row: row.unit),
    (N_("From"), lambda row: row.place),
    (N_("Available there"), lambda row: row.available),
]


@get("/owed", guards=[Needs("dispensing.dispensing.read")], include_in_schema=False)
async def list_owed(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    asked = parse_list(OWED, query_of(request))
    found = await fetch_page(db, OWED, asked, scope=_scope(request, actor))
    await note_shown(db, patients=[row.patient_id for row in found.items], where="/owed", actor=actor)
    template = "dispensing/_owed.html" if is_htmx(request) else "dispensing/owed.html"
    return page(request, template, found=found, asked=asked)


@get("/owed/export", guards=[Needs("dispensing.dispensing.read"), StepUp()], include_in_schema=False)
async def export_owed(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    file_format: Format = "xlsx" if request.query_params.get("format") == "xlsx" else "csv"
    asked = parse_list(OWED, query_of(request, leave_out=("format",)))
    async with logged_read(request) as db:
        rows = await fetch_everything(db, OWED, asked, scope=_scope(request, actor))
        note_export(db, patients=[row.patient_id for row in rows], where="/owed/export", actor=actor)
    return await export("owed", rows, COLUMNS, file_format)


def _scope(request: AnyRequest, actor: Actor) -> dict[str, Any]:
    return {"departments": actor.department_list(), "today": scope_of(request).at.date()}


ROUTES = [list_owed, export_owed]
