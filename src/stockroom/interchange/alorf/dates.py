"""Dates and times as people typed them. Day first, as the old system's own screens wrote them."""

import calendar
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from stockroom.interchange.alorf.fields import as_text, western_digits

LONGEST = 60
YEARS = range(1880, 2201)
MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name}
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4}|\d{2})")
YEAR_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
NAMED = re.compile(r"(?:(\d{1,2})[\s-]+)?([A-Za-z]{3})[a-z]*\.?,?[\s-]+(\d{4})")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")


class Day(NamedTuple):
    """`code` is "" when plain, "empty" when there was none, else what to report."""

    value: date | None
    code: str = ""


class Moment(NamedTuple):
    """`value` is UTC; `naive` says that the zone was supplied by the reader."""

    value: datetime | None
    code: str = ""
    naive: bool = False


UNREADABLE = Day(None, "date_unreadable")


def read_day(value: object) -> Day:
    """A calendar day; a month alone means its last day, as on a medicine's box."""
    text = western_digits(as_text(value))
    if not text:
        return Day(None, "empty")
    if isinstance(value, bool) or len(text) > LONGEST:
        return UNREADABLE
    return _day(text.split("T")[0].strip()) or _day(text.split()[0]) or UNREADABLE


def read_moment(value: object, zone: ZoneInfo) -> Moment:
    """A moment in UTC; one without a zone is read in `zone`; a bare day is its midnight there."""
    text = western_digits(as_text(value))
    if not text:
        return Moment(None, "empty")
    if len(text) > LONGEST:
        return Moment(None, "date_unreadable")
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _epoch(value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _day_and_time(text, zone)
    return _in_zone(moment, zone)


def _day_and_time(text: str, zone: ZoneInfo) -> Moment:
    head, _, tail = text.partition(" ")
    day = _day(text) or _day(head) or UNREADABLE
    if day.value is None:
        return Moment(None, day.code)
    try:
        at = time.fromisoformat(tail.strip()) if ":" in tail else time()
    except ValueError:
        return Moment(None, "date_unreadable")
    return _in_zone(datetime.combine(day.value, at), zone)._replace(code=day.code)


def _in_zone(moment: datetime, zone: ZoneInfo) -> Moment:
    if moment.year not in YEARS:
        return Moment(None, "date_unreadable")
    naive = moment.tzinfo is None
    return Moment((moment.replace(tzinfo=zone) if naive else moment).astimezone(UTC), naive=naive)


def _epoch(value: int | Decimal) -> Moment:
    seconds = value / 1000 if value > 10**11 else value
    if not 10**8 < seconds < 4 * 10**9:
        return Moment(None, "date_unreadable")
    return Moment(datetime.fromtimestamp(float(seconds), tz=UTC))


def _day(text: str) -> Day | None:
    if match := YEAR_FIRST.fullmatch(text) or COMPACT.fullmatch(text):
        return _checked(*(int(part) for part in match.groups()))
    if match := YEAR_LAST.fullmatch(text):
        first, second, year = (int(part) for part in match.groups())
        return _day_first(first, second, year)
    return _month_only(text)


def _day_first(first: int, second: int, year: int) -> Day:
    if second > 12:
        return _checked(year, first, second)
    day = _checked(year, second, first)
    unclear = day.value is not None and first <= 12 and first != second
    return Day(day.value, "date_ambiguous") if unclear else day


def _month_only(text: str) -> Day | None:
    if match := YEAR_MONTH.fullmatch(text):
        return _last_day(int(match[1]), int(match[2]))
    if match := MONTH_YEAR.fullmatch(text):
        year = int(match[2])
        return _last_day(year + 2000 if year < 100 else year, int(match[1]))
    if (match := NAMED.fullmatch(text)) and (month := MONTHS.get(match[2].casefold())):
        year = int(match[3])
        return _checked(year, month, int(match[1])) if match[1] else _last_day(year, month)
    return None


def _last_day(year: int, month: int) -> Day:
    if year not in YEARS or not 1 <= month <= 12:
        return UNREADABLE
    return Day(date(year, month, calendar.monthrange(year, month)[1]))


def _checked(year: int, month: int, day: int) -> Day:
    try:
        return Day(date(year, month, day)) if year in YEARS else UNREADABLE
    except ValueError:
        return UNREADABLE
