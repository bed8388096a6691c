"""A hospital in the transaction that is rolled back, and one in the database of the whole application."""

from datetime import datetime

import pytest

from stockroom.main import make_events
from stockroom.platform.access import Actor
from stockroom.platform.clock import utc_now
from stockroom.platform.db import Connection
from tests.conftest import WARSAW, SignIn
from tests.insight.ground import Hospital, Story, lay_hospital


@pytest.fixture
async def hospital(db: Connection, actor: Actor, at: datetime) -> Hospital:
    db.events = make_events()
    return await lay_hospital(db, actor, at)


@pytest.fixture
def story(db: Connection, hospital: Hospital, actor: Actor, at: datetime) -> Story:
    return Story(db, hospital, actor, at)


@pytest.fixture
async def busy(sign_in: SignIn, actor: Actor) -> Hospital:
    """With stock that has expired, stock that lasts, a level, and one document of each kind today."""
    now = utc_now().astimezone(WARSAW)
    async with sign_in.database.transaction() as db:
        hospital = await lay_hospital(db, actor, now)
        story = Story(db, hospital, actor, now)
        await story.shelve(20, code="OLD1", days=-3)
        await story.shelve(500, code="NEW1", days=600)
        await story.level(minimum=400, reorder_at=900, maximum=1200)
        await story.receive(100, "0.40", at=now)
        await story.transfer(30, at=now)
        await story.dispense(5, at=now)
    return hospital
