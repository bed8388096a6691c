"""What pages and API share: the queries, with what this request's person and settings say."""

from typing import Any

from litestar import Request
from litestar.datastructures import State

from stockroom.catalog import parse_gs1
from stockroom.dispensing import note_patients_shown
from stockroom.insight import rules
from stockroom.insight.queries.dashboard import Reader
from stockroom.insight.queries.search import Found, find_everything
from stockroom.insight.queries.verify import ON_REQUEST_WITHIN, VerifyReport, broken_in, verify_everything
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.scope import scope_of
from stockroom.settings import Settings

AnyRequest = Request[Any, Any, State]
MOST_FOUND = 8


def settings_of(request: AnyRequest) -> Settings:
    return request.app.state.settings


async def verified(request: AnyRequest) -> VerifyReport:
    """Everything checked for somebody who waits; what is broken is told to the security log as well."""
    anchors = settings_of(request).audit_anchor_file
    db = scope_of(request).db
    async with savepoint(db):
        report = await verify_everything(db, anchors=anchors, within=ON_REQUEST_WITHIN)
    if broken := broken_in(report):
        scope_of(request).note("audit.broken", broken=broken)
    return report


def reader_for(request: AnyRequest, db: Connection, actor: Actor) -> Reader:
    settings = settings_of(request)
    return Reader(
        db,
        actor,
        at=scope_of(request).at,
        within_days=settings.expiry_warning_days,
        currency=settings.currency,
        dispensing=settings.has_module("dispensing"),
    )


async def search_for(request: AnyRequest, db: Connection, actor: Actor, q: str) -> list[Found]:
    """At most eight of each kind. A scanned GS1 code means its product and its batch.

    That patients were found is noted.
    """
    settings = settings_of(request)
    scanned = parse_gs1(q)
    found = await find_everything(
        db,
        q,
        kinds=rules.searched_kinds(actor, dispensing=settings.has_module("dispensing")),
        barcode=scanned.gtin if scanned else q.strip(),
        batch=scanned.batch if scanned else "",
        departments=actor.department_list(),
        zone=settings.timezone,
        most=MOST_FOUND,
    )
    patients = [one.id for one in found if one.kind == "patient"]
    await note_patients_shown(db, patients=patients, where=request.url.path, actor=actor)
    return found
