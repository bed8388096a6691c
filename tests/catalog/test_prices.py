"""Prices: history, future days, corrections."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from stockroom.catalog import PriceInput, list_current_prices, set_price
from stockroom.catalog.errors import CurrencyMissing, PriceDateImpossible
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import Invalid, NotFound, Refusal
from stockroom.platform.ids import new_id
from tests.catalog.conftest import MakeProduct
from tests.catalog.ground import written


def price(amount: str, **changes: Any) -> PriceInput:
    facts: dict[str, Any] = {"kind": "purchase", "amount": Decimal(amount), "currency": "PLN"}
    return PriceInput(**{**facts, **changes})


async def test_a_price_of_a_future_day_becomes_valid_then(
    db: Connection, make_product: MakeProduct, actor: Actor, at: datetime
) -> None:
    product_id = await make_product()
    today, later = at.date(), at.date() + timedelta(days=10)
    for given in (
        price("0.50"),
        price("0.60", valid_from=later),
        price("0.10", valid_from=date(2025, 1, 1)),
        price("2", kind="sale"),
        price("0.15", currency="EUR"),
    ):
        await set_price(db, product_id=product_id, price=given, actor=actor, at=at)

    async def on(day: date) -> dict[tuple[str, str], Decimal]:
        found = await list_current_prices(db, product_id, on=day)
        return {(one.kind, one.currency): one.amount for one in found}

    assert await on(date(2024, 12, 31)) == {}
    assert await on(today - timedelta(days=1)) == {("purchase", "PLN"): Decimal("0.1")}
    now = {
        ("purchase", "PLN"): Decimal("0.5"),
        ("purchase", "EUR"): Decimal("0.15"),
        ("sale", "PLN"): Decimal(2),
    }
    assert await on(today) == now
    assert await on(later) == {**now, ("purchase", "PLN"): Decimal("0.6")}


async def test_the_same_day_again_corrects_and_the_trail_tells_both(
    db: Connection, make_product: MakeProduct, actor: Actor, at: datetime
) -> None:
    product_id = await make_product()
    first = await set_price(db, product_id=product_id, price=price("0.50"), actor=actor, at=at)
    second = await set_price(db, product_id=product_id, price=price("0.55"), actor=actor, at=at)
    assert (second.id, second.amount) == (first.id, Decimal("0.55"))
    entry = db.pending_audit[-1]
    assert (entry.action, entry.before.amount, entry.after.amount) == (
        "catalog.price.set",
        Decimal("0.5"),
        Decimal("0.55"),
    )


@pytest.mark.parametrize(
    ("given", "refusal", "at_field"),
    [
        (price("-1"), Invalid, "/amount"),
        (price("0.00001"), Invalid, "/amount"),
        (price("NaN"), Invalid, "/amount"),
        (price("1", currency=""), CurrencyMissing, "/currency"),
        (price("1", valid_from=date(1200, 1, 1)), PriceDateImpossible, "/valid_from"),
    ],
)
async def test_refuses_and_writes_nothing(
    db: Connection,
    make_product: MakeProduct,
    actor: Actor,
    at: datetime,
    given: PriceInput,
    refusal: type[Refusal],
    at_field: str,
) -> None:
    product_id = await make_product()
    before = await written(db)
    with pytest.raises(refusal) as refused:
        await set_price(db, product_id=product_id, price=given, actor=actor, at=at)
    assert [error.at for error in refused.value.errors] == [at_field]
    with pytest.raises(NotFound):
        await set_price(db, product_id=new_id(), price=price("1"), actor=actor, at=at)
    assert await written(db) == before
