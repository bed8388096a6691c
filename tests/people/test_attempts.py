"""Guessing passwords: limits, locks, and what neither tells (P5, P6)."""

from collections.abc import AsyncIterator

import anyio
import httpx
import pytest
from litestar import Litestar

from stockroom.main import create_app
from stockroom.platform.db import fetch_value, fetch_values
from stockroom.settings import Settings
from tests.conftest import PASSWORD, Clones, SignIn
from tests.people.conftest import HandClock

HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"
WRONG = "Wr0ng&password"


@pytest.fixture
async def guarded(clones: Clones, settings: Settings, hand_clock: HandClock) -> AsyncIterator[SignIn]:
    """An application with the limits of a real installation, and a hand-turned clock."""
    plain = {
        "lock_failures": 5,
        "lock_total": 100,
        "limit_login": "5/minute",
        "limit_api": "100/hour",
        "limit_general": "200/hour",
        "limit_alarm": "20/10 minutes",
    }
    app = create_app(settings.model_copy(update=plain), clones.make(), clock=hand_clock)
    litestar = app.app
    assert isinstance(litestar, Litestar)
    async with litestar.lifespan():
        made = SignIn(app, litestar.state.database)
        yield made
        await made.close()


def caller(ground: SignIn, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=ground.app, client=(address, 40_000))
    return httpx.AsyncClient(transport=transport, base_url="http://stockroom.test")


async def attempt(client: httpx.AsyncClient, password: str = WRONG, login: str = "anna") -> httpx.Response:
    client.cookies.clear()
    return await client.post("/api/auth/login", json={"username": login, "password": password})


async def codes_of(
    client: httpx.AsyncClient, clock: HandClock, *passwords: str, login: str = "anna"
) -> list[str]:
    """The answer to one attempt every 13 seconds, slow enough for the limit of the address."""
    codes: list[str] = []
    for password in passwords:
        clock.turn(seconds=13)
        answer = await attempt(client, password, login)
        codes.append("in" if answer.status_code == 200 else answer.json()["code"])
    return codes


async def events(ground: SignIn) -> list[str]:
    async with ground.database.connection() as db:
        return await fetch_values(db, "select event from platform.security_event order by id")


async def test_the_sixth_sign_in_in_a_minute_is_refused_even_with_the_right_password(guarded: SignIn) -> None:
    await guarded("pharmacist", username="anna")
    async with caller(guarded, HOME) as client:
        for _ in range(5):
            assert (await attempt(client, login="somebody")).status_code == 401
        sixth = await attempt(client, PASSWORD)
    assert (sixth.status_code, sixth.json()["code"]) == (429, "rate.limited")
    assert 1 <= int(sixth.headers["retry-after"]) <= 60
    assert sixth.headers["ratelimit-remaining"] == "0"
    assert "limit.hit" in await events(guarded)


async def test_the_form_is_limited_like_the_api_and_says_so_in_words(guarded: SignIn) -> None:
    async with caller(guarded, HOME) as client:
        for _ in range(5):
            await attempt(client)
        refused = await client.post("/sign-in", data={"username": "anna"}, headers={"Accept-Language": "pl"})
    assert refused.status_code == 429
    assert "Spróbuj ponownie za" in refused.text
    assert int(refused.headers["retry-after"]) > 0


async def test_five_failures_lock_the_pair_and_not_the_victim(guarded: SignIn, hand_clock: HandClock) -> None:
    await guarded("pharmacist", username="anna")
    async with caller(guarded, HOME) as attacker, caller(guarded, ELSEWHERE) as victim:
        told = await codes_of(attacker, hand_clock, *[WRONG] * 5, PASSWORD, WRONG)
        assert told == ["auth.invalid_credentials"] * 5 + ["auth.locked"] * 2
        assert await codes_of(victim, hand_clock, PASSWORD) == ["in"]
        # The victim's own sign-in frees nobody else.
        assert await codes_of(attacker, hand_clock, PASSWORD) == ["auth.locked"]
        locked = await attempt(attacker, PASSWORD)
        assert 0 < int(locked.headers["retry-after"]) <= 15 * 60
        hand_clock.turn(seconds=int(locked.headers["retry-after"]))
        assert await codes_of(attacker, hand_clock, PASSWORD) == ["in"]
    assert "sign_in.locked" in await events(guarded)


async def test_a_name_that_is_nobodys_is_limited_and_locked_alike(
    guarded: SignIn, hand_clock: HandClock
) -> None:
    await guarded("pharmacist", username="anna")
    answers: dict[str, list[tuple[int, str, int]]] = {}
    for login, address in (("anna", HOME), ("nobody", ELSEWHERE)):
        async with caller(guarded, address) as client:
            for _ in range(7):
                hand_clock.turn(seconds=13)
                answer = await attempt(client, login=login)
                shape = (answer.status_code, answer.json()["code"], len(answer.content))
                answers.setdefault(login, []).append(shape)
        hand_clock.turn(hours=1)
    assert answers["anna"] == answers["nobody"]


async def test_the_user_name_and_the_address_of_one_account_are_one(
    guarded: SignIn, hand_clock: HandClock
) -> None:
    await guarded("pharmacist", username="anna")
    async with guarded.database.transaction() as db:
        await db.execute("update people.account set email = 'anna@hospital.example' where username = 'anna'")
    async with caller(guarded, HOME) as client:
        await codes_of(client, hand_clock, WRONG, WRONG, WRONG)
        await codes_of(client, hand_clock, WRONG, WRONG, login="ANNA@hospital.example")
        assert await codes_of(client, hand_clock, PASSWORD) == ["auth.locked"]


