"""The trends as charts: JSON for `data-chart`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency
from msgspec import Meta

from stockroom.insight import rules
from stockroom.insight.queries.activity import TrendPoint
from stockroom.insight.reading import AnyRequest, reader_for
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import NotFound
from stockroom.platform.fields import StructInput, convert
from stockroom.platform.i18n import NBSP, day
from stockroom.platform.i18n import gettext as _
from stockroom.platform.problems import Answer
from stockroom.platform.web import Needs


class DispensedQuery(StructInput, frozen=True, kw_only=True):
    days: Annotated[int, Meta(ge=7, le=366)] = rules.TREND_DAYS


class ReceivedQuery(StructInput, frozen=True, kw_only=True):
    weeks: Annotated[int, Meta(ge=4, le=104)] = rules.TREND_WEEKS


class Series(msgspec.Struct, frozen=True):
    name: str
    values: Sequence[int | Decimal]


class Chart(msgspec.Struct, frozen=True):
    """What `data-chart` draws; the same numbers stand in the table behind it."""

    kind: str
    x: list[str]
    series: list[Series]
    unit: str
    decimals: int


@get("/insight/trend/dispensed", guards=[Needs("dispensing.dispensing.read")], include_in_schema=False)
async def dispensed(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Answer[Chart]:
    """Lines a day."""
    asked = convert(dict(request.query_params), DispensedQuery, strict=False)
    reader = reader_for(request, db, actor)
    if not reader.dispensing:
        raise NotFound
    points = await reader.dispensed(asked.days)
    series = Series(_("Lines dispensed"), [point.lines for point in points])
    return Answer(Chart("bar", _days(points), [series], "", 0))


@get("/insight/trend/received", guards=[Needs("buying.receipt.read")], include_in_schema=False)
async def received(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Answer[Chart]:
    """Value a week, or lines for people who may not see prices."""
    asked = convert(dict(request.query_params), ReceivedQuery, strict=False)
    reader = reader_for(request, db, actor)
    points = await reader.received(asked.weeks)
    if reader.prices:
        series = Series(_("Received"), [point.value or Decimal(0) for point in points])
        return Answer(Chart("bar", _days(points), [series], reader.currency, 2))
    return Answer(
        Chart("bar", _days(points), [Series(_("Lines received"), [point.lines for point in points])], "", 0)
    )


def _days(points: Sequence[TrendPoint]) -> list[str]:
    """Without the year: `21 Nov`."""
    return [day(point.day).rpartition(NBSP)[0] for point in points]


ROUTES = [dispensed, received]
