"""What every list of stock is asked with: whose places, which day, whether prices, and a past moment."""

from datetime import datetime
from typing import Any, Literal

from stockroom.platform.access import Actor
from stockroom.platform.lists import Filter, ListRequest
from stockroom.stock.queries.past import past_moment

Status = Literal["available", "on_hold", "recalled"]
AT = Filter(
    "true",
    str,
    "The end of that day (2026-01-31) or that moment (2026-01-31T12:00+01:00): what the movements"
    " up to it come to.",
)


def stock_scope(actor: Actor, now: datetime, asked: ListRequest | None = None) -> dict[str, Any]:
    """What fills the lists of stock: whose places, which day it is, whether prices may be seen, and what was
    asked of place and past moment. Raises PastMomentInvalid, DateImpossible.
    """
    filters = {} if asked is None else asked.filters
    past: str | None = filters.get("at")
    return {
        "departments": actor.department_list(),
        "today": now.date(),
        "prices": actor.may("catalog.price.read"),
        "place": filters.get("place_id"),
        "at": None if past is None else past_moment(past, now),
    }