async def test_a_right_password_starts_the_count_again(guarded: SignIn, hand_clock: HandClock) -> None:
    await guarded("pharmacist", username="anna")
    async with caller(guarded, HOME) as client:
        told = await codes_of(client, hand_clock, *[*[WRONG] * 4, PASSWORD] * 2)
    assert told == [*["auth.invalid_credentials"] * 4, "in"] * 2


async def test_a_hundred_failures_from_anywhere_need_a_new_password(
    guarded: SignIn, hand_clock: HandClock
) -> None:
    await guarded("pharmacist", username="anna")
    for number in range(25):
        async with caller(guarded, f"203.0.113.{number}") as attacker:
            await codes_of(attacker, hand_clock, *[WRONG] * 4)
    async with caller(guarded, HOME) as owner:
        assert await codes_of(owner, hand_clock, PASSWORD) == ["auth.reset_required"]
        client = await guarded("admin", username="chief")
        locks = (await client.get("/api/locks")).json()["items"]
        assert [(lock["username"], lock["address"], lock["until"]) for lock in locks] == [("anna", "", None)]
        new = {"password": "An0ther&kettle"}
        assert (
            await client.post(f"/api/users/{locks[0]['account_id']}/password", json=new)
        ).status_code < 300
        assert await codes_of(owner, hand_clock, new["password"]) == ["in"]


async def test_many_at_once_get_no_more_tries(guarded: SignIn) -> None:
    await guarded("pharmacist", username="anna")
    answers: list[httpx.Response] = []

    async def guess() -> None:
        async with caller(guarded, HOME) as client:
            answers.append(await attempt(client))

    async with anyio.create_task_group() as group:
        for _ in range(30):
            group.start_soon(guess)
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 25


async def test_an_administrator_sees_and_clears_locks(guarded: SignIn, hand_clock: HandClock) -> None:
    await guarded("pharmacist", username="anna")
    async with caller(guarded, HOME) as client:
        await codes_of(client, hand_clock, *[WRONG] * 6)
        admin = await guarded("admin")
        page = await admin.get("/security")
        assert HOME in page.text
        lock = (await admin.get("/api/locks")).json()["items"][0]
        assert (lock["username"], lock["address"], lock["failures"]) == ("anna", HOME, 5)
        form = {"csrf_token": admin.headers["X-CSRF-Token"]}
        done = await admin.post(f"/users/{lock['account_id']}/unlock", data=form)
        assert (done.status_code, done.headers["location"]) == (303, "/security")
        assert (await admin.get("/api/locks")).json()["items"] == []
        assert await codes_of(client, hand_clock, PASSWORD) == ["in"]
    assert "people.account.unlock" in await events(guarded)


async def test_only_administrators_see_the_security_log(guarded: SignIn) -> None:
    nurse, auditor = await guarded("ward"), await guarded("auditor")
    assert (await nurse.get("/security")).status_code == 403
    assert (await nurse.get("/api/security-events")).status_code == 403
    assert (await auditor.get("/api/security-events")).status_code == 200
    told = (await auditor.get("/api/security-events?event=access.denied")).json()["items"]
    assert {item["path"] for item in told} == {"/security"}
    assert told[0]["times"] == 2


async def test_many_failures_from_one_address_alert_once_an_hour(
    guarded: SignIn, hand_clock: HandClock
) -> None:
    async with caller(guarded, HOME) as client:
        for number in range(45):
            hand_clock.turn(seconds=13)
            await attempt(client, login=f"name{number}")
    assert (await events(guarded)).count("alert.brute_force") == 1


async def test_no_password_and_no_unknown_name_is_written_down(guarded: SignIn) -> None:
    async with caller(guarded, HOME) as client:
        await attempt(client, password="hunter2-in-password", login="hunter2-in-name")
    async with guarded.database.connection() as db:
        kept = await fetch_value(db, "select string_agg(e::text, ' ') from platform.security_event e")
        attempts = await fetch_value(db, "select string_agg(a::text, ' ') from people.sign_in_attempt a")
    assert "hunter2" not in kept + attempts
    assert b"hunter2".hex() not in attempts
    assert "sign_in.failed" in kept


async def test_visitors_are_limited_by_their_address_and_people_are_not(guarded: SignIn) -> None:
    client = await guarded("pharmacist")
    async with caller(guarded, HOME) as visitor:
        for _ in range(100):
            assert (await visitor.get("/api/products")).status_code == 401
        assert (await visitor.get("/api/products")).status_code == 429
        assert (await visitor.get("/sign-in")).status_code == 200
        assert (await visitor.get("/healthz")).status_code == 200
    assert (await client.get("/api/products")).status_code == 200


async def test_a_restart_forgets_no_attempt(
    clones: Clones, settings: Settings, hand_clock: HandClock
) -> None:
    conninfo = clones.make()
    strict = settings.model_copy(update={"limit_login": "5/minute"})
    codes: list[int] = []
    for _ in range(6):
        app = create_app(strict, conninfo, clock=hand_clock)
        assert isinstance(app.app, Litestar)
        async with app.app.lifespan():
            ground = SignIn(app, app.app.state.database)
            async with caller(ground, HOME) as client:
                codes.append((await attempt(client)).status_code)
    assert codes == [401] * 5 + [429]
