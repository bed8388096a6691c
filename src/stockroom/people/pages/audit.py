"""The audit trail in the browser: who did what, when, and what it changed (P11)."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency

from stockroom.people.actions.audit import note_audit_read
from stockroom.people.audit_words import Wording
from stockroom.people.web import settings_of
from stockroom.platform.audit import AUDIT_LIST, AuditEntry
from stockroom.platform.db import Connection
from stockroom.platform.errors import N_, FieldError, Invalid
from stockroom.platform.exports import Column, Format, export
from stockroom.platform.fields import MESSAGES, impossible_date
from stockroom.platform.lists import ListRequest, Slice, fetch_everything, fetch_list, parse_list
from stockroom.platform.pages import form_errors, is_htmx, page, query_of
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs, StepUp

AnyRequest = Request[Any, Any, State]
READS = [Needs("platform.audit.read")]
ROWS = "50"


def _json(value: Any) -> str:
    return "" if value is None else msgspec.json.encode(value).decode()


COLUMNS: list[Column] = [
    (N_("Number"), lambda row: row.seq),
    (N_("Time (UTC)"), lambda row: row.at),
    (N_("Who"), lambda row: row.actor_name),
    (N_("Action"), lambda row: row.action),
    (N_("Kind"), lambda row: row.entity),
    (N_("Id"), lambda row: row.entity_id),
    (N_("Before"), lambda row: _json(row.before)),
    (N_("After"), lambda row: _json(row.after)),
    (N_("Reason"), lambda row: row.reason),
    (N_("Request"), lambda row: row.request_id),
]


@get("/audit", guards=READS, include_in_schema=False)
async def list_audit(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    here = scope_of(request)
    try:
        asked = _asked(request, limit=ROWS)
        found = await fetch_list(db, AUDIT_LIST, asked, secret=here.secret, viewer=str(here.actor.id))
    except Invalid as refusal:
        return _page(request, [], None, refusal)
    assert isinstance(found, Slice)  # a limit was asked for
    await note_audit_read(db, found.items, where="/audit", actor=here.actor)
    return _page(request, found.items, found.next_cursor, None)


def _page(
    request: AnyRequest, entries: list[AuditEntry], next_cursor: str | None, refusal: Invalid | None
) -> Response[bytes]:
    wording = Wording(request.app.state.audit_words, scope_of(request).actor, settings_of(request).zone)
    return page(
        request,
        "people/_audit.html" if is_htmx(request) else "people/audit.html",
        status=200 if refusal is None else refusal.status,
        rows=[wording.entry(entry) for entry in entries],
        kinds=sorted(
            (
                {"value": entity, "label": wording.thing(entity)}
                for entity in {*wording.words.things, request.query_params.get("entity", "")} - {""}
            ),
            key=lambda kind: kind["label"],
        ),
        next_cursor=next_cursor,
        **form_errors(refusal),
    )


@get("/audit/export", guards=[*READS, StepUp()], include_in_schema=False)
async def export_audit(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    file_format: Format = "xlsx" if request.query_params.get("format") == "xlsx" else "csv"
    rows = await fetch_everything(db, AUDIT_LIST, _asked(request))
    await note_audit_read(db, rows, where="/audit/export", actor=scope_of(request).actor)
    return await export("audit", rows, COLUMNS, file_format)


def _asked(request: AnyRequest, **defaults: str) -> ListRequest:
    """The days ``from`` and ``to`` of the page are moments in the list: both days are meant whole."""
    zone = settings_of(request).zone
    given = query_of(request, leave_out=("format", "from", "to"), **defaults)
    first, last = _day(request, "from"), _day(request, "to")
    if first is not None:
        given.append(("since", _midnight(first, zone).isoformat()))
    if last is not None:
        given.append(("until", _midnight(last + timedelta(days=1), zone).isoformat()))
    return parse_list(AUDIT_LIST, given)


def _day(request: AnyRequest, name: str) -> date | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or impossible_date(found):
        raise Invalid(errors=[FieldError(f"/{name}", "field.date", MESSAGES["field.date"])])
    return found


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


ROUTES = [list_audit, export_audit]
