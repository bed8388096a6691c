"""Sessions: how long they last, and what ends them (P1)."""

import hashlib

import httpx
import pytest

from stockroom.people import web
from stockroom.people.passwords import password_matches
from stockroom.platform.db import execute, fetch_value, fetch_values
from tests.conftest import PASSWORD, SignIn
from tests.people.conftest import HandClock

SESSIONS = "select count(*) from people.session"


async def is_in(client: httpx.AsyncClient) -> bool:
    answer = await client.get("/api/auth/me")
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


async def who(client: httpx.AsyncClient) -> str:
    return (await client.get("/api/auth/me")).json()["user"]["username"]


@pytest.mark.parametrize(
    ("role", "idle_minutes"), [("pharmacist", 720), ("ward", 720), ("admin", 30), ("auditor", 30)]
)
async def test_ends_after_its_idle_time(
    timed: SignIn, hand_clock: HandClock, role: str, idle_minutes: int
) -> None:
    client = await timed(role)
    hand_clock.turn(minutes=idle_minutes, seconds=-1)
    assert await is_in(client)
    hand_clock.turn(minutes=idle_minutes)
    assert not await is_in(client)


async def test_ends_after_a_week_however_busy(timed: SignIn, hand_clock: HandClock) -> None:
    client = await timed("pharmacist")
    for _ in range(14):
        hand_clock.turn(hours=11, minutes=59)
        assert await is_in(client)
    hand_clock.turn(hours=7 * 24 - 14 * 12, minutes=14)
    assert not await is_in(client)


async def test_a_new_sign_in_gets_a_new_session_and_ends_the_one_it_replaces(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    first, username = client.cookies["session"], await who(client)
    answer = await client.post("/api/auth/login", json={"username": username, "password": PASSWORD})
    assert answer.status_code == 200
    assert client.cookies["session"] != first
    old = await sign_in.visitor()
    old.cookies.set("session", first)
    assert not await is_in(old)
    assert await is_in(client)


async def test_a_cookie_that_somebody_planted_is_never_taken_over(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    username = await who(client)
    planted = await sign_in.visitor()
    planted.cookies.set("session", "planted-by-another", domain="stockroom.test", path="/")
    form = await planted.get("/sign-in")
    token = form.text.split('name="csrf_token" value="')[1].split('"')[0]
    answer = await planted.post(
        "/sign-in", data={"username": username, "password": PASSWORD, "csrf_token": token, "next": "/me"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert "planted" not in answer.headers["set-cookie"]
    stranger = await sign_in.visitor()
    stranger.cookies.set("session", "planted-by-another")
    assert not await is_in(stranger)


async def test_only_the_hash_of_the_session_is_stored(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    token = client.cookies["session"]
    assert len(token) >= 43  # 256 bits in base64
    async with sign_in.database.connection() as db:
        stored = await fetch_values(db, "select token_hash from people.session")
    assert stored == [hashlib.sha256(token.encode()).digest()]


async def test_signing_out_makes_a_copy_of_the_cookie_worthless(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    copy = await sign_in.visitor()
    copy.cookies.set("session", client.cookies["session"])
    assert await is_in(copy)
    assert (await client.post("/api/auth/logout")).status_code == 204
    assert not await is_in(copy)


async def test_a_session_of_a_disabled_account_is_nobodys(sign_in: SignIn) -> None:
    """Also where the session was left behind."""
    client = await sign_in("pharmacist")
    async with sign_in.database.transaction() as db:
        await execute(db, "update people.account set active = false")
        assert await fetch_value(db, SESSIONS) == 1
    assert not await is_in(client)


async def test_a_user_sees_and_ends_their_own_sessions_only(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    username = await who(client)
    other_device = await sign_in.visitor()
    await other_device.post("/api/auth/login", json={"username": username, "password": PASSWORD})
    listed = (await client.get("/api/me/sessions")).json()
    assert [item["current"] for item in listed] == [True, False]
    assert all(set(item) == {"id", "created_at", "last_seen_at", "address", "user_agent", "current"}
               for item in listed)  # fmt: skip
    stranger = await sign_in("pharmacist")
    refused = await stranger.delete(f"/api/me/sessions/{listed[1]['id']}")
    assert refused.status_code == 404
    assert await is_in(other_device)
    assert (await client.delete(f"/api/me/sessions/{listed[1]['id']}")).status_code == 204
    assert not await is_in(other_device)
    assert await is_in(client)


async def test_ending_the_other_sessions_keeps_the_one_that_asks(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    bystander = await sign_in("pharmacist")
    others = [await sign_in.visitor() for _ in range(2)]
    for other in others:
        await other.post("/api/auth/login", json={"username": await who(client), "password": PASSWORD})
    ended = await client.delete("/api/me/sessions")
    assert ended.json() == {"sessions_ended": 2}
    assert [await is_in(other) for other in others] == [False, False]
    assert await is_in(client)
    assert await is_in(bystander)


async def test_a_session_that_was_idle_too_long_is_not_listed(timed: SignIn, hand_clock: HandClock) -> None:
    client = await timed("pharmacist")
    other = await timed.visitor()
    await other.post("/api/auth/login", json={"username": await who(client), "password": PASSWORD})
    hand_clock.turn(hours=11)
    assert await is_in(client)
    hand_clock.turn(hours=2)
    assert [item["current"] for item in (await client.get("/api/me/sessions")).json()] == [True]


@pytest.mark.parametrize("password", ["wrong", "", "Tr0ub4dor&zip ", "x" * 256])
async def test_an_unknown_user_and_a_wrong_password_answer_alike(sign_in: SignIn, password: str) -> None:
    await sign_in("pharmacist", username="anna")
    visitor = await sign_in.visitor()
    answers = [
        await visitor.post("/api/auth/login", json={"username": name, "password": password})
        for name in ("anna", "nobody")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    bodies = [answer.json() | {"request_id": ""} for answer in answers]
    assert bodies[0] == bodies[1]
    assert bodies[0]["code"] == "auth.invalid_credentials"
    async with sign_in.database.connection() as db:
        assert await fetch_value(db, SESSIONS) == 1


async def test_a_password_changed_while_signing_in_lets_nobody_in(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old password was right when it was checked; by the time of the commit it is not."""
    await sign_in("pharmacist", username="anna")

    async def slow_check(hashed: str | None, password: str) -> bool:
        matches = await password_matches(hashed, password)
        async with sign_in.database.transaction() as other:
            await execute(other, "update people.account set password_hash = 'another'")
        return matches

    monkeypatch.setattr(web, "password_matches", slow_check)
    visitor = await sign_in.visitor()
    answer = await visitor.post("/api/auth/login", json={"username": "anna", "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.invalid_credentials")
    async with sign_in.database.connection() as db:
        assert await fetch_value(db, SESSIONS) == 1


async def test_a_start_of_session_is_in_the_audit_trail(sign_in: SignIn) -> None:
    from stockroom.platform.audit import AUDIT_LIST, AuditEntry
    from stockroom.platform.lists import fetch_everything, parse_list

    await sign_in("pharmacist", username="anna")
    async with sign_in.database.connection() as db:
        asked = parse_list(AUDIT_LIST, [("action", "people.session.start")])
        found: list[AuditEntry] = await fetch_everything(db, AUDIT_LIST, asked)
    assert [entry.actor_name for entry in found] == ["Test Pharmacist"]
    assert PASSWORD not in str(found)
