"""Second factors in the browser, without JavaScript: setting up, signing in, taking away (P4)."""

import html
import re

import httpx

from tests.api.html import faults_of
from tests.conftest import PASSWORD, SignIn
from tests.people.conftest import HandClock
from tests.people.factors import code_at, own_id, set_up_app
from tests.people.test_step_up import fields_of
from tests.people.test_users_pages import error_of, form_of


def codes_of(page: httpx.Response) -> list[str]:
    return re.findall(r'<li class="code">([^<]+)</li>', page.text)


async def at_second_page(timed: SignIn, address: str = "/me") -> tuple[httpx.AsyncClient, httpx.Response]:
    client = await timed.visitor()
    form = form_of(await client.get("/sign-in"))
    led = await client.post(
        "/sign-in", data=form | {"username": "anna", "password": PASSWORD, "next": address}
    )
    assert led.status_code == 303
    assert led.headers["location"].startswith("/sign-in/second-factor?")
    return client, await client.get(led.headers["location"])


async def test_sets_up_an_app_and_shows_the_recovery_codes_once(timed: SignIn, hand_clock: HandClock) -> None:
    client = await timed("ward")
    start = await client.get("/me/security/totp")
    assert faults_of(start.text) == []
    led = await client.post("/me/security/totp", data=fields_of(start, "/me/security/totp"))
    shown = await client.get(led.headers["location"])
    assert 'src="data:image/svg+xml' in shown.text
    assert faults_of(shown.text) == []
    found = re.search(r'Key: <span class="code">([^<]+)</span>', shown.text)
    assert found
    secret = found[1].replace(" ", "")
    token = fields_of(shown, "/me/security/totp/confirm")
    wrong = await client.post("/me/security/totp/confirm", data=token | {"code": "1"})
    assert wrong.status_code == 422
    assert "This code is not right." in error_of(wrong, "code")
    assert secret[:4] in wrong.text
    done = await client.post("/me/security/totp/confirm", data=token | {"code": code_at(secret, hand_clock)})
    assert done.status_code == 200
    assert faults_of(done.text) == []
    codes = codes_of(done)
    assert len(set(codes)) == 10
    after = await client.get("/me/security")
    assert faults_of(after.text) == []
    assert not [code for code in codes if code in after.text]
    assert "10 codes left" in after.text
    assert secret[:8] not in (await client.get("/me/security/totp")).text


async def test_signs_in_by_code_and_goes_where_one_wanted(timed: SignIn, hand_clock: HandClock) -> None:
    secret, _codes = await set_up_app(await timed("ward", username="anna"), hand_clock)
    client, page = await at_second_page(timed, "/stock?q=a")
    assert faults_of(page.text) == []
    assert 'autocomplete="one-time-code"' in page.text
    form = fields_of(page, "/sign-in/second-factor")
    empty = await client.post("/sign-in/second-factor", data=form)
    assert error_of(empty, "totp") == "Please fill this in."
    wrong = await client.post("/sign-in/second-factor", data=form | {"totp": "000 00"})
    assert wrong.status_code == 422
    assert "This is not right, or it was used before." in wrong.text
    assert (await client.get("/me")).headers["location"] == "/sign-in/second-factor?next=/me"
    typed = code_at(secret, hand_clock)
    done = await client.post(
        "/sign-in/second-factor",
        data=fields_of(wrong, "/sign-in/second-factor") | {"totp": f"{typed[:3]} {typed[3:]}"},
    )
    assert (done.status_code, done.headers["location"]) == (303, "/stock?q=a")
    assert (await client.get("/me")).status_code == 200


async def test_signs_in_by_recovery_code(timed: SignIn, hand_clock: HandClock) -> None:
    _secret, codes = await set_up_app(await timed("ward", username="anna"), hand_clock)
    client, page = await at_second_page(timed)
    link = re.search(r'href="([^"]+)">Use a recovery code', page.text)
    assert link
    other = await client.get(html.unescape(link[1]))
    form = fields_of(other, "/sign-in/second-factor")
    done = await client.post("/sign-in/second-factor", data=form | {"recovery": codes[0].lower()})
    assert (done.status_code, done.headers["location"]) == (303, "/me")


async def test_the_second_page_without_a_first_leads_back(timed: SignIn, hand_clock: HandClock) -> None:
    visitor = await timed.visitor()
    led = await visitor.get("/sign-in/second-factor?next=/stock")
    assert (led.status_code, led.headers["location"]) == (303, "/sign-in?next=%2Fstock")
    form = form_of(await visitor.get("/sign-in"))
    posted = await visitor.post("/sign-in/second-factor", data=form | {"totp": "123456", "way": "totp"})
    assert posted.status_code == 303
    assert posted.headers["location"].startswith("/sign-in?")


async def test_too_many_wrong_answers_lead_back_to_the_password(timed: SignIn, hand_clock: HandClock) -> None:
    await set_up_app(await timed("ward", username="anna"), hand_clock)
    client, page = await at_second_page(timed)
    form = fields_of(page, "/sign-in/second-factor")
    for _ in range(5):
        await client.post("/sign-in/second-factor", data=form | {"totp": "1"})
    spent = await client.post("/sign-in/second-factor", data=form | {"totp": "1"})
    assert (spent.status_code, spent.headers["location"][:9]) == (303, "/sign-in?")
    assert "Too many wrong answers." in (await client.get(spent.headers["location"])).text


async def test_removes_the_app_and_makes_new_codes(timed: SignIn, hand_clock: HandClock) -> None:
    client = await timed("ward")
    _secret, codes = await set_up_app(client, hand_clock)
    token = form_of(await client.get("/me/security"))
    renewed = await client.post("/me/security/recovery-codes", data=token)
    assert len(codes_of(renewed)) == 10
    assert not set(codes_of(renewed)) & set(codes)
    gone = await client.post("/me/security/totp/remove", data=token)
    assert gone.status_code == 303
    assert "Not set up" in (await client.get("/me/security")).text
    refused = await client.post("/me/security/recovery-codes", data=token)
    assert refused.status_code == 409
    assert "There is no second factor yet." in refused.text


async def test_an_administrator_resets_on_the_page_of_the_user(timed: SignIn, hand_clock: HandClock) -> None:
    client = await timed("ward", username="anna")
    account_id = await own_id(client)
    await set_up_app(client, hand_clock)
    admin = await timed("admin")
    page = await admin.get(f"/users/{account_id}")
    assert "Reset second factors" in page.text
    done = await admin.post(f"/users/{account_id}/factors/reset", data=form_of(page))
    assert done.status_code == 303
    assert "Reset second factors" not in (await admin.get(f"/users/{account_id}")).text
    assert (await client.get("/api/auth/me")).status_code == 401


async def test_a_passkey_that_is_no_passkey_is_told(timed: SignIn) -> None:
    client = await timed("ward")
    token = form_of(await client.get("/me/security"))
    for junk in ("", "{", "[]", '{"id": "x"}', '"text"'):
        refused = await client.post("/me/security/passkeys", data=token | {"name": "Phone", "passkey": junk})
        assert refused.status_code in (409, 422), junk
    visitor = await timed.visitor()
    form = form_of(await visitor.get("/sign-in"))
    for junk in ("", "{", "[]", '{"id": "x"}'):
        refused = await visitor.post("/sign-in/passkey", data=form | {"passkey": junk})
        assert refused.status_code == 422, junk
