"""Home: what waits for this person, today's numbers, one trend; each row leads to where it is dealt with."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from stockroom.insight import rules
from stockroom.insight.pages.setup import setup_steps
from stockroom.insight.pages.waiting import waiting_rows
from stockroom.insight.pages.words import DOCUMENT_KINDS, LOW_STATES
from stockroom.insight.queries.activity import LastDocument
from stockroom.insight.queries.dashboard import Today, TodayNumbers
from stockroom.insight.queries.oversight import SystemCounts, list_department_names
from stockroom.insight.reading import AnyRequest, reader_for, settings_of
from stockroom.people import ALERT_WORDS
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.i18n import gettext as _
from stockroom.platform.i18n import number
from stockroom.platform.pages import page
from stockroom.platform.scope import scope_of
from stockroom.platform.security import list_fresh
from stockroom.platform.web import Needs


class Figure(msgspec.Struct, frozen=True):
    """A number with its label, and under it what it is usually."""

    label: str
    value: str
    note: str = ""


class Alert(msgspec.Struct, frozen=True):
    """What cannot wait, with the event that tells it in the security log."""

    event: str
    words: str
    at: datetime


ALERTS_SHOWN = timedelta(hours=24)


@get("/", guards=[Needs("")], include_in_schema=False)
async def show_home(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    settings = settings_of(request)
    found = await reader_for(request, db, actor).read()
    departments = actor.department_list()
    return page(
        request,
        "insight/home.html",
        found=found,
        alerts=await _alerts(request, db, actor),
        actions=rules.primary_actions(actor, dispensing=settings.has_module("dispensing")),
        places=[] if departments is None else await list_department_names(db, departments),
        waiting=waiting_rows(found),
        figures=[] if found.today is None else _today(found.today),
        counts=[] if found.counts is None else _counts(found.counts),
        steps=setup_steps(found.setup, actor, settings.organisation),
        kinds=DOCUMENT_KINDS,
        states=LOW_STATES,
        url_of=partial(_document_url, actor),
        prices=actor.may("catalog.price.read"),
    )


async def _alerts(request: AnyRequest, db: Connection, actor: Actor) -> list[Alert]:
    if not actor.may("platform.security.read"):
        return []
    fresh = await list_fresh(db, list(ALERT_WORDS), since=scope_of(request).at - ALERTS_SHOWN)
    return [Alert(alert.event, _(ALERT_WORDS[alert.event]), alert.at) for alert in fresh]


def _document_url(actor: Actor, document: LastDocument) -> str:
    return rules.document_url(document.kind, document.id, actor)


def _today(today: TodayNumbers) -> list[Figure]:
    numbers: list[tuple[str, Today | None]] = [
        (_("Dispensings"), today.dispensings),
        (_("Lines dispensed"), today.lines),
        (_("Goods receipts"), today.receipts),
        (_("Transfers"), today.transfers),
    ]
    return [Figure(label, number(one.today), _usual(one)) for label, one in numbers if one is not None]


def _usual(one: Today) -> str:
    if one.usual is None:
        return _("nothing to compare with yet")
    return _("usually %(average)s by now") % {"average": number(one.usual)}


def _counts(counts: SystemCounts) -> list[Figure]:
    return [
        Figure(_("Users"), number(counts.users)),
        Figure(_("Products"), number(counts.products)),
        Figure(_("Documents"), number(counts.documents)),
        Figure(_("Audit entries"), number(counts.audit_entries)),
    ]


ROUTES = [show_home]
