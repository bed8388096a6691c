"""Pages of posted dispensings: the list, one of them, and what is taken back."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.dispensing.actions.owed import CancelOwedInput, cancel_owed
from stockroom.dispensing.actions.read import note_export, note_shown, read_dispensing
from stockroom.dispensing.actions.take_back import (
    ReturnInput,
    ReversalInput,
    return_dispensed,
    reverse_dispensing,
)
from stockroom.dispensing.queries.dispensing_list import DISPENSINGS
from stockroom.dispensing.queries.dispensings import Dispensing, get_dispensing
from stockroom.dispensing.web import AnyRequest, words
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import N_, Refusal
from stockroom.platform.exports import Column, Format, export
from stockroom.platform.fields import convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.lists import fetch_everything, fetch_page, parse_list
from stockroom.platform.pages import form_errors, is_htmx, page, query_of, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs, StepUp, logged_read
from stockroom.stock import list_place_choices

COLUMNS: list[Column] = [
    (N_("Number"), lambda row: row.number),
    (N_("When"), lambda row: row.at),
    (N_("File number"), lambda row: row.file_number),
    (N_("Patient"), lambda row: row.patient),
    (N_("Prescriber"), lambda row: row.prescriber),
    (N_("From"), lambda row: row.place),
    (N_("Medicines"), lambda row: row.medicines),
    (N_("By"), lambda row: row.actor_name),
    (N_("Reversed"), lambda row: row.reversed),
]


@get("/dispensings", guards=[Needs("dispensing.dispensing.read")], include_in_schema=False)
async def list_dispensings(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    asked = parse_list(DISPENSINGS, _query(request))
    found = await fetch_page(db, DISPENSINGS, asked, scope={"departments": actor.department_list()})
    await note_shown(db, patients=[row.patient_id for row in found.items], where="/dispensings", actor=actor)
    template = "dispensing/_dispensings.html" if is_htmx(request) else "dispensing/dispensings.html"
    places = await list_place_choices(db, actor)
    return page(request, template, found=found, asked=asked, places=places)


@get("/dispensings/export", guards=[Needs("dispensing.dispensing.read"), StepUp()], include_in_schema=False)
async def export_dispensings(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    file_format: Format = "xlsx" if request.query_params.get("format") == "xlsx" else "csv"
    asked = parse_list(DISPENSINGS, _query(request))
    async with logged_read(request) as db:
        rows = await fetch_everything(db, DISPENSINGS, asked, scope={"departments": actor.department_list()})
        patients = [row.patient_id for row in rows]
        note_export(db, patients=patients, where="/dispensings/export", actor=actor)
    return await export("dispensings", rows, COLUMNS, file_format)


@get(
    "/dispensings/{dispensing_id:uuid}", guards=[Needs("dispensing.dispensing.read")], include_in_schema=False
)
async def show_dispensing(
    request: AnyRequest, actor: NamedDependency[Actor], dispensing_id: FromPath[UUID]
) -> Response[Any]:
    async with logged_read(request) as db:
        found = await read_dispensing(db, dispensing_id=dispensing_id, actor=actor)
    return _detail(request, found, {}, None)


@post(
    "/dispensings/{dispensing_id:uuid}/return",
    guards=[Needs("dispensing.dispensing.post")],
    include_in_schema=False,
    status_code=303,
)
async def take_back(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    dispensing_id: FromPath[UUID],
) -> Response[Any]:
    form = await read_form(request)
    raw, numbers = _returned(form)
    try:
        async with savepoint(db):
            returned = convert(raw, ReturnInput, strict=False)
            made = await return_dispensed(
                db, dispensing_id=dispensing_id, returned=returned, actor=actor, at=scope_of(request).at
            )
    except Refusal as refusal:
        _put_on_the_form(refusal, numbers)
        found = await get_dispensing(db, dispensing_id, actor)
        return _detail(request, found, form, refusal)
    flash = _("%(number)s is posted.") % {"number": made.number}
    return redirect(request, f"/dispensings/{dispensing_id}", flash=flash)


@post(
    "/dispensings/{dispensing_id:uuid}/reverse",
    guards=[Needs("dispensing.dispensing.post")],
    include_in_schema=False,
    status_code=303,
)
async def reverse(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    dispensing_id: FromPath[UUID],
) -> Response[Any]:
    form = await read_form(request)
    reason = form.get("reversal_reason", "")
    try:
        async with savepoint(db):
            wanted = convert({"reason": reason}, ReversalInput, strict=False)
            made = await reverse_dispensing(
                db, dispensing_id=dispensing_id, reason=wanted.reason, actor=actor, at=scope_of(request).at
            )
    except Refusal as refusal:
        _rename(refusal, "/reversal_reason")
        found = await get_dispensing(db, dispensing_id, actor)
        return _detail(request, found, form, refusal)
    flash = _("%(number)s takes the dispensing back.") % {"number": made.number}
    return redirect(request, f"/dispensings/{dispensing_id}", flash=flash)


@post(
    "/dispensings/{dispensing_id:uuid}/lines/{line:int}/cancel-owed",
    guards=[Needs("dispensing.dispensing.post")],
    include_in_schema=False,
    status_code=303,
)
async def give_up_rest(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    dispensing_id: FromPath[UUID],
    line: FromPath[int],
) -> Response[Any]:
    form = await read_form(request)
    field = f"owed_reason_{line}"
    at = scope_of(request).at
    try:
        async with savepoint(db):
            wanted = convert({"reason": form.get(field, "")}, CancelOwedInput, strict=False)
            await cancel_owed(
                db, dispensing_id=dispensing_id, line=line, cancelled=wanted, actor=actor, at=at
            )
    except Refusal as refusal:
        _rename(refusal, f"/{field}")
        found = await get_dispensing(db, dispensing_id, actor)
        return _detail(request, found, form, refusal)
    return redirect(request, f"/dispensings/{dispensing_id}", flash=_("The rest is not owed any more."))


def _query(request: AnyRequest) -> list[tuple[str, str]]:
    """Days of the form (``from``, ``to``) as moments in the organisation's zone."""
    zone = scope_of(request).at.tzinfo
    given = dict(query_of(request, leave_out=("format",)))
    for name, parameter, days in (("from", "since", 0), ("to", "until", 1)):
        text = given.pop(name, "")
        try:
            day = datetime.fromisoformat(text).date() + timedelta(days=days) if text else None
        except (ValueError, OverflowError):
            given[parameter] = text
            continue
        if day is not None:
            given[parameter] = datetime.combine(day, time.min, zone).isoformat()
    return list(given.items())


