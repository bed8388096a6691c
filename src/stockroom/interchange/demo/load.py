"""Filling an empty database with the demo hospital: the same actions that people use, three months of them."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from random import Random

import msgspec

from stockroom.interchange.demo.cast import ACCOUNTS, PASSWORD
from stockroom.interchange.demo.history import DAYS, Story
from stockroom.interchange.demo.setting import lay_setting
from stockroom.people import ALL_PERMISSIONS, sync_builtin_roles
from stockroom.platform.access import system_actor
from stockroom.platform.db import Database

SEED = 20_260_101
Progress = Callable[[float, str], None]
"""Told the part done (0 to 1) and what is under way."""


class DemoAccount(msgspec.Struct, frozen=True):
    """Somebody who can sign in to the demo."""

    username: str
    password: str
    role: str


async def load_demo_hospital(
    database: Database, *, currency: str, at: datetime, progress: Progress
) -> list[DemoAccount]:
    """Everything up to ``at``, a transaction a day; answers who can sign in.

    ``at`` is in the organisation's zone. The database must be empty of the names used here.
    """
    random = Random(SEED)  # noqa: S311  (the same hospital every time)
    actor = system_actor("Demo", ALL_PERMISSIONS)
    start = at - timedelta(days=DAYS)
    progress(0, "people and medicines")
    async with database.transaction() as db:
        await sync_builtin_roles(db)
        setting = await lay_setting(db, random, currency=currency, actor=actor, at=start)
    story = Story(setting, random, currency=currency, today=at.date())
    async with database.transaction() as db:
        await story.open(db, at=start)
    for day in range(DAYS):
        morning = datetime.combine((start + timedelta(days=day + 1)).date(), time(7), tzinfo=at.tzinfo)
        async with database.transaction() as db:
            await story.live_a_day(db, day, morning=min(morning, at - timedelta(hours=14)))
        progress((day + 1) / DAYS, f"day {day + 1} of {DAYS}")
    async with database.transaction() as db:
        await story.end(db)
    return [DemoAccount(username, PASSWORD, role) for username, _, role, _ in ACCOUNTS]
