"""A forgotten password (P3): the same answer and work for everybody, a link that works once, an hour long."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from stockroom.main import create_app
from stockroom.platform.db import fetch_value, fetch_values
from stockroom.settings import Settings
from tests.api.html import faults_of
from tests.api.test_every_page import counted
from tests.conftest import PASSWORD, Clones, SignIn
from tests.people.conftest import HandClock
from tests.people.post import mail_of, newest_token
from tests.people.test_users_pages import error_of, form_of

NEW = "Green-8-Kettles"
EWA = "ewa@szpital.example"
ASK = "/api/auth/request-reset"


async def person(sign_in: SignIn, email: str = EWA, username: str = "ewa") -> httpx.AsyncClient:
    """A signed-in ward nurse with an address, who reads Polish."""
    client = await sign_in("ward", username=username)
    changed = await client.put(
        "/api/me", json={"name": "Ewa Lis", "email": email}, headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 200
    await client.put("/api/me/language", json={"language": "pl"})
    return client


async def ask(sign_in: SignIn, email: str = EWA) -> httpx.Response:
    return await (await sign_in.visitor()).post(ASK, json={"email": email})


async def can_sign_in(sign_in: SignIn, password: str, username: str = "ewa") -> bool:
    visitor = await sign_in.visitor()
    answer = await visitor.post("/api/auth/login", json={"username": username, "password": password})
    return answer.status_code == 200


async def use(sign_in: SignIn, token: str, password: str = NEW) -> httpx.Response:
    visitor = await sign_in.visitor()
    return await visitor.post("/api/auth/reset", json={"token": token, "password": password})


async def test_a_link_by_mail_sets_a_new_password_and_ends_every_session(sign_in: SignIn) -> None:
    client = await person(sign_in)
    assert (await ask(sign_in, EWA.upper())).status_code == 202
    token = await newest_token(sign_in, "/reset")
    assert (await client.get("/api/me")).status_code == 200
    done = await use(sign_in, token)
    assert (done.status_code, done.text) == (204, "")
    assert (await client.get("/api/me")).status_code == 401
    assert not await can_sign_in(sign_in, PASSWORD)
    assert await can_sign_in(sign_in, NEW)
    told, asked = (await mail_of(sign_in))[:2]
    assert asked.subject == "Nowe hasło do Stockroom"
    assert "Twoje hasło zostało zmienione przez odnośnik" in told.text
    assert {told.recipient, asked.recipient} == {EWA}
    async with sign_in.database.connection() as db:
        actions = await fetch_values(db, "select action from platform.audit_entry order by seq desc limit 2")
    assert "people.account.reset_password" in actions


async def test_the_answer_is_the_same_for_everybody(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    await person(sign_in)
    await person(sign_in, "gone@szpital.example", "gone")
    accounts = (await admin.get("/api/users", params={"q": "gone"})).json()["items"]
    await admin.post(f"/api/users/{accounts[0]['id']}/disable")
    before = len(await mail_of(sign_in))
    answers = [await ask(sign_in, email) for email in (EWA, "gone@szpital.example", "nobody@szpital.example")]
    assert {(answer.status_code, answer.text) for answer in answers} == {
        (202, '{"detail":"If a user has this address, a mail with a link is on its way."}')
    }
    names = [sorted(set(answer.headers) - {"x-request-id"}) for answer in answers]
    assert names[0] == names[1] == names[2]
    sent = (await mail_of(sign_in))[: len(await mail_of(sign_in)) - before]
    assert [message.recipient for message in sent] == [EWA]


async def test_an_unknown_address_costs_the_same_statements_and_writes_as_much(sign_in: SignIn) -> None:
    await person(sign_in)
    kept = "select count(*) from people.one_time_link"
    posted = "select count(*) from platform.outbox"
    done = {}
    for email in (EWA, "nobody@szpital.example"):
        visitor = await sign_in.visitor()
        async with sign_in.database.connection() as db:
            before = [await fetch_value(db, kept), await fetch_value(db, posted)]
        with counted() as statements:
            await visitor.post(ASK, json={"email": email})
        async with sign_in.database.connection() as db:
            after = [await fetch_value(db, kept), await fetch_value(db, posted)]
        done[email] = statements, [b - a for a, b in zip(before, after, strict=True)]
    known, unknown = done.values()
    assert known == unknown
    assert known[1] == [1, 1]
    assert len(known[0]) > 3


async def test_only_the_hash_of_a_token_is_kept_and_the_mail_is_erased(sign_in: SignIn) -> None:
    await person(sign_in)
    await ask(sign_in)
    token = await newest_token(sign_in, "/reset")
    async with sign_in.database.connection() as db:
        (stored,) = await fetch_values(db, "select token_hash from people.one_time_link")
        everything = await fetch_values(db, "select o::text from platform.outbox o")
        audit = await fetch_values(db, "select e::text from platform.audit_entry e")
    assert stored == hashlib.sha256(token.encode()).digest()
    assert token not in " ".join([*everything, *audit])


async def test_a_link_works_once_even_for_two_at_the_same_time(sign_in: SignIn) -> None:
    await person(sign_in)
    await ask(sign_in)
    token = await newest_token(sign_in, "/reset")
    answers = await asyncio.gather(
        use(sign_in, token, "Green-8-Kettles"), use(sign_in, token, "Brown-9-Kettles")
    )
    assert sorted(answer.status_code for answer in answers) == [204, 422]
    again = await use(sign_in, token)
    assert (again.status_code, again.json()["code"]) == (422, "link.invalid")
    assert [error["pointer"] for error in again.json()["errors"]] == ["/token"]


async def test_a_newer_link_takes_the_place_of_the_older_one(sign_in: SignIn) -> None:
    await person(sign_in)
    await ask(sign_in)
    first = await newest_token(sign_in, "/reset")
    await ask(sign_in)
    second = await newest_token(sign_in, "/reset")
    assert first != second
    assert (await use(sign_in, first)).status_code == 422
    assert (await use(sign_in, second)).status_code == 204


async def test_a_link_works_for_an_hour(timed: SignIn, hand_clock: HandClock) -> None:
    await person(timed)
    await ask(timed)
    token = await newest_token(timed, "/reset")
    hand_clock.turn(minutes=60)
    assert (await use(timed, token)).json()["code"] == "link.invalid"
    assert await can_sign_in(timed, PASSWORD)
    await ask(timed)
    token = await newest_token(timed, "/reset")
    hand_clock.turn(minutes=59, seconds=59)
    assert (await use(timed, token)).status_code == 204


async def test_a_weak_password_names_every_rule_and_leaves_the_link_and_the_password(sign_in: SignIn) -> None:
    client = await person(sign_in)
    await ask(sign_in)
    token = await newest_token(sign_in, "/reset")
    weak = await use(sign_in, token, "ewa lis")
    assert (weak.status_code, weak.json()["code"]) == (422, "password.weak")
    assert len(weak.json()["errors"]) == 4
    assert {error["pointer"] for error in weak.json()["errors"]} == {"/password"}
    assert (await client.get("/api/me")).status_code == 200
    assert (await use(sign_in, token)).status_code == 204


async def test_a_link_ends_when_its_account_is_disabled_or_gets_a_password_or_an_address(
    sign_in: SignIn,
) -> None:
    admin = await sign_in("admin")
    client = await person(sign_in)
    me = (await client.get("/api/me")).json()["id"]

    async def token() -> str:
        await ask(sign_in)
        return await newest_token(sign_in, "/reset")

    before = await token()
    await admin.post(f"/api/users/{me}/disable")
    assert (await use(sign_in, before)).status_code == 422
    await admin.post(f"/api/users/{me}/enable")
    assert (await use(sign_in, before)).status_code == 422
    before = await token()
    await admin.post(f"/api/users/{me}/password", json={"password": PASSWORD})
    assert (await use(sign_in, before)).status_code == 422
    before = await token()
    user = (await admin.get(f"/api/users/{me}")).json()
    change = {name: user[name] for name in ("username", "name", "role")} | {"email": "new@szpital.example"}
    changed = await admin.put(f"/api/users/{me}", json=change, headers={"If-Match": f'"{user["version"]}"'})
    assert changed.status_code == 200
    assert (await use(sign_in, before)).status_code == 422


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "x" * 200])
async def test_a_token_that_nobody_has_is_refused(sign_in: SignIn, token: str) -> None:
    await person(sign_in)
    await ask(sign_in, "nobody@szpital.example")
    answer = await use(sign_in, token)
    assert (answer.status_code, answer.json()["code"]) == (422, "link.invalid")


@pytest.mark.parametrize(
    "email", ["", " ", "ewa", "a@b", "a@b.c\x00", "a@b.example,c@d.example", None, 7, "x" * 300]
)
async def test_what_is_no_address_is_told_at_its_field(sign_in: SignIn, email: object) -> None:
    answer = await (await sign_in.visitor()).post(ASK, json={"email": email})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/email"]
    async with sign_in.database.connection() as db:
        assert await fetch_value(db, "select count(*) from platform.outbox") == 0


async def test_links_never_come_from_the_host_header(sign_in: SignIn) -> None:
    await person(sign_in)
    visitor = await sign_in.visitor()
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    assert (await visitor.post(ASK, json={"email": EWA}, headers=headers)).status_code == 202
    message = (await mail_of(sign_in))[0]
    assert "evil" not in message.text
    assert all(link.startswith("http://127.0.0.1:8080") for link in message.links)


async def test_the_pages_lead_from_the_forgotten_password_to_the_sign_in(sign_in: SignIn) -> None:
    await person(sign_in)
    visitor = await sign_in.visitor()
    assert 'href="/forgot"' in (await visitor.get("/sign-in")).text
    page = await visitor.get("/forgot")
    wrong = await visitor.post("/forgot", data=form_of(page) | {"email": "ewa"})
    assert (wrong.status_code, error_of(wrong, "email")[:9]) == (422, "This is n")
    assert 'value="ewa"' in wrong.text
    sent = await visitor.post("/forgot", data=form_of(page) | {"email": EWA})
    assert (sent.status_code, sent.headers["location"]) == (303, "/forgot/sent")
    token = await newest_token(sign_in, "/reset")
    opened = await visitor.get("/reset", params={"token": token})
    assert (opened.status_code, opened.headers["location"]) == (303, "/reset")
    assert re.search(
        r"link=\S+; HttpOnly; Max-Age=3600; Path=/; SameSite=lax", opened.headers["set-cookie"], re.I
    )
    page = await visitor.get("/reset")
    assert token not in page.text
    assert "ewa" in page.text
    differs = await visitor.post(
        "/reset", data=form_of(page) | {"password": NEW, "password_repeat": NEW + "!"}
    )
    assert error_of(differs, "password_repeat") == "The two passwords are not the same."
    weak = await visitor.post("/reset", data=form_of(page) | {"password": "x", "password_repeat": "x"})
    assert (weak.status_code, weak.text.count("Add a")) == (422, 6)
    done = await visitor.post("/reset", data=form_of(page) | {"password": NEW, "password_repeat": NEW})
    assert (done.status_code, done.headers["location"]) == (303, "/sign-in")
    assert "link" not in visitor.cookies
    assert "Your password is set." in (await visitor.get("/sign-in")).text
    assert await can_sign_in(sign_in, NEW)
    for shown in (page, wrong, weak, await visitor.get("/forgot/sent"), await visitor.get("/reset")):
        assert faults_of(shown.text) == []


async def test_a_dead_link_says_so_and_what_to_do(sign_in: SignIn) -> None:
    visitor = await sign_in.visitor()
    for path, way in (("/reset", "Ask for another link"), ("/welcome", "Ask an administrator")):
        await visitor.get(path, params={"token": "A" * 43})
        page = await visitor.get(path)
        assert (page.status_code, way in page.text) == (404, True)
        token = form_of(page)["csrf_token"]
        posted = await visitor.post(path, data={"csrf_token": token, "password": NEW, "password_repeat": NEW})
        assert (posted.status_code, way in posted.text) == (404, True)


async def test_the_token_is_in_no_log(sign_in: SignIn, capsys: pytest.CaptureFixture[str]) -> None:
    await person(sign_in)
    await ask(sign_in)
    token = await newest_token(sign_in, "/reset")
    visitor = await sign_in.visitor()
    await visitor.get("/reset", params={"token": token})
    page = await visitor.get("/reset")
    await visitor.post("/reset", data=form_of(page) | {"password": NEW, "password_repeat": NEW})
    said = capsys.readouterr()
    assert "/reset" in said.out
    assert token not in said.out + said.err


@pytest.fixture
async def limited(clones: Clones, settings: Settings, hand_clock: HandClock) -> AsyncIterator[SignIn]:
    """An application with the limit of a real installation, and a hand-turned clock."""
    plain = settings.model_copy(update={"limit_reset": "3/hour"})
    app = create_app(plain, clones.make(), clock=hand_clock)
    litestar = app.app
    assert isinstance(litestar, Litestar)
    async with litestar.lifespan():
        made = SignIn(app, litestar.state.database)
        yield made
        await made.close()


async def test_the_fourth_ask_of_an_hour_from_one_address_is_refused(
    limited: SignIn, hand_clock: HandClock
) -> None:
    await person(limited)
    visitor = await limited.visitor()
    for email in (EWA, "nobody@szpital.example"):
        assert (await ask(limited, email)).status_code == 202
    form = form_of(await visitor.get("/forgot"))
    assert (await visitor.post("/forgot", data=form | {"email": EWA})).status_code == 303
    before = len(await mail_of(limited))
    refused = await ask(limited)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate.limited")
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert (await visitor.post("/forgot", data=form | {"email": EWA})).status_code == 429
    assert len(await mail_of(limited)) == before
    hand_clock.turn(hours=1, seconds=1)
    assert (await ask(limited)).status_code == 202


async def test_asking_and_using_are_security_events_without_the_token(sign_in: SignIn) -> None:
    await person(sign_in)
    await ask(sign_in)
    await ask(sign_in, "nobody@szpital.example")
    token = await newest_token(sign_in, "/reset")
    await use(sign_in, token)
    async with sign_in.database.connection() as db:
        events = await fetch_values(db, "select e::text from platform.security_event e")
    asked = [event for event in events if "password.reset_asked" in event]
    assert len(asked) == 2
    assert [event for event in events if "people.account.reset_password" in event]
    assert not [event for event in events if token in event or "nobody@" in event]


async def test_a_new_password_opens_what_guessing_had_locked(sign_in: SignIn) -> None:
    await person(sign_in)
    for _ in range(6):
        assert not await can_sign_in(sign_in, "Wr0ng&password")
    assert not await can_sign_in(sign_in, PASSWORD)
    await ask(sign_in)
    await use(sign_in, await newest_token(sign_in, "/reset"))
    assert await can_sign_in(sign_in, NEW)
