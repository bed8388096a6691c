"""Forgery is refused on form routes and JSON routes alike (P7)."""

from typing import Any

import httpx
import pytest

from stockroom.platform import csrf
from stockroom.platform.db import fetch_value, fetch_values
from tests.conftest import PASSWORD, SignIn
from tests.people.test_users_pages import form_of

SECRET = b"s" * 32
FORM, JSON = "/departments/new", "/api/departments"


async def departments(sign_in: SignIn) -> int:
    async with sign_in.database.connection() as db:
        return await fetch_value(db, "select count(*) from people.department")


async def send(client: httpx.AsyncClient, path: str, headers: dict[str, str], token: str) -> httpx.Response:
    """The same deed by both routes; without a header the client's own token is left out."""
    given = {"X-CSRF-Token": "", **headers}
    if path == FORM:
        return await client.post(path, data={"name": "Cardiology", "csrf_token": token}, headers=given)
    return await client.post(path, json={"name": "Cardiology"}, headers=given | {"X-CSRF-Token": token})


@pytest.mark.parametrize("path", [FORM, JSON])
async def test_only_the_sessions_own_token_opens(sign_in: SignIn, path: str) -> None:
    client = await sign_in("admin")
    own = client.headers["X-CSRF-Token"]
    other = (await sign_in("admin")).headers["X-CSRF-Token"]
    visitor = await sign_in.visitor()
    before_sign_in = form_of(await visitor.get("/sign-in"))["csrf_token"]
    wrong = {
        "none": "",
        "another user's": other,
        "a visitor's": before_sign_in,
        "cut": own[:-4],
        "changed": own[:-6] + ("A" if own[-6] != "A" else "B") + own[-5:],
        "no base64": "! % ?",
        "long": "A" * 5000,
    }
    for name, token in wrong.items():
        refused = await send(client, path, {}, token)
        assert refused.status_code == 403, name
        if path == JSON:
            assert refused.json()["code"] == "csrf.refused"
        else:
            assert "This form is out of date or came from another site." in refused.text
    assert await departments(sign_in) == 0
    assert (await send(client, path, {}, own)).status_code in (201, 303)


async def test_the_token_of_the_sign_in_page_dies_with_the_sign_in(sign_in: SignIn) -> None:
    await sign_in("admin", username="boss")
    browser = await sign_in.visitor()
    early = form_of(await browser.get("/sign-in"))["csrf_token"]
    answer = await browser.post(
        "/sign-in", data={"username": "boss", "password": PASSWORD, "csrf_token": early}
    )
    assert answer.status_code == 303
    refused = await browser.post(FORM, data={"name": "Cardiology", "csrf_token": early})
    assert refused.status_code == 403
    fresh = form_of(await browser.get("/me"))["csrf_token"]
    made = await browser.post(FORM, data={"name": "Cardiology", "csrf_token": fresh})
    assert made.status_code == 303


@pytest.mark.parametrize("path", [FORM, JSON])
@pytest.mark.parametrize(
    ("headers", "opens"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://stockroom.test"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://stockroom.test.evil.example"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://stockroom.test"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": "https://stockroom.test"}, True),
    ],
)
async def test_another_site_is_refused_even_with_the_right_token(
    sign_in: SignIn, path: str, headers: dict[str, str], opens: bool
) -> None:
    client = await sign_in("admin")
    answer = await send(client, path, headers, client.headers["X-CSRF-Token"])
    assert (answer.status_code in (201, 303)) is opens
    assert await departments(sign_in) == int(opens)


async def test_a_browser_signs_in_with_the_token_of_its_page_only(sign_in: SignIn) -> None:
    await sign_in("admin", username="boss")
    browser = await sign_in.visitor()
    data = {"username": "boss", "password": PASSWORD}
    no_page = await browser.post("/sign-in", data=data, headers={"Sec-Fetch-Site": "same-origin"})
    assert no_page.status_code == 403
    token = form_of(await browser.get("/sign-in"))["csrf_token"]
    other = await sign_in.visitor()
    await other.get("/sign-in")
    assert (await other.post("/sign-in", data=data | {"csrf_token": token})).status_code == 403
    assert (await browser.post("/sign-in", data=data | {"csrf_token": token})).status_code == 303


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (JSON, {"json": {"name": "Cardiology"}}),
        (FORM, {"data": {"name": "Cardiology"}}),
        (FORM, {"data": {"name": "Cardiology"}, "files": {"file": ("a.txt", b"a")}}),
        (FORM, {"data": {"name": "Cardiology"}, "headers": {"HX-Request": "true"}}),
    ],
    ids=["json", "form", "multipart", "htmx"],
)
async def test_however_it_is_written_a_change_needs_the_token(
    sign_in: SignIn, path: str, body: dict[str, Any]
) -> None:
    client = await sign_in("admin")
    del client.headers["X-CSRF-Token"]
    assert (await client.post(path, **body)).status_code == 403
    assert await departments(sign_in) == 0


async def test_refused_forgery_is_in_the_security_log(sign_in: SignIn) -> None:
    client = await sign_in("admin", username="boss")
    assert (await send(client, JSON, {}, "")).status_code == 403
    async with sign_in.database.connection() as db:
        told = await fetch_values(
            db, "select account || ' ' || path from platform.security_event where event = 'csrf.refused'"
        )
    assert told == [f"boss {JSON}"]


def test_a_token_is_bound_to_secret_and_session_and_looks_new_each_time() -> None:
    token = csrf.make_token(SECRET, b"session")
    assert csrf.token_is_valid(SECRET, b"session", token)
    assert token != csrf.make_token(SECRET, b"session")
    assert not csrf.token_is_valid(SECRET, b"another", token)
    assert not csrf.token_is_valid(b"t" * 32, b"session", token)
    assert not csrf.token_is_valid(SECRET, b"session", token + "AAAA")
    assert not csrf.token_is_valid(SECRET, b"session", "ż" + token)
