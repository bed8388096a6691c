"""A ward, a patient, a prescriber and what is on the shelves."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from uuid import UUID

import pytest

from stockroom.main import make_events
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.stock import find_broken_invariants
from tests.conftest import SignIn
from tests.dispensing.ground import DispensingGround, lay_dispensing_ground, put_on_shelf


@pytest.fixture
async def ground(db: Connection, actor: Actor, at: datetime):
    """Inside the transaction that is rolled back; after the test the invariants of stock hold."""
    db.events = make_events()
    yield await lay_dispensing_ground(db, actor, at)
    assert await find_broken_invariants(db) == []


OpenStock = Callable[..., Awaitable[UUID]]


@pytest.fixture
def stock_of(db: Connection, ground: DispensingGround, actor: Actor, at: datetime) -> OpenStock:
    """Put a batch on the shelf of the store: paracetamol unless told otherwise."""

    async def put(
        quantity: int,
        *,
        product: UUID | None = None,
        place: UUID | None = None,
        code: str = "A1",
        expires_on: date | None = date(2027, 1, 31),
    ) -> UUID:
        return await put_on_shelf(
            db, product or ground.stock.tablets, place or ground.stock.store, quantity,
            actor=actor, at=at, code=code, expires_on=expires_on,
        )  # fmt: skip

    return put


@pytest.fixture
async def ward(sign_in: SignIn, actor: Actor, at: datetime) -> DispensingGround:
    """In the database of the whole application, with ten of each medicine in the store."""
    async with sign_in.database.transaction() as db:
        ground = await lay_dispensing_ground(db, actor, at)
        for product in (ground.stock.tablets, ground.amoxicillin, ground.warfarin):
            await put_on_shelf(
                db, product, ground.stock.store, 10, actor=actor, at=at, expires_on=date(2099, 1, 31)
            )
    return ground
