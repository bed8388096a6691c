"""The ground of receipt tests."""

import pytest

from stockroom.main import make_events
from stockroom.platform.db import Connection
from tests.buying.ground import BuyingGround, lay_buying_ground
from tests.conftest import SignIn


@pytest.fixture
async def ground(db: Connection) -> BuyingGround:
    """Inside the transaction that is rolled back, with the application's subscribers."""
    db.events = make_events()
    return await lay_buying_ground(db)


@pytest.fixture
async def shop(sign_in: SignIn) -> BuyingGround:
    """In the database of the whole application."""
    async with sign_in.database.transaction() as db:
        return await lay_buying_ground(db)
