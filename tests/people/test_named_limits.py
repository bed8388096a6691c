"""Each named limit fires on the routes that it is about (P5)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from stockroom.settings import Settings
from tests.conftest import PASSWORD, Clones, SignIn
from tests.people.conftest import HandClock
from tests.people.factors import application
from tests.people.test_users_pages import form_of
from tests.platform.files.samples import picture


@pytest.fixture
async def limited(clones: Clones, settings: Settings, hand_clock: HandClock) -> AsyncIterator[SignIn]:
    """An application with the limits of a real installation, and a clock that stands still."""
    async with limits_of(settings, clones, hand_clock, login="5/minute", upload="10/minute") as made:
        yield made


@asynccontextmanager
async def limits_of(
    settings: Settings, clones: Clones, clock: HandClock, **limits: str
) -> AsyncIterator[SignIn]:
    wanted = settings.model_copy(update={f"limit_{name}": text for name, text in limits.items()})
    async with application(wanted, clones, clock) as made:
        yield made


def refused(answer: httpx.Response, limit: str) -> bool:
    return answer.status_code == 429 and answer.json()["facts"]["limit"] == limit


async def test_every_way_in_counts_as_a_sign_in(limited: SignIn) -> None:
    visitor = await limited.visitor()
    nobody = {"username": "nobody", "password": "wrong"}
    passkey = {"id": "AA", "client_data": "AA", "authenticator_data": "AA", "signature": "AA"}
    for _ in range(3):
        assert (await visitor.post("/api/auth/login", json=nobody)).status_code == 401
        visitor.cookies.clear()
    for _ in range(2):
        assert (await visitor.post("/api/auth/passkey", json=passkey)).status_code == 401
    for path, body in (("/api/auth/passkey", passkey), ("/api/auth/login", nobody)):
        assert refused(await visitor.post(path, json=body), "login"), path


async def test_the_page_counts_a_passkey_as_a_sign_in(limited: SignIn) -> None:
    visitor = await limited.visitor()
    form = form_of(await visitor.get("/sign-in")) | {"passkey": "{}"}
    answers = [await visitor.post("/sign-in/passkey", data=form) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]


async def test_being_signed_in_gives_no_more_sign_ins(limited: SignIn) -> None:
    client = await limited("ward", username="anna")
    answers = [
        await client.post("/api/auth/login", json={"username": "nobody", "password": PASSWORD})
        for _ in range(5)
    ]
    assert [answer.status_code for answer in answers[:4]] == [401] * 4
    assert refused(answers[4], "login")


async def test_the_eleventh_upload_in_a_minute_is_refused(limited: SignIn, hand_clock: HandClock) -> None:
    client, other = await limited("ward"), await limited("ward")
    for version in range(1, 11):
        sent = await client.put("/api/me/photo", content=picture(), headers={"If-Match": f'"{version}"'})
        assert sent.status_code == 200, sent.text
    more = {"If-Match": '"11"'}
    assert refused(await client.put("/api/me/photo", content=picture(), headers=more), "upload")
    assert (await client.get("/api/me")).json()["version"] == 11
    own = await other.put("/api/me/photo", content=picture(), headers={"If-Match": '"1"'})
    assert own.status_code == 200
    hand_clock.turn(minutes=1, seconds=1)
    assert (await client.put("/api/me/photo", content=picture(), headers=more)).status_code == 200


async def test_pages_are_limited_for_strangers(
    settings: Settings, clones: Clones, hand_clock: HandClock
) -> None:
    async with limits_of(settings, clones, hand_clock, general="4/hour", api="2/hour") as made:
        visitor = await made.visitor()
        pages = [(await visitor.get("/sign-in")).status_code for _ in range(5)]
        assert pages == [200, 200, 200, 200, 429]
        programs = [(await visitor.get("/api/openapi.json")).status_code for _ in range(3)]
        assert programs == [200, 200, 429]


async def test_somebody_signed_in_is_limited_too(
    settings: Settings, clones: Clones, hand_clock: HandClock
) -> None:
    async with limits_of(settings, clones, hand_clock, signed_in="7/minute") as made:
        client, other = await made("ward"), await made("ward")
        answers = [await client.get("/api/auth/me") for _ in range(8)]
        assert [answer.status_code for answer in answers[:7]] == [200] * 7
        assert refused(answers[7], "signed_in")
        assert (await other.get("/api/auth/me")).status_code == 200