def _returned(form: Mapping[str, str]) -> tuple[dict[str, Any], list[int]]:
    """The lines with a quantity, and the numbers they have on the form."""
    raw = structure(form)
    lines: list[dict[str, str]] = [line for line in raw.get("lines", []) if "quantity" in line]
    numbers = [int(line["line"]) if line.get("line", "").isdecimal() else 0 for line in lines]
    return {"lines": lines, "reason": raw.get("reason", "")}, numbers


def _put_on_the_form(refusal: Refusal, numbers: list[int]) -> None:
    """Lines of the return are numbered from nought among those that come back, the form's as dispensed."""
    refusal.errors = [
        msgspec.structs.replace(error, at=_form_field(error.at, numbers)) for error in refusal.errors
    ]


def _form_field(at: str, numbers: list[int]) -> str:
    parts = at.split("/")
    if len(parts) > 3 and parts[1] == "lines" and parts[2].isdigit() and int(parts[2]) < len(numbers):
        parts[2] = str(numbers[int(parts[2])])
    return "/".join(parts)


def _rename(refusal: Refusal, field: str) -> None:
    refusal.errors = [
        msgspec.structs.replace(error, at=field) if error.at == "/reason" else error
        for error in refusal.errors
    ]


def _detail(
    request: AnyRequest, dispensing: Dispensing, form: dict[str, str], refusal: Refusal | None
) -> Response[bytes]:
    return page(
        request,
        "dispensing/dispensing.html",
        status=200 if refusal is None else refusal.status,
        dispensing=dispensing,
        form=form,
        **words(request),
        **form_errors(refusal),
    )


ROUTES = [list_dispensings, export_dispensings, show_dispensing, take_back, reverse, give_up_rest]
