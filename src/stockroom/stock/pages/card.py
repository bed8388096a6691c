"""The stock card as a page, on paper, as a file and as a chart."""

from decimal import Decimal
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import N_
from stockroom.platform.exports import Column, export
from stockroom.platform.fields import convert
from stockroom.platform.i18n import day
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import page
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs
from stockroom.stock.pages.listing import file_format
from stockroom.stock.pages.words import DOCUMENT_KINDS, place_name
from stockroom.stock.queries.card import CardRow
from stockroom.stock.queries.card_page import (
    CardQuery,
    read_card,
    read_card_days,
    read_whole_card,
)
from stockroom.stock.queries.places import list_place_choices

AnyRequest = Request[Any, Any, State]
PRINTED_MOST = 5_000

COLUMNS: list[Column] = [
    (N_("When"), lambda row: row.at),
    (N_("Document"), lambda row: row.number),
    (N_("Kind"), lambda row: _(DOCUMENT_KINDS[row.kind])),
    (N_("From"), lambda row: place_name(row.from_place_name)),
    (N_("To"), lambda row: place_name(row.to_place_name)),
    (N_("Batch"), lambda row: row.batch_code),
    (N_("Expires"), lambda row: row.expires_on),
    (N_("In"), lambda row: row.taken_in),
    (N_("Out"), lambda row: row.given_out),
    (N_("Balance"), lambda row: row.balance),
]


class ChartSeries(msgspec.Struct, frozen=True):
    name: str
    values: list[Decimal]


class Chart(msgspec.Struct, frozen=True):
    """What the shell's charts draw: one value a day."""

    kind: str
    unit: str
    x: list[str]
    series: list[ChartSeries]


def _asked(request: AnyRequest, **changes: Any) -> CardQuery:
    """What the address asks; an empty field of the form is no wish. Raises Invalid."""
    given = {name: value for name, value in request.query_params.items() if value and name != "format"}
    return convert(given | changes, CardQuery, strict=False)


@get("/stock/card", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def show_card(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    """The end of the ledger first: the last movements, in the ledger's order; earlier ones a page back."""
    here = scope_of(request)
    asked = _asked(request, sort="-seq")
    card = await read_card(db, asked, actor=actor, at=here.at, secret=here.secret)
    return page(
        request,
        "stock/card.html",
        card=card,
        rows=card.rows[::-1],
        asked=asked,
        places=await list_place_choices(db, actor),
        kinds=DOCUMENT_KINDS,
        place_name=place_name,
    )


@get("/stock/card/print", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def print_card(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    """The whole period on one page, as it is printed; its last movements where there are very many."""
    here = scope_of(request)
    asked = msgspec.structs.replace(_asked(request, cursor=None, sort="-seq"), limit=PRINTED_MOST)
    card = await read_card(db, asked, actor=actor, at=here.at, secret=here.secret)
    return page(
        request,
        "stock/card_print.html",
        card=card,
        rows=card.rows[::-1],
        asked=asked,
        places=await list_place_choices(db, actor),
        kinds=DOCUMENT_KINDS,
        place_name=place_name,
        at=here.at,
    )


@get("/stock/card/export", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def export_card(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    asked = _asked(request, cursor=None, sort="seq")
    opening, rows = await read_whole_card(db, asked, actor=actor, at=scope_of(request).at)
    first: list[tuple[str, Any]] = [(_("Opening balance"), opening)]
    columns = [(title, _reader(title, read)) for title, read in COLUMNS]
    return await export("stock-card", [*first, *rows], columns, file_format(request))


def _reader(title: str, read: Any) -> Any:
    """The opening row has a name and a balance, and nothing else."""

    def cell(row: CardRow | tuple[str, Decimal]) -> Any:
        if isinstance(row, CardRow):
            return read(row)
        return {"Document": row[0], "Balance": row[1]}.get(title)

    return cell


@get("/stock/card/chart", guards=[Needs("stock.balance.read")], include_in_schema=False)
async def show_chart(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Chart:
    here = scope_of(request)
    asked = _asked(request, cursor=None)
    unit, points = await read_card_days(db, asked, actor=actor, at=here.at)
    balance = ChartSeries(_("Balance"), [value for _day, value in points])
    return Chart(kind="step", unit=unit, x=[day(on) for on, _value in points], series=[balance])


ROUTES = [show_card, print_card, export_card, show_chart]
