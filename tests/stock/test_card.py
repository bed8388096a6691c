"""The stock card, and stock at a past moment."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from stockroom.platform.access import Actor
from stockroom.platform.cursors import CursorStale
from stockroom.platform.db import Connection
from stockroom.platform.errors import NotFound
from stockroom.platform.lists import fetch_page, parse_list
from stockroom.stock.actions.issue import IssueInput, issue_stock
from stockroom.stock.actions.take import TakeLine
from stockroom.stock.actions.transfer import TransferInput, transfer_stock
from stockroom.stock.errors import DateImpossible
from stockroom.stock.queries import get_document
from stockroom.stock.queries.balances_list import PAST_BALANCES
from stockroom.stock.queries.card_page import CardQuery, StockCard, read_card, read_card_days, read_whole_card
from stockroom.stock.queries.past import PastMomentInvalid, past_moment
from stockroom.stock.queries.product_stock import PAST_PRODUCT_STOCK
from stockroom.stock.queries.scope import stock_scope
from tests.stock.conftest import OpenStock
from tests.stock.ground import Ground

SECRET = b"a secret of thirty-two bytes ...."
DAY = timedelta(days=1)


class Story(msgspec.Struct, frozen=True):
    """Ten tablets in; on the next days 4 to the ward, 1 used there, 2 more to the ward, 3 used in the store."""

    ground: Ground
    batch: UUID


@pytest.fixture
async def story(db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime) -> Story:
    batch = await stock_of(10)

    async def move(quantity: int, days: int) -> None:
        lines = [TakeLine(product_id=ground.tablets, quantity=Decimal(quantity))]
        transfer = TransferInput(from_place_id=ground.store, to_place_id=ground.ward, lines=lines)
        await transfer_stock(db, transfer=transfer, actor=actor, at=at + days * DAY)

    async def use(quantity: int, place: UUID, days: int) -> None:
        lines = [TakeLine(product_id=ground.tablets, quantity=Decimal(quantity))]
        await issue_stock(db, issue=IssueInput(place_id=place, lines=lines), actor=actor, at=at + days * DAY)

    await move(4, 1)
    await use(1, ground.ward, 2)
    await move(2, 3)
    await use(3, ground.store, 4)
    return Story(ground, batch)


async def card_of(db: Connection, actor: Actor, at: datetime, **asked: Any) -> StockCard:
    query = msgspec.structs.replace(CardQuery(), **asked)
    return await read_card(db, query, actor=actor, at=at, secret=SECRET)


def figures(card: StockCard) -> list[tuple[Decimal | None, Decimal | None, Decimal]]:
    return [(row.taken_in, row.given_out, row.balance) for row in card.rows]


STORE = [(10, None, 10), (None, 4, 6), (None, 2, 4), (None, 3, 1)]
EVERYWHERE = [(10, None, 10), (4, 4, 10), (None, 1, 9), (2, 2, 9), (None, 3, 6)]


async def test_runs_in_the_order_of_the_ledger(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    product, store, ward = story.ground.tablets, story.ground.store, story.ground.ward
    for asked, expected in (
        ({"product_id": product, "place_id": store}, STORE),
        ({"batch_id": story.batch, "place_id": store}, STORE),
        ({"product_id": product}, EVERYWHERE),
        ({"batch_id": story.batch}, EVERYWHERE),
        ({"product_id": product, "place_id": ward}, [(4, None, 4), (None, 1, 3), (2, None, 5)]),
    ):
        card = await card_of(db, actor, at, **asked)
        assert figures(card) == expected
        assert (card.opening, card.closing) == (0, expected[-1][2])
        back = await card_of(db, actor, at, sort="-seq", **asked)
        assert figures(back) == expected[::-1]
        assert (back.opening, back.closing) == (card.opening, card.closing)


@pytest.mark.parametrize("sort", ["seq", "-seq"])
async def test_pages_carry_their_balance(
    db: Connection, story: Story, actor: Actor, at: datetime, sort: str
) -> None:
    asked: dict[str, Any] = {"product_id": story.ground.tablets, "sort": sort, "limit": 2}
    pages = [await card_of(db, actor, at, **asked)]
    while pages[-1].has_more:
        pages.append(await card_of(db, actor, at, cursor=pages[-1].next_cursor, **asked))
    rows = [row for page in pages for row in figures(page)]
    assert rows == (EVERYWHERE if sort == "seq" else EVERYWHERE[::-1])
    edges = [(page.opening, page.closing) for page in pages]
    assert edges == ([(0, 10), (10, 9), (9, 6)] if sort == "seq" else [(9, 6), (10, 9), (0, 10)])
    other = asked | {"place_id": story.ground.store, "cursor": pages[0].next_cursor}
    with pytest.raises(CursorStale):
        await card_of(db, actor, at, **other)


async def test_a_period_opens_with_what_there_was_before(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    asked: dict[str, Any] = {
        "product_id": story.ground.tablets,
        "place_id": story.ground.store,
        "first_day": (at + DAY).date(),
        "last_day": (at + 3 * DAY).date(),
    }
    for sort in ("seq", "-seq"):
        card = await card_of(db, actor, at, sort=sort, **asked)
        assert sorted(figures(card), reverse=True, key=lambda row: row[2]) == STORE[1:3]
        assert (card.opening, card.closing) == (10, 4)
    query = msgspec.structs.replace(CardQuery(), **asked)
    opening, rows = await read_whole_card(db, query, actor=actor, at=at)
    assert (opening, [row.balance for row in rows]) == (10, [6, 4])


async def test_the_chart_has_a_point_for_each_day_that_moved(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    query = CardQuery(product_id=story.ground.tablets, place_id=story.ground.store)
    unit, points = await read_card_days(db, query, actor=actor, at=at + 5 * DAY)
    assert unit == "tablet"
    days = [
        ((at + days * DAY).date(), balance) for days, balance in ((0, 10), (1, 6), (3, 4), (4, 1), (5, 1))
    ]
    assert points[0][1] == 0
    assert points[1:] == days


async def test_knows_what_there_was_at_a_past_moment(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    for moment, store, ward, all_of_it in (
        ((at - DAY).isoformat(), None, None, None),
        (str(at.date()), 10, None, 10),
        (str((at + 2 * DAY).date()), 6, 3, 9),
        ((at + 2 * DAY - timedelta(seconds=1)).isoformat(), 6, 4, 10),
        ((at + 2 * DAY).isoformat(), 6, 3, 9),
        (str((at + 9 * DAY).date()), 1, 5, 6),
    ):
        asked = parse_list(PAST_BALANCES, [("at", moment)])
        page = await fetch_page(db, PAST_BALANCES, asked, scope=stock_scope(actor, at, asked))
        found = {row.place_name: row.on_hand for row in page.items}
        assert (found.get("Main"), found.get("Ward")) == (store, ward), moment
        asked = parse_list(PAST_PRODUCT_STOCK, [("at", moment)])
        totals = await fetch_page(db, PAST_PRODUCT_STOCK, asked, scope=stock_scope(actor, at, asked))
        assert [row.on_hand for row in totals.items] == ([] if all_of_it is None else [all_of_it])


async def test_a_card_of_nothing_known_is_refused(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    for asked in (
        {"product_id": story.batch},
        {"batch_id": story.ground.tablets},
        {"product_id": story.ground.gauze, "batch_id": story.batch},
        {"product_id": story.ground.tablets, "place_id": UUID("00000000-0000-7000-8000-000000000001")},
    ):
        with pytest.raises(NotFound):
            await card_of(db, actor, at, **asked)
    with pytest.raises(DateImpossible):
        await card_of(db, actor, at, product_id=story.ground.tablets, last_day=date.max)


async def test_the_document_of_a_row_is_there(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    card = await card_of(db, actor, at, product_id=story.ground.tablets)
    assert [(await get_document(db, row.document_id)).number for row in card.rows] == [
        row.number for row in card.rows
    ]


def moments(at: datetime) -> list[tuple[str, datetime]]:
    end = datetime(2026, 3, 3, tzinfo=at.tzinfo) - timedelta(microseconds=1)
    return [("2026-03-02", end), ("2026-03-02T11:00:00Z", at)]


async def test_reads_a_day_as_its_end_and_a_moment_as_itself(at: datetime) -> None:
    for text, moment in moments(at):
        assert past_moment(text, at) == moment
    for text in ("", "tomorrow", "2026-03-02T11:00:00", "2026-13-01", "02.03.2026"):
        with pytest.raises(PastMomentInvalid):
            past_moment(text, at)
    with pytest.raises(DateImpossible):
        past_moment("9999-12-31", at)
