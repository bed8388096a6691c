"""An application whose clock a test turns by hand, and users on it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from litestar import Litestar

from stockroom.main import create_app
from stockroom.settings import Settings
from tests.conftest import NOON, Clones, SignIn


class HandClock:
    """Stands still until it is turned."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def timed(clones: Clones, settings: Settings, hand_clock: HandClock) -> AsyncIterator[SignIn]:
    """``sign_in`` on an application that lives by ``hand_clock``."""
    app = create_app(settings, clones.make(), clock=hand_clock)
    litestar = app.app
    assert isinstance(litestar, Litestar)
    async with litestar.lifespan():
        made = SignIn(app, litestar.state.database)
        yield made
        await made.close()
