"""A stock card as it was asked for: of what, which stretch of it, and where to go on."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from stockroom.platform.access import Actor
from stockroom.platform.cursors import decode_cursor, encode_cursor
from stockroom.platform.db import Connection, fetch_one, fetch_values
from stockroom.platform.errors import N_, NotFound, field_invalid
from stockroom.platform.fields import StructInput
from stockroom.platform.lists import TooManyRows
from stockroom.stock.queries.batches import get_batch
from stockroom.stock.queries.card import (
    CardOf,
    CardRow,
    get_closing,
    get_opening,
    list_card_rows,
    list_day_changes,
)
from stockroom.stock.queries.past import local_midnight

PRODUCT = """
select
    pr.id, pr.code, pr.name, pr.unit, pr.precision, t.id as batch_id, t.code as batch_code, t.expires_on
from catalog.product pr
left join stock.batch t on t.id = %(batch_id)s and t.product_id = pr.id
where pr.id = %(product_id)s
"""

PLACES_INSIDE = """
select p.id
from stock.place p
where not p.outside and (%(place_id)s::uuid is null or p.id = %(place_id)s)
    and (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))
order by p.id
"""

CHART_DAYS = 180


class CardQuery(StructInput, frozen=True, kw_only=True):
    """A card of a product or one batch, at one place or all; ``from`` and ``to`` are inclusive days."""

    product_id: UUID | None = None
    batch_id: UUID | None = None
    place_id: UUID | None = None
    first_day: date | None = msgspec.field(default=None, name="from")
    last_day: date | None = msgspec.field(default=None, name="to")
    sort: Literal["seq", "-seq"] = "seq"
    limit: Annotated[int, Meta(ge=1, le=100)] = 50
    cursor: str | None = None


class CardSubject(msgspec.Struct, frozen=True):
    """The product of a card, and its batch where the card is of one."""

    id: UUID
    code: str
    name: str
    unit: str
    precision: int
    batch_id: UUID | None
    batch_code: str | None
    expires_on: date | None


class StockCard(msgspec.Struct, frozen=True):
    """A stretch of a card, its rows in the order asked for, quantities in base units.

    ``opening`` is the balance before the earliest row shown, ``closing`` the one after the latest.
    """

    product: CardSubject
    place_id: UUID | None
    opening: Decimal
    closing: Decimal
    rows: list[CardRow]
    has_more: bool
    next_cursor: str | None


async def read_card(
    db: Connection, asked: CardQuery, *, actor: Actor, at: datetime, secret: bytes
) -> StockCard:
    """Raises NotFound, and Invalid for a card of nothing, an impossible day or a cursor of another card.

    A page after the first carries its starting balance in the cursor, so that it costs no more than its rows.
    """
    subject, card = await open_card(db, asked, actor=actor, at=at)
    backward = asked.sort == "-seq"
    bound_to = _bound_to(asked, actor)
    if asked.cursor:
        after, text = decode_cursor(secret, bound_to, asked.cursor)
        start = Decimal(text)
    else:
        after, start = None, await (get_closing(db, card) if backward else get_opening(db, card))
    found = await list_card_rows(db, card, start=start, after=after, limit=asked.limit + 1, backward=backward)
    rows, has_more = found[: asked.limit], len(found) > asked.limit
    end = start if not rows else rows[-1].before if backward else rows[-1].balance
    return StockCard(
        product=subject,
        place_id=asked.place_id,
        opening=end if backward else start,
        closing=start if backward else end,
        rows=rows,
        has_more=has_more,
        next_cursor=encode_cursor(secret, bound_to, [rows[-1].seq, str(end)]) if has_more else None,
    )


async def read_whole_card(
    db: Connection, asked: CardQuery, *, actor: Actor, at: datetime, most: int = 100_000
) -> tuple[Decimal, list[CardRow]]:
    """The opening balance and every row of the period, for exports.

    Raises TooManyRows rather than leave some out, and as read_card.
    """
    _, card = await open_card(db, asked, actor=actor, at=at)
    opening = await get_opening(db, card)
    rows = await list_card_rows(db, card, start=opening, after=None, limit=most + 1, backward=False)
    if len(rows) > most:
        raise TooManyRows(most=most)
    return opening, rows


async def read_card_days(
    db: Connection, asked: CardQuery, *, actor: Actor, at: datetime
) -> tuple[str, list[tuple[date, Decimal]]]:
    """The unit, and the balance at the end of each local day on which it moved, half a year unless a period
    is given; the first point is the balance before. Raises as read_card.
    """
    subject, card = await open_card(db, asked, actor=actor, at=at)
    since = card.since or (card.until or at) - timedelta(days=CHART_DAYS)
    changes = await list_day_changes(db, card, since=since, zone=str(at.tzinfo))
    balance = await get_closing(db, card) - sum((item.change for item in changes), Decimal(0))
    points = [(since.date(), balance)]
    for item in changes:
        balance += item.change
        points.append((item.day, balance))
    last = min(card.until - timedelta(days=1), at) if card.until else at
    if points[-1][0] < last.date():
        points.append((last.date(), balance))
    return subject.unit, points


async def open_card(
    db: Connection, asked: CardQuery, *, actor: Actor, at: datetime
) -> tuple[CardSubject, CardOf]:
    """What the card is of. Raises NotFound, and Invalid where it is of nothing or of an impossible day."""
    product_id = asked.product_id
    if asked.batch_id is not None:
        batch = await get_batch(db, asked.batch_id, actor=actor)
        product_id = product_id or batch.product_id
    if product_id is None:
        raise field_invalid("/product_id", "card.of_what", N_("Say which product or batch the card is of."))
    subject = await fetch_one(
        db, PRODUCT, {"product_id": product_id, "batch_id": asked.batch_id}, CardSubject
    )
    params = {"place_id": asked.place_id, "departments": actor.department_list()}
    places = await fetch_values(db, PLACES_INSIDE, params)
    if subject is None or subject.batch_id != asked.batch_id or (asked.place_id and not places):
        raise NotFound
    return subject, CardOf(
        product_id=product_id,
        batch_id=asked.batch_id,
        places=places,
        since=local_midnight(asked.first_day, at, "/from"),
        until=local_midnight(asked.last_day, at, "/to", days=1),
    )


def _bound_to(asked: CardQuery, actor: Actor) -> str:
    of = [asked.product_id, asked.batch_id, asked.place_id, asked.first_day, asked.last_day, asked.sort]
    return msgspec.json.encode(["card", actor.id, *of]).decode()
