"""Proving once more who one is before what matters, and going on where one was (P4)."""

import html
import re

import httpx
import pytest
from litestar import Litestar

from stockroom.platform.db import fetch_value
from tests.api.routes import SAFE, routes_of
from tests.conftest import PASSWORD, SignIn
from tests.people.conftest import HandClock
from tests.people.factors import code_at, set_up_app
from tests.people.test_users_pages import error_of, form_of

EXPORT = "/patients/export?format=csv&q=a"


@pytest.fixture
async def late(timed: SignIn, hand_clock: HandClock) -> httpx.AsyncClient:
    """An administrator without a second factor who signed in ten minutes ago."""
    client = await timed("admin", username="boss")
    hand_clock.turn(minutes=10)
    return client


def fields_of(page: httpx.Response, action: str) -> dict[str, str]:
    """The hidden fields of the form with this action."""
    found = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', page.text, re.DOTALL)
    assert found, page.text[:2000]
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', found[0])
    return {name: html.unescape(value) for name, value in hidden}


async def users(sign_in: SignIn) -> int:
    async with sign_in.database.connection() as db:
        return await fetch_value(db, "select count(*) from people.account")


async def test_every_change_of_access_and_every_export_of_patients_asks_for_it(sign_in: SignIn) -> None:
    litestar = sign_in.app.app
    assert isinstance(litestar, Litestar)
    routes = routes_of(litestar)
    asking = {str(route) for route in routes if route.asks_step_up}
    users = [route for route in routes if route.method not in SAFE and "/users" in route.path]
    changing = {str(route) for route in users if "/photo" not in route.path}
    own = ("/api/me/factors", "/me/security")
    factors = {str(route) for route in routes if route.method not in SAFE and route.path.startswith(own)}
    exports = {f"GET /{name}/export" for name in ("patients", "dispensings", "owed")}
    assert (len(changing), len(factors)) == (16, 13)
    assert exports | changing | factors <= asking


@pytest.mark.parametrize(("minutes", "status"), [(9.99, 200), (10, 403)])
async def test_a_proof_is_good_for_ten_minutes(
    timed: SignIn, hand_clock: HandClock, minutes: float, status: int
) -> None:
    client = await timed("admin")
    hand_clock.turn(minutes=minutes)
    asked = await client.post("/api/me/factors/totp")
    assert asked.status_code == status
    if status == 403:
        assert asked.json()["code"] == "auth.step_up_required"


