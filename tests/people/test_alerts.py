"""Administrators are told at once of what cannot wait: one mail an hour for each kind, and a notice on their home."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest

from stockroom.people.actions.alerts import alert_administrators
from stockroom.platform.db import Database, fetch_value, fetch_values
from stockroom.settings import Settings
from tests.conftest import Clones, SignIn
from tests.people.conftest import HandClock
from tests.people.factors import application
from tests.people.post import mail_of

GUESSING = "Ktoś zgaduje hasła: z jednego adresu przyszło wiele błędnych."


@pytest.fixture
async def alarmed(settings: Settings, clones: Clones, hand_clock: HandClock) -> AsyncIterator[SignIn]:
    """Three wrong passwords from an address are many, and five in a row close an account."""
    strict = settings.model_copy(update={"limit_alarm": "3/hour", "lock_failures": 1000, "lock_total": 5})
    async with application(strict, clones, hand_clock) as made:
        yield made


async def administrator(sign_in: SignIn, username: str = "boss") -> httpx.AsyncClient:
    """With an address, who reads Polish."""
    client = await sign_in("admin", username=username)
    me = {"name": "Boss", "email": f"{username}@b.example"}
    assert (await client.put("/api/me", json=me, headers={"If-Match": '"1"'})).status_code == 200
    await client.put("/api/me/language", json={"language": "pl"})
    return client


async def guess(sign_in: SignIn, times: int, username: str = "anna") -> None:
    visitor = await sign_in.visitor()
    for _ in range(times):
        await visitor.post("/api/auth/login", json={"username": username, "password": "Wrong-1-guess"})


async def told(sign_in: SignIn) -> list[tuple[str, str]]:
    return [(message.recipient, message.text.splitlines()[2]) for message in await mail_of(sign_in)]


async def alerts(sign_in: SignIn) -> list[str]:
    async with sign_in.database.connection() as db:
        return await fetch_values(
            db, "select event from platform.security_event where event like 'alert.%%' order by at, id"
        )


async def test_guessing_is_told_to_every_administrator_once_an_hour(
    alarmed: SignIn, hand_clock: HandClock
) -> None:
    for name in ("boss", "chief"):
        await administrator(alarmed, name)
    await alarmed("admin", username="mute")
    await alarmed("pharmacist", username="anna")
    await guess(alarmed, 3, "nobody")
    assert (await told(alarmed), await alerts(alarmed)) == ([], [])
    await guess(alarmed, 4, "other")
    assert sorted(await told(alarmed)) == [("boss@b.example", GUESSING), ("chief@b.example", GUESSING)]
    hand_clock.turn(minutes=61)
    await guess(alarmed, 5, "another")
    assert len([one for one in await told(alarmed) if one[1] == GUESSING]) == 4


async def test_the_hard_cap_is_told_for_somebody_and_for_nobody_alike(alarmed: SignIn) -> None:
    await administrator(alarmed)
    await alarmed("pharmacist", username="anna")
    await guess(alarmed, 5, "nobody")
    before = set(await alerts(alarmed))
    assert "alert.hard_cap" not in before
    await guess(alarmed, 3, "nobody")
    await guess(alarmed, 8, "anna")
    assert (await alerts(alarmed)).count("alert.hard_cap") == 2
    assert (
        len([words for _, words in await told(alarmed) if words.startswith("Konto zostało zamknięte")]) == 1
    )


async def test_many_workers_send_one(database: Database, at: datetime) -> None:
    async def alert() -> bool:
        async with database.transaction() as db:
            return await alert_administrators(db, "audit.broken", at=at)

    answers = await asyncio.gather(*(alert() for _ in range(8)))
    assert sorted(answers) == [False] * 7 + [True]
    async with database.transaction() as db:
        assert await alert_administrators(db, "alert.brute_force", at=at)
        assert await alert_administrators(db, "audit.broken", at=at + timedelta(minutes=61))


async def test_what_is_rolled_back_is_told_later(database: Database, at: datetime) -> None:
    async def fails() -> None:
        async with database.transaction() as db:
            await alert_administrators(db, "audit.broken", at=at)
            raise RuntimeError("away")

    with pytest.raises(RuntimeError, match="away"):
        await fails()
    async with database.transaction() as db:
        assert await alert_administrators(db, "audit.broken", at=at)
        assert await fetch_value(db, "select count(*) from platform.outbox") == 0


async def test_an_administrator_sees_it_at_home_for_a_day(alarmed: SignIn, hand_clock: HandClock) -> None:
    admin, pharmacist = await administrator(alarmed), await alarmed("pharmacist")
    assert GUESSING not in (await admin.get("/")).text
    await guess(alarmed, 4)
    page = (await admin.get("/")).text
    assert GUESSING in page
    assert 'href="/security?event=alert.brute_force"' in page
    assert (await admin.get("/security?event=alert.brute_force")).status_code == 200
    assert "/security?event=" not in (await pharmacist.get("/")).text
    hand_clock.turn(hours=24, seconds=1)
    again = await administrator(alarmed, "again")
    assert GUESSING not in (await again.get("/")).text
