"""A small stock: two places, two medicines."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.stock.actions.adjust import AdjustmentInput, AdjustmentLine, open_stock
from stockroom.stock.queries import find_broken_invariants
from tests.conftest import SignIn
from tests.stock.ground import Ground, lay_ground
from tests.stock.shop import Shop, lay_shop


@pytest.fixture
async def ground(db: Connection) -> Ground:
    return await lay_ground(db)


OpenStock = Callable[..., Awaitable[UUID]]


@pytest.fixture
def stock_of(db: Connection, ground: Ground, actor: Actor, at: datetime) -> OpenStock:
    """Put a batch on the shelf; answers its id."""

    async def put(
        quantity: int | str,
        *,
        code: str = "A1",
        expires_on: date | None = date(2027, 1, 31),
        product: UUID | None = None,
        place: UUID | None = None,
    ) -> UUID:
        line = AdjustmentLine(
            product_id=product or ground.tablets,
            quantity=Decimal(quantity),
            batch_code=code,
            expires_on=expires_on,
        )
        opening = AdjustmentInput(place_id=place or ground.store, reason="opening", lines=[line])
        await open_stock(db, opening=opening, actor=actor, at=at)
        cursor = await db.execute(
            "select id from stock.batch where product_id = %s and code = %s", [line.product_id, code]
        )
        row = await cursor.fetchone()
        assert row is not None
        return row[0]

    return put


@pytest.fixture
async def sound(db: Connection) -> AsyncIterator[None]:
    yield
    assert await find_broken_invariants(db) == []


@pytest.fixture(autouse=True)
def always_sound(request: pytest.FixtureRequest) -> None:
    """After every stock test on the shared connection the invariants hold."""
    if "db" in request.fixturenames:
        request.getfixturevalue("sound")


@pytest.fixture
async def shop(sign_in: SignIn) -> AsyncIterator[Shop]:
    """The application over a small stock; the invariants hold at the end."""
    made = await lay_shop(sign_in)
    yield made
    async with sign_in.database.connection() as db:
        assert await find_broken_invariants(db) == []
