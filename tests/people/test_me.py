"""One's own account: profile, password, theme and language, for visitors too."""

import httpx
import pytest

from stockroom.platform.db import fetch_value
from tests.conftest import PASSWORD, SignIn
from tests.people.test_users_pages import error_of, form_of, value_of

NEW = "Green-8-Kettles"


async def another_device(sign_in: SignIn, client: httpx.AsyncClient) -> httpx.AsyncClient:
    username = (await client.get("/api/me")).json()["username"]
    other = await sign_in.visitor()
    await other.post("/api/auth/login", json={"username": username, "password": PASSWORD})
    return other


async def test_changes_the_profile_by_api(sign_in: SignIn) -> None:
    client = await sign_in("ward")
    mine = await client.get("/api/me")
    etag = {"If-Match": mine.headers["etag"]}
    changed = await client.put("/api/me", json={"name": "Ewa Lis", "phone": "12"}, headers=etag)
    assert (changed.status_code, changed.json()["name"], changed.json()["phone"]) == (200, "Ewa Lis", "12")
    assert changed.json()["role"] == "ward"
    stale = await client.put("/api/me", json={"name": "X"}, headers=etag)
    assert (stale.status_code, stale.json()["code"]) == (409, "version.stale")
    grab = await client.put("/api/me", json={"name": "X", "role": "admin"}, headers={"If-Match": '"2"'})
    assert [error["pointer"] for error in grab.json()["errors"]] == ["/role"]


async def test_refuses_somebody_elses_address(sign_in: SignIn) -> None:
    first, second = await sign_in("ward"), await sign_in("ward")
    await first.put("/api/me", json={"name": "A", "email": "a@b.example"}, headers={"If-Match": '"1"'})
    taken = await second.put(
        "/api/me", json={"name": "B", "email": "A@b.example"}, headers={"If-Match": '"1"'}
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "account.email_taken")


async def test_a_new_password_asks_the_old_one_and_ends_the_other_sessions(sign_in: SignIn) -> None:
    client = await sign_in("ward")
    other = await another_device(sign_in, client)
    wrong = await client.post("/api/me/password", json={"old_password": "guess", "password": NEW})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "password.wrong")
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/old_password"]
    weak = await client.post("/api/me/password", json={"old_password": PASSWORD, "password": "x"})
    assert (weak.status_code, weak.json()["code"]) == (422, "password.weak")
    assert (await other.get("/api/me")).status_code == 200
    done = await client.post("/api/me/password", json={"old_password": PASSWORD, "password": NEW})
    assert done.json() | {"csrf_token": ""} == {"sessions_ended": 1, "csrf_token": ""}
    assert (await client.get("/api/me")).status_code == 200
    assert (await other.get("/api/me")).status_code == 401


async def test_guessing_the_present_password_is_counted_like_signing_in(sign_in: SignIn) -> None:
    thief = await sign_in("ward")
    guess = {"old_password": "Wr0ng&password", "password": NEW}
    for _ in range(5):
        assert (await thief.post("/api/me/password", json=guess)).json()["code"] == "password.wrong"
    locked = await thief.post("/api/me/password", json={"old_password": PASSWORD, "password": NEW})
    assert (locked.status_code, locked.json()["code"]) == (429, "auth.locked")
    assert int(locked.headers["retry-after"]) > 0
    async with sign_in.database.connection() as db:
        noted = "select count(*) from platform.security_event where event = 'password.failed'"
        assert await fetch_value(db, noted) == 5


async def test_a_weak_new_password_is_no_guess_at_the_old_one(sign_in: SignIn) -> None:
    client = await sign_in("ward")
    for _ in range(6):
        weak = await client.post("/api/me/password", json={"old_password": PASSWORD, "password": "x"})
        assert weak.json()["code"] == "password.weak"
    done = await client.post("/api/me/password", json={"old_password": PASSWORD, "password": NEW})
    assert done.status_code == 200


@pytest.mark.parametrize("way", ["api", "page"])
async def test_a_new_password_gives_the_session_a_new_id_so_that_a_copied_cookie_is_dead(
    sign_in: SignIn, way: str
) -> None:
    client, thief = await sign_in("ward"), await sign_in.visitor()
    thief.cookies.set("session", client.cookies["session"])
    assert (await thief.get("/api/me")).status_code == 200
    token = client.headers["X-CSRF-Token"]
    if way == "api":
        body = {"old_password": PASSWORD, "password": NEW}
        done = await client.post("/api/me/password", json=body, headers={"Idempotency-Key": "one"})
        client.headers["X-CSRF-Token"] = done.json()["csrf_token"]
    else:
        form = form_of(await client.get("/me"))
        words = {"old_password": PASSWORD, "password": NEW, "password_repeat": NEW}
        done = await client.post("/me/password", data=form | words)
        client.headers["X-CSRF-Token"] = (await client.get("/api/auth/me")).json()["csrf_token"]
    assert done.status_code in (200, 303)
    assert (await thief.get("/api/me")).status_code == 401
    theme = {"theme": "dark"}
    assert (await client.put("/api/me/theme", json=theme)).status_code == 204
    old = await client.put("/api/me/theme", json=theme, headers={"X-CSRF-Token": token})
    assert (old.status_code, old.json()["code"]) == (403, "csrf.refused")


