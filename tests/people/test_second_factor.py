"""Signing in with a second factor over the API, and setting one up (P4)."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from stockroom.platform.db import fetch_value, fetch_values
from stockroom.settings import Settings
from tests.api.routes import routes_of
from tests.api.test_guards import anywhere
from tests.conftest import PASSWORD, Clones, SignIn
from tests.people.conftest import HandClock
from tests.people.factors import application, code_at, login, own_id, second, set_up_app
from tests.people.post import newest_token

SESSIONS = "select count(*) from people.session"


async def with_app(timed: SignIn, clock: HandClock, role: str = "pharmacist") -> tuple[str, str, list[str]]:
    """A person with an authenticator app: user name, secret, recovery codes."""
    client = await timed(role, username="anna")
    secret, codes = await set_up_app(client, clock)
    return "anna", secret, codes


async def half_in(timed: SignIn, username: str = "anna") -> httpx.AsyncClient:
    client = await timed.visitor()
    answer = await login(client, username)
    assert answer.status_code == 200, answer.text
    assert "second_factor" in answer.json()
    return client


async def is_in(client: httpx.AsyncClient) -> bool:
    return (await client.get("/api/auth/me")).status_code == 200


async def test_without_a_factor_the_answer_is_what_it_was(timed: SignIn) -> None:
    await timed("ward", username="ewa")
    answer = await login(await timed.visitor(), "ewa")
    assert set(answer.json()) == {"user", "csrf_token"}


async def test_signs_in_with_password_and_code(timed: SignIn, hand_clock: HandClock) -> None:
    username, secret, _codes = await with_app(timed, hand_clock)
    client = await timed.visitor()
    asked = await login(client, username)
    assert asked.status_code == 200
    assert set(asked.json()) == {"second_factor", "csrf_token"}
    assert asked.json()["second_factor"] == ["totp", "recovery"]
    pending = client.cookies["session"]
    assert not await is_in(client)
    done = await second(client, totp=code_at(secret, hand_clock))
    assert done.json()["user"]["username"] == username
    assert client.cookies["session"] != pending
    assert await is_in(client)


async def test_a_copied_pending_cookie_is_dead_after_use(timed: SignIn, hand_clock: HandClock) -> None:
    _username, secret, codes = await with_app(timed, hand_clock)
    client, copy = await half_in(timed), await timed.visitor()
    copy.cookies.set("session", client.cookies["session"])
    copy.headers["X-CSRF-Token"] = client.headers["X-CSRF-Token"]
    assert (await second(client, totp=code_at(secret, hand_clock))).status_code == 200
    again = await second(copy, recovery=codes[0])
    assert again.status_code in (401, 403)
    assert not await is_in(copy)
    assert (await client.get("/api/me/factors")).json()["recovery_codes_left"] == 10


async def test_a_code_that_was_used_is_refused(timed: SignIn, hand_clock: HandClock) -> None:
    _username, secret, _codes = await with_app(timed, hand_clock)
    code = code_at(secret, hand_clock)
    assert (await second(await half_in(timed), totp=code)).status_code == 200
    replay = await second(await half_in(timed), totp=code)
    assert (replay.status_code, replay.json()["code"]) == (401, "auth.second_factor_invalid")
    earlier = await second(await half_in(timed), totp=code_at(secret, hand_clock, -1))
    assert earlier.status_code == 401
    later = await second(await half_in(timed), totp=code_at(secret, hand_clock, 1))
    assert later.status_code == 200


async def test_the_code_that_confirmed_the_app_does_not_sign_in(timed: SignIn, hand_clock: HandClock) -> None:
    client = await timed("ward", username="anna")
    secret = (await client.post("/api/me/factors/totp")).json()["secret"]
    code = code_at(secret, hand_clock)
    assert (await client.post("/api/me/factors/totp/confirm", json={"code": code})).status_code == 200
    assert (await second(await half_in(timed), totp=code)).status_code == 401


async def test_one_code_lets_one_of_two_in_at_the_same_moment(timed: SignIn, hand_clock: HandClock) -> None:
    _username, secret, _codes = await with_app(timed, hand_clock)
    clients = [await half_in(timed) for _ in range(4)]
    code = code_at(secret, hand_clock)
    answers = await asyncio.gather(*(second(client, totp=code) for client in clients))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_a_recovery_code_works_once(timed: SignIn, hand_clock: HandClock) -> None:
    _username, _secret, codes = await with_app(timed, hand_clock)
    client = await half_in(timed)
    typed = codes[3].lower().replace("-", " ")
    assert (await second(client, recovery=typed)).status_code == 200
    again = await second(await half_in(timed), recovery=codes[3])
    assert (again.status_code, again.json()["code"]) == (401, "auth.second_factor_invalid")
    assert (await client.get("/api/me/factors")).json()["recovery_codes_left"] == 9


async def test_new_recovery_codes_replace_the_old(timed: SignIn, hand_clock: HandClock) -> None:
    _username, secret, codes = await with_app(timed, hand_clock)
    client = await half_in(timed)
    await second(client, totp=code_at(secret, hand_clock))
    fresh = (await client.post("/api/me/factors/recovery-codes")).json()["recovery_codes"]
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    assert (await second(await half_in(timed), recovery=codes[0])).status_code == 401
    assert (await second(await half_in(timed), recovery=fresh[0])).status_code == 200


async def test_nothing_that_could_be_used_is_stored_or_audited(timed: SignIn, hand_clock: HandClock) -> None:
    _username, secret, codes = await with_app(timed, hand_clock)
    async with timed.database.connection() as db:
        rows = await fetch_values(db, "select t::text from people.totp t")
        rows += await fetch_values(db, "select c::text from people.recovery_code c")
        rows += await fetch_values(db, "select e::text from platform.audit_entry e")
        rows += await fetch_values(db, "select i::text from platform.idempotency i")
        sealed = await fetch_value(db, "select secret from people.totp")
    whole = "\n".join(rows)
    assert "people.factor.add" in whole
    usable = (secret, *codes, codes[0].replace("-", ""))
    assert not [one for one in usable if one in whole or one.encode().hex() in whole]
    assert secret.encode() not in sealed


async def test_secrets_are_not_kept_for_an_idempotency_key(timed: SignIn, hand_clock: HandClock) -> None:
    client = await timed("ward")
    shown = await client.post("/api/me/factors/totp", headers={"Idempotency-Key": "once"})
    assert shown.status_code == 200
    async with timed.database.connection() as db:
        assert await fetch_value(db, "select count(*) from platform.idempotency") == 0


async def test_five_wrong_answers_end_the_pending_session(timed: SignIn, hand_clock: HandClock) -> None:
    _username, secret, _codes = await with_app(timed, hand_clock)
    client = await half_in(timed)
    wrong = str((int(code_at(secret, hand_clock)) + 1) % 1_000_000).zfill(6)
    for _ in range(5):
        refused = await second(client, totp=wrong)
        assert refused.json()["code"] == "auth.second_factor_invalid"
    spent = await second(client, totp=code_at(secret, hand_clock))
    assert (spent.status_code, spent.json()["code"]) == (401, "auth.second_factor_tries")
    assert (await second(client, totp=code_at(secret, hand_clock))).status_code in (401, 403)
    assert not await is_in(client)


async def test_tries_at_the_same_moment_are_counted_each(timed: SignIn, hand_clock: HandClock) -> None:
    _username, secret, _codes = await with_app(timed, hand_clock)
    client = await half_in(timed)
    wrong = str((int(code_at(secret, hand_clock)) + 1) % 1_000_000).zfill(6)
    answers = await asyncio.gather(*(second(client, totp=wrong) for _ in range(9)))
    checked = [answer for answer in answers if answer.json()["code"] == "auth.second_factor_invalid"]
    assert len(checked) == 5


async def test_wrong_codes_count_like_wrong_passwords_and_a_right_password_forgives_none(
    timed: SignIn, hand_clock: HandClock
) -> None:
    """Or whoever learned the password could guess codes for ever, a few after each sign-in."""
    _username, secret, codes = await with_app(timed, hand_clock)
    for _ in range(5):
        assert (await second(await half_in(timed), totp="0")).status_code == 401
    locked = await login(await timed.visitor(), "anna")
    assert (locked.status_code, locked.json()["code"]) == (429, "auth.locked")
    hand_clock.turn(minutes=15)
    assert (await second(await half_in(timed), recovery=codes[0])).status_code == 200
    for _ in range(5):
        await half_in(timed)
    assert (await second(await half_in(timed), totp=code_at(secret, hand_clock))).status_code == 200


async def test_a_wrong_code_and_a_recovery_code_are_in_the_security_log(
    timed: SignIn, hand_clock: HandClock
) -> None:
    _username, _secret, codes = await with_app(timed, hand_clock)
    client = await half_in(timed)
    await second(client, totp="0")
    await second(client, recovery=codes[0])
    async with timed.database.connection() as db:
        told = await fetch_values(
            db, "select event from platform.security_event where account = 'anna' order by at, id"
        )
        whole = await fetch_values(db, "select e::text from platform.security_event e")
    assert told[-4:] == ["people.factor.add", "sign_in.pending", "second_factor.failed", "recovery_code.used"]
    assert codes[0] not in "".join(whole)


async def test_the_second_factor_may_take_ten_minutes(timed: SignIn, hand_clock: HandClock) -> None:
    _username, secret, _codes = await with_app(timed, hand_clock)
    slow, slower = await half_in(timed), await half_in(timed)
    hand_clock.turn(minutes=9, seconds=50)
    assert (await second(slow, totp=code_at(secret, hand_clock))).status_code == 200
    hand_clock.turn(seconds=30)
    assert (await second(slower, totp=code_at(secret, hand_clock))).status_code in (401, 403)


async def test_a_pending_session_opens_nothing_else(timed: SignIn, hand_clock: HandClock) -> None:
    """Every route of the application, as somebody who has only the password."""
    await with_app(timed, hand_clock, role="admin")
    litestar = timed.app.app
    opened = {}
    guarded = [route for route in routes_of(litestar) if route.permission is not None]  # type: ignore[arg-type]
    assert len(guarded) > 150
    client = await half_in(timed)
    for route in guarded:
        answer = await client.request(route.method, anywhere(route.path), json={})
        led = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in/second-factor?")
        told = answer.status_code == 401 and answer.json()["code"] == "auth.second_factor_required"
        if not (led or told):
            opened[str(route)] = (answer.status_code, answer.text[:80])
    assert opened == {}


async def test_the_end_of_a_password_ends_a_pending_session(timed: SignIn, hand_clock: HandClock) -> None:
    admin = await timed("admin")
    _username, secret, _codes = await with_app(timed, hand_clock)
    client = await half_in(timed)
    found = (await admin.get("/api/users", params={"q": "anna"})).json()["items"][0]
    changed = await admin.post(f"/api/users/{found['id']}/password", json={"password": "Green-8-Kettles"})
    assert changed.status_code < 300, changed.text
    assert (await second(client, totp=code_at(secret, hand_clock))).status_code in (401, 403)


async def test_a_forgotten_password_takes_no_second_factor_away(timed: SignIn, hand_clock: HandClock) -> None:
    _username, secret, _codes = await with_app(timed, hand_clock)
    async with timed.database.transaction() as db:
        await db.execute("update people.account set email = 'anna@szpital.example' where username = 'anna'")
    visitor = await timed.visitor()
    await visitor.post("/api/auth/request-reset", json={"email": "anna@szpital.example"})
    given = {"token": await newest_token(timed, "/reset"), "password": "Green-8-Kettles"}
    done = await visitor.post("/api/auth/reset", json=given)
    assert (done.status_code, "set-cookie" in done.headers) == (204, False)
    client = await timed.visitor()
    asked = await login(client, "anna", "Green-8-Kettles")
    assert asked.json()["second_factor"] == ["totp", "recovery"]
    assert not await is_in(client)
    assert (await second(client, totp=code_at(secret, hand_clock))).status_code == 200


async def test_a_proof_is_exactly_one(timed: SignIn, hand_clock: HandClock) -> None:
    _username, secret, codes = await with_app(timed, hand_clock)
    client = await half_in(timed)
    for proof in ({}, {"totp": code_at(secret, hand_clock), "recovery": codes[0]}):
        refused = await second(client, **proof)
        assert (refused.status_code, refused.json()["code"]) == (422, "auth.second_factor_unclear")
    assert (await second(client, password=PASSWORD)).status_code == 422
    assert (await second(client, totp=code_at(secret, hand_clock))).status_code == 200


async def test_the_first_factor_ends_the_other_sessions(timed: SignIn, hand_clock: HandClock) -> None:
    client = await timed("ward", username="anna")
    other = await timed.visitor()
    await login(other, "anna")
    assert await is_in(other)
    await set_up_app(client, hand_clock)
    assert await is_in(client)
    assert not await is_in(other)


async def test_an_app_that_was_not_confirmed_is_none(timed: SignIn, hand_clock: HandClock) -> None:
    client = await timed("ward", username="anna")
    secret = (await client.post("/api/me/factors/totp")).json()["secret"]
    refused = await client.post("/api/me/factors/totp/confirm", json={"code": "000000x"})
    assert (refused.status_code, refused.json()["code"]) == (422, "factor.code_wrong")
    assert (await client.get("/api/me/factors")).json()["app"] is None
    assert "user" in (await login(await timed.visitor(), "anna")).json()
    begun_again = (await client.post("/api/me/factors/totp")).json()["secret"]
    assert begun_again != secret
    done = await client.post("/api/me/factors/totp/confirm", json={"code": code_at(begun_again, hand_clock)})
    assert done.status_code == 200
    assert (await client.post("/api/me/factors/totp")).json()["code"] == "factor.exists"


async def test_the_last_factor_takes_its_recovery_codes_along(timed: SignIn, hand_clock: HandClock) -> None:
    client = await timed("ward", username="anna")
    await set_up_app(client, hand_clock)
    assert (await client.delete("/api/me/factors/totp")).status_code == 204
    assert (await client.delete("/api/me/factors/totp")).status_code == 404
    async with timed.database.connection() as db:
        assert await fetch_value(db, "select count(*) from people.recovery_code") == 0
    refused = await client.post("/api/me/factors/recovery-codes")
    assert (refused.status_code, refused.json()["code"]) == (409, "factor.missing")
    assert "user" in (await login(await timed.visitor(), "anna")).json()


async def test_an_administrator_takes_away_the_factors_of_somebody_who_lost_them(
    timed: SignIn, hand_clock: HandClock
) -> None:
    client = await timed("ward", username="anna")
    account_id = await own_id(client)
    await set_up_app(client, hand_clock)
    pharmacist, admin = await timed("pharmacist"), await timed("admin")
    assert (await pharmacist.delete(f"/api/users/{account_id}/factors")).status_code == 403
    assert await is_in(client)
    assert (await admin.delete(f"/api/users/{account_id}/factors")).status_code == 204
    assert not await is_in(client)
    assert "user" in (await login(await timed.visitor(), "anna")).json()
    async with timed.database.connection() as db:
        told = await fetch_values(
            db, "select before from platform.audit_entry where action = 'people.factor.reset'"
        )
    assert told == [{"kinds": ["totp", "recovery"]}]


@pytest.fixture
async def strict(clones: Clones, settings: Settings, hand_clock: HandClock) -> AsyncIterator[SignIn]:
    """Administrators and pharmacists must have a second factor."""
    wanted = settings.model_copy(update={"second_factor_roles": ("admin", "pharmacist")})
    async with application(wanted, clones, hand_clock) as made:
        yield made


async def test_a_role_that_needs_a_factor_can_only_set_one_up(strict: SignIn, hand_clock: HandClock) -> None:
    client = await strict("admin")
    litestar = strict.app.app
    opened = set()
    for route in routes_of(litestar):  # type: ignore[arg-type]
        if route.permission is None or "enrol" in route.marks:
            continue
        answer = await client.request(route.method, anywhere(route.path), json={})
        led = answer.status_code == 303 and answer.headers["location"].startswith("/me/security?")
        told = answer.status_code == 403 and answer.json()["code"] == "auth.second_factor_setup_required"
        if not (led or told):
            opened.add(str(route))
    assert opened == set()
    await set_up_app(client, hand_clock)
    assert (await client.get("/api/users")).status_code == 200


async def test_what_is_open_for_setting_up_is_about_oneself_alone(strict: SignIn) -> None:
    open_ = {str(route) for route in routes_of(strict.app.app) if "enrol" in route.marks}  # type: ignore[arg-type]
    about_oneself = ("/me/security", "/api/me/factors", "/step-up", "/api/auth/", "/sign-out")
    assert [route for route in open_ if not route.split()[1].startswith(about_oneself)] == []


async def test_a_role_that_needs_none_goes_in_and_the_last_factor_of_one_that_does_stays(
    strict: SignIn, hand_clock: HandClock
) -> None:
    ward, pharmacist = await strict("ward"), await strict("pharmacist")
    assert (await ward.get("/api/products")).status_code == 200
    assert (await pharmacist.get("/api/products")).status_code == 403
    await set_up_app(pharmacist, hand_clock)
    refused = await pharmacist.delete("/api/me/factors/totp")
    assert (refused.status_code, refused.json()["code"]) == (409, "factor.last_stays")
    assert (await pharmacist.get("/api/me/factors")).json()["app"] is not None
    assert (await pharmacist.get("/api/me/factors")).json()["recovery_codes_left"] == 10


async def test_a_factor_under_a_lost_key_is_told_and_not_taken(
    clones: Clones, settings: Settings, hand_clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with application(settings, clones, hand_clock) as made:
        client = await made("ward", username="anna")
        secret, codes = await set_up_app(client, hand_clock)
        from stockroom.people.actions import prove

        monkeypatch.setattr(prove, "TOTP_KEY", "another")
        refused = await second(await half_in(made), totp=code_at(secret, hand_clock))
        assert (refused.status_code, refused.json()["code"]) == (409, "factor.unreadable")
        assert (await second(await half_in(made), recovery=codes[0])).status_code == 200
