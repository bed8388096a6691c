"""Levels, and what is low by them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

import msgspec
import pytest

from stockroom.people import NewDepartment, create_department
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import VersionStale
from stockroom.platform.lists import fetch_page, parse_list
from stockroom.stock import LevelInput, set_level
from stockroom.stock.errors import (
    LevelNegative,
    LevelOrder,
    NotYourPlace,
    PlaceUnknown,
    ProductUnknown,
    QuantityTooLarge,
    QuantityTooPrecise,
)
from stockroom.stock.queries.levels import LOW_STOCK, find_level
from stockroom.stock.queries.scope import stock_scope
from tests.stock.conftest import OpenStock
from tests.stock.ground import Ground, written


def level(ground: Ground, minimum: str, reorder_at: str, maximum: str = "", **changes: object) -> LevelInput:
    made = LevelInput(
        product_id=ground.tablets,
        minimum=Decimal(minimum),
        reorder_at=Decimal(reorder_at),
        maximum=Decimal(maximum) if maximum else None,
    )
    return msgspec.structs.replace(made, **changes)


async def low(db: Connection, actor: Actor, at: datetime) -> list[tuple[object, ...]]:
    page = await fetch_page(db, LOW_STOCK, parse_list(LOW_STOCK, []), scope=stock_scope(actor, at))
    return [(row.place_name, row.on_hand, row.available, row.suggested, row.state) for row in page.items]


async def test_counts_only_what_may_be_taken(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    await stock_of(20)
    await stock_of(50, code="OLD", expires_on=date(2026, 3, 1))
    await set_level(db, level=level(ground, "5", "20", "100"), actor=actor)
    assert await low(db, actor, at) == [(None, 70, 20, 80, "reorder")]
    await set_level(db, level=level(ground, "21", "30"), actor=actor)
    assert await low(db, actor, at) == [(None, 70, 20, 10, "below_minimum")]
    await set_level(db, level=level(ground, "5", "19", "100"), actor=actor)
    assert await low(db, actor, at) == []


async def test_a_place_has_its_own_level(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    await stock_of(20)
    await set_level(db, level=level(ground, "1", "2", "8", place_id=ground.ward), actor=actor)
    assert await low(db, actor, at) == [("Ward", 0, 0, 8, "out")]


async def test_the_second_editor_is_told(db: Connection, ground: Ground, actor: Actor) -> None:
    first = await set_level(db, level=level(ground, "1", "2"), version=0, actor=actor)
    with pytest.raises(VersionStale):
        await set_level(db, level=level(ground, "3", "4"), version=0, actor=actor)
    assert await find_level(db, ground.tablets, None) == first
    second = await set_level(db, level=level(ground, "3", "4"), version=1, actor=actor)
    assert (second.version, second.minimum) == (2, 3)


async def test_refuses_a_wrong_level_and_writes_nothing(
    db: Connection, ground: Ground, actor: Actor, at: datetime
) -> None:
    own = await create_department(db, department=NewDepartment(name="Ward"), actor=actor, at=at)
    bound = msgspec.structs.replace(actor, departments=frozenset({own}))
    before = await written(db)
    for given, who, refusal, pointer in (
        (level(ground, "-1", "2"), actor, LevelNegative, "/minimum"),
        (level(ground, "0.5", "2"), actor, QuantityTooPrecise, "/minimum"),
        (level(ground, "1", "1e13"), actor, QuantityTooLarge, "/reorder_at"),
        (level(ground, "3", "2"), actor, LevelOrder, "/reorder_at"),
        (level(ground, "1", "3", "2"), actor, LevelOrder, "/maximum"),
        (level(ground, "1", "2", product_id=uuid4()), actor, ProductUnknown, "/product_id"),
        (level(ground, "1", "2", place_id=uuid4()), actor, PlaceUnknown, "/place_id"),
        (level(ground, "1", "2", place_id=ground.ward), bound, NotYourPlace, "/place_id"),
        (level(ground, "1", "2"), bound, NotYourPlace, "/place_id"),
    ):
        with pytest.raises(refusal) as refused:
            await set_level(db, level=given, actor=who)
        assert refused.value.errors[0].at == pointer
    assert await written(db) == before
    assert await find_level(db, ground.tablets, None) is None