async def test_the_page_shows_the_profile_again_as_typed(sign_in: SignIn) -> None:
    client = await sign_in("ward")
    page = await client.get("/me")
    data = form_of(page) | {"version": "1"}
    refused = await client.post("/me/profile", data=data | {"name": " ", "email": "nowhere", "phone": "7"})
    assert refused.status_code == 422
    assert error_of(refused, "email")
    assert error_of(refused, "name") == "Please fill this in."
    assert (value_of(refused, "email"), value_of(refused, "phone")) == ("nowhere", "7")
    saved = await client.post("/me/profile", data=data | {"name": "Ewa Lis", "email": "", "phone": "7"})
    assert saved.status_code == 303
    assert "Ewa Lis" in (await client.get("/me")).text


async def test_the_page_changes_the_password_and_never_echoes_one(sign_in: SignIn) -> None:
    client = await sign_in("ward")
    data = form_of(await client.get("/me"))
    differs = {"old_password": PASSWORD, "password": NEW, "password_repeat": NEW + "!"}
    refused = await client.post("/me/password", data=data | differs)
    assert refused.status_code == 422
    assert error_of(refused, "password_repeat") == "The two passwords are not the same."
    assert NEW not in refused.text
    assert PASSWORD not in refused.text
    wrong = await client.post(
        "/me/password", data=data | differs | {"old_password": "x", "password": NEW + "!"}
    )
    assert error_of(wrong, "old_password") == "This is not your present password."
    done = await client.post("/me/password", data=form_of(wrong) | differs | {"password_repeat": NEW})
    assert done.status_code == 303


async def test_the_page_ends_a_session(sign_in: SignIn) -> None:
    client = await sign_in("ward")
    other = await another_device(sign_in, client)
    page = await client.get("/me")
    assert "This session" in page.text
    session = page.text.split("/me/sessions/")[2].split("/")[0]
    ended = await client.post(f"/me/sessions/{session}/end", data=form_of(page))
    assert ended.status_code == 303
    assert (await other.get("/api/me")).status_code == 401


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/users?q=a", "/users?q=a"),
        ("/", "/"),
        ("", "/"),
        ("users", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
    ],
)
async def test_nobody_is_sent_to_another_site(sign_in: SignIn, address: str, leads_to: str) -> None:
    client = await sign_in("ward")
    token = form_of(await client.get("/me"))["csrf_token"]
    answer = await client.post("/me/theme", data={"theme": "dark", "next": address, "csrf_token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, leads_to)
    visitor = await sign_in.visitor()
    page = await visitor.get("/sign-in", params={"next": address})
    assert value_of(page, "next") == leads_to


async def test_theme_and_language_are_kept_with_the_user(sign_in: SignIn) -> None:
    client = await sign_in("ward")
    token = form_of(await client.get("/me"))["csrf_token"]
    await client.post("/me/theme", data={"theme": "dark", "next": "/me", "csrf_token": token})
    await client.post("/me/language", data={"language": "pl", "next": "/me", "csrf_token": token})
    page = await client.get("/me", headers={"Accept-Language": "en"})
    assert '<html lang="pl" data-bs-theme="dark">' in page.text
    other = await another_device(sign_in, client)
    assert '<html lang="pl" data-bs-theme="dark">' in (await other.get("/me")).text
    assert (await client.put("/api/me/theme", json={"theme": "light"})).status_code == 204
    assert (await client.put("/api/me/language", json={"language": "en"})).status_code == 204
    assert '<html lang="en" data-bs-theme="light">' in (await other.get("/me")).text


async def test_a_visitor_chooses_theme_and_language_on_this_device(sign_in: SignIn) -> None:
    visitor = await sign_in.visitor()
    page = await visitor.get("/sign-in", headers={"Accept-Language": "en"})
    assert '<html lang="en" data-bs-theme="auto">' in page.text
    token = form_of(page)["csrf_token"]
    for name, value in (("theme", "dark"), ("language", "pl")):
        answer = await visitor.post(
            f"/me/{name}", data={name: value, "next": "/sign-in", "csrf_token": token}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    again = await visitor.get("/sign-in", headers={"Accept-Language": "en"})
    assert '<html lang="pl" data-bs-theme="dark">' in again.text
    lost = await visitor.get("/no/such/page", headers={"Accept-Language": "en"})
    assert '<html lang="pl" data-bs-theme="dark">' in lost.text


@pytest.mark.parametrize(("path", "field"), [("/me/theme", "theme"), ("/me/language", "language")])
@pytest.mark.parametrize("value", ["", "purple", "pl\x00", "x" * 500])
async def test_an_unknown_theme_or_language_is_refused(
    sign_in: SignIn, path: str, field: str, value: str
) -> None:
    client = await sign_in("ward")
    token = form_of(await client.get("/me"))["csrf_token"]
    answer = await client.post(path, data={field: value, "csrf_token": token})
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
    async with sign_in.database.connection() as db:
        assert await fetch_value(db, "select theme from people.account") == "auto"
        assert await fetch_value(db, "select language from people.account") is None
