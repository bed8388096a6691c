"""Moments of the past as people write them."""

from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from stockroom.platform.errors import N_, Invalid
from stockroom.platform.fields import impossible_date
from stockroom.stock.errors import DateImpossible


class PastMomentInvalid(Invalid):
    code = "past.moment"
    sentence = N_("Write a day as 2026-01-31, or a moment with its zone as 2026-01-31T12:00+01:00.")
    at = "/at"


def local_midnight(day: date | None, at: datetime, field: str, *, days: int = 0) -> datetime | None:
    """The beginning of a local day, or of the one ``days`` after it."""
    if day is None:
        return None
    if impossible_date(day):
        raise DateImpossible(at=field)
    day += timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=at.tzinfo)


def past_moment(text: str, at: datetime) -> datetime:
    """``2026-01-31`` is the end of that local day, ``2026-01-31T12:00+01:00`` that moment.

    Raises Invalid for anything else and for what lies outside a human's reach.
    """
    try:
        if len(text) == len("2026-01-31"):
            end = local_midnight(msgspec.convert(text, date, strict=False), at, "/at", days=1)
            assert end is not None
            return end - timedelta(microseconds=1)
        found = msgspec.convert(text, Annotated[datetime, Meta(tz=True)], strict=False)
    except msgspec.ValidationError:
        raise PastMomentInvalid from None
    if impossible_date(found.date()):
        raise DateImpossible(at="/at")
    return found
