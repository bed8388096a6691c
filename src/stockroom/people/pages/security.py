"""The security log and the locks, for administrators."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.people.actions.access import clear_locks
from stockroom.people.queries.locks import list_locks
from stockroom.people.rules import EVENT_WORDS
from stockroom.people.web import lock_rules
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import N_, Invalid
from stockroom.platform.exports import Column, Format, export
from stockroom.platform.i18n import gettext as _
from stockroom.platform.lists import Slice, fetch_everything, fetch_list, parse_list
from stockroom.platform.pages import form_errors, is_htmx, page, query_of, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.security import EVENT_LIST, SecurityEvent
from stockroom.platform.web import Needs, StepUp

AnyRequest = Request[Any, Any, State]
READS = [Needs("platform.security.read")]
ROWS = "50"

COLUMNS: list[Column] = [
    (N_("Time (UTC)"), lambda row: row.at),
    (N_("Event"), lambda row: row.event),
    (N_("Times"), lambda row: row.times),
    (N_("Last at (UTC)"), lambda row: row.last_at),
    (N_("User name"), lambda row: row.account),
    (N_("Address"), lambda row: row.address),
    (N_("Page"), lambda row: row.path),
    (N_("Facts"), lambda row: msgspec.json.encode(row.facts).decode()),
    (N_("Request"), lambda row: row.request_id),
]


@get("/security", guards=READS, include_in_schema=False)
async def show_security(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    here = scope_of(request)
    try:
        asked = parse_list(EVENT_LIST, query_of(request, limit=ROWS))
        found = await fetch_list(db, EVENT_LIST, asked, secret=here.secret, viewer=str(here.actor.id))
    except Invalid as refusal:
        return await _page(request, db, [], None, refusal)
    assert isinstance(found, Slice)  # a limit was asked for
    return await _page(request, db, found.items, found.next_cursor, None)


async def _page(
    request: AnyRequest,
    db: Connection,
    events: list[SecurityEvent],
    next_cursor: str | None,
    refusal: Invalid | None,
) -> Response[bytes]:
    context: dict[str, Any] = {
        "events": events,
        "words": {name: _(word) for name, word in EVENT_WORDS.items()},
        "next_cursor": next_cursor,
        **form_errors(refusal),
    }
    if is_htmx(request):
        return page(request, "people/_security_events.html", **context)
    rules = lock_rules(request)
    at = scope_of(request).at
    locks = await list_locks(db, most=rules.most, total=rules.total, lock=rules.lock, at=at)
    status = 200 if refusal is None else refusal.status
    return page(request, "people/security.html", status=status, locks=locks, **context)


@get("/security/export", guards=READS, include_in_schema=False)
async def export_events(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    file_format: Format = "xlsx" if request.query_params.get("format") == "xlsx" else "csv"
    asked = parse_list(EVENT_LIST, query_of(request, leave_out=("format",)))
    return await export("security", await fetch_everything(db, EVENT_LIST, asked), COLUMNS, file_format)


@post(
    "/users/{account_id:uuid}/unlock",
    guards=[Needs("people.account.write"), StepUp()],
    include_in_schema=False,
    status_code=303,
)
async def unlock(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    account_id: FromPath[UUID],
) -> Response[Any]:
    account = await clear_locks(db, account_id=account_id, actor=actor)
    return redirect(request, "/security", flash=_("{name} may sign in again.").format(name=account.name))


ROUTES = [show_security, export_events, unlock]