async def test_the_password_steps_up_somebody_without_a_factor(
    timed: SignIn, late: httpx.AsyncClient, hand_clock: HandClock
) -> None:
    wrong = await late.post("/api/auth/step-up", json={"password": "guess"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "password.wrong")
    assert (await late.post("/api/me/factors/totp")).status_code == 403
    assert (await late.post("/api/auth/step-up", json={"password": PASSWORD})).status_code == 204
    assert (await late.post("/api/me/factors/totp")).status_code == 200
    hand_clock.turn(minutes=10)
    assert (await late.post("/api/me/factors/totp")).status_code == 403


async def test_with_a_factor_the_password_is_not_enough(timed: SignIn, hand_clock: HandClock) -> None:
    client = await timed("admin")
    secret, codes = await set_up_app(client, hand_clock)
    hand_clock.turn(minutes=10)
    refused = await client.post("/api/auth/step-up", json={"password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (422, "auth.second_factor_unclear")
    code = code_at(secret, hand_clock)
    assert (await client.post("/api/auth/step-up", json={"totp": code})).status_code == 204
    assert (await client.delete("/api/me/factors/totp")).status_code == 204
    await set_up_app(client, hand_clock)
    hand_clock.turn(minutes=10)
    stale = await client.post("/api/auth/step-up", json={"recovery": codes[0]})
    assert stale.status_code == 401


async def test_five_wrong_answers_end_the_session(late: httpx.AsyncClient) -> None:
    for _ in range(5):
        await late.post("/api/auth/step-up", json={"password": "guess"})
    spent = await late.post("/api/auth/step-up", json={"password": PASSWORD})
    assert (spent.status_code, spent.json()["code"]) == (401, "auth.second_factor_tries")
    assert (await late.get("/api/auth/me")).status_code == 401


async def test_another_session_is_not_stepped_up_along(timed: SignIn, late: httpx.AsyncClient) -> None:
    other = await timed.visitor()
    await other.post("/api/auth/login", json={"username": "boss", "password": PASSWORD})
    assert (await late.post("/api/me/factors/totp")).status_code == 403


async def test_a_page_leads_there_and_back(late: httpx.AsyncClient) -> None:
    led = await late.get("/users/new")
    assert (led.status_code, led.headers["location"]) == (303, "/step-up?next=/users/new")
    page = await late.get(led.headers["location"])
    assert page.status_code == 200
    form = fields_of(page, "/step-up")
    wrong = await late.post("/step-up", data=form | {"password": "guess"})
    assert wrong.status_code == 422
    assert error_of(wrong, "password") == "This is not your present password."
    empty = await late.post("/step-up", data=form | {"password": ""})
    assert error_of(empty, "password") == "Please fill this in."
    done = await late.post("/step-up", data=fields_of(wrong, "/step-up") | {"password": PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, "/users/new")
    assert (await late.get("/users/new")).status_code == 200


async def test_after_an_export_one_is_back_on_its_list(late: httpx.AsyncClient) -> None:
    led = await late.get(EXPORT)
    form = fields_of(await late.get(led.headers["location"]), "/step-up")
    done = await late.post("/step-up", data=form | {"password": PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, "/patients?q=a")
    assert (await late.get(EXPORT)).status_code == 200


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "/\\evil.example"])
async def test_nobody_is_led_to_another_site(late: httpx.AsyncClient, address: str) -> None:
    page = await late.get("/step-up", params={"next": address})
    form = fields_of(page, "/step-up") | {"password": PASSWORD, "next": address}
    assert (await late.post("/step-up", data=form)).headers["location"] == "/"
    typed = form_of(page) | {"a": "b"}
    kept = await late.post("/step-up/typed", params={"next": address}, data=typed)
    assert "evil" not in kept.text


async def test_what_was_typed_is_sent_again_after_it(
    timed: SignIn, late: httpx.AsyncClient, hand_clock: HandClock
) -> None:
    department = (await late.post("/api/departments", json={"name": "Cardiology"})).json()["id"]
    token = form_of(await late.get("/me"))["csrf_token"]
    typed = {
        "csrf_token": token, "idempotency_key": "one-posting", "name": 'Ewa "<b>" Lis', "username": "ewa",
        "role": "ward", "departments": [department], "password": "Blue-7-Kettles",
        "password_repeat": "Blue-7-Kettles",
    }  # fmt: skip
    before = await users(timed)
    led = await late.post("/users/new", data=typed)
    assert (led.status_code, led.headers["location"]) == (307, "/step-up/typed?next=/users/new")
    kept = await late.post(led.headers["location"], data=typed)
    assert kept.status_code == 403
    assert "Blue-7" not in kept.text
    assert await users(timed) == before
    again = await late.post("/step-up", data=fields_of(kept, "/step-up") | {"password": PASSWORD})
    assert again.status_code == 200
    assert "Nothing was saved yet" in again.text
    assert PASSWORD not in again.text
    form = fields_of(again, "/users/new")
    assert (form["name"], form["departments"]) == ('Ewa "<b>" Lis', department)
    passwords = {"password": "Blue-7-Kettles", "password_repeat": "Blue-7-Kettles"}
    made = await late.post("/users/new", data=form | passwords)
    assert made.status_code == 303, made.text
    shown = await late.get(made.headers["location"])
    assert "Ewa &#34;&lt;b&gt;&#34; Lis" in shown.text
    assert "Cardiology" in shown.text
    assert await users(timed) == before + 1


async def test_htmx_is_told_where_to_go(late: httpx.AsyncClient) -> None:
    told = await late.get("/users/new", headers={"HX-Request": "true"})
    assert (told.status_code, told.headers["hx-redirect"]) == (403, "/step-up")


async def test_what_was_carried_cannot_be_read_wrong(late: httpx.AsyncClient) -> None:
    form = fields_of(await late.get("/step-up?next=/users"), "/step-up")
    for junk in ("{", "[1]", '{"a": 1}', '[["a"]]', "\x00"):
        answer = await late.post("/step-up", data=form | {"typed": junk, "password": PASSWORD})
        assert (answer.status_code, answer.headers["location"]) == (303, "/users")
