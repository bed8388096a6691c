"""Second factors in a real browser: an app by its code, a passkey in Chromium's own virtual authenticator."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page, expect
from pyotp.totp import TOTP

from tests.running import PASSWORD, RunningServer, room_for_a_server, running_server
from tests.shell.test_pages import violations

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def house() -> Iterator[RunningServer]:
    """A server that browsers know by a name: passkeys are good at localhost."""
    strict = {"SECOND_FACTOR_ROLES": "auditor"}
    with room_for_a_server() as room, running_server(room, settings=strict) as server:
        server.know_as("localhost")
        people = {"anna": "pharmacist", "marek": "auditor", "ewa": "ward", "boss": "admin"}
        for username, role in people.items():
            server.create_user(username, role)
        server.start()
        yield server


@pytest.fixture
def context(browser: Browser, house: RunningServer) -> Iterator[BrowserContext]:
    opened = browser.new_context(base_url=house.url, locale="en-GB", reduced_motion="reduce")
    opened.set_default_timeout(20_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    refused: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: refused.append(str(error)))
    yield page
    assert refused == []


@pytest.fixture
def device(context: BrowserContext, page: Page) -> CDPSession:
    """A fingerprint reader that always says yes."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.authenticator = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})  # type: ignore[attr-defined]
    return session


def give_password(page: Page, username: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("User name or e-mail").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def sign_out(page: Page) -> None:
    page.locator(".user-button").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def headed(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_a_passkey_is_made_and_opens_alone_and_after_the_password(page: Page, device: CDPSession) -> None:
    give_password(page, "anna")
    headed(page, "Home")
    page.goto("/me/security")
    assert violations(page) == []
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("#f-name-error")).to_have_text("Please fill this in.")
    page.get_by_label("Name of the passkey").fill("Test device")
    page.get_by_role("button", name="Add a passkey").click()
    headed(page, "Recovery codes")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="I have kept them").click()
    headed(page, "Home")
    page.goto("/me/security")
    expect(page.get_by_role("cell", name="Test device", exact=True)).to_be_visible()
    assert violations(page) == []

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    headed(page, "Home")

    sign_out(page)
    give_password(page, "anna")
    headed(page, "Second factor")
    assert violations(page) == []
    expect(page.get_by_role("button", name="Use a passkey")).to_be_focused()
    page.keyboard.press("Enter")
    headed(page, "Home")


def test_a_device_that_says_no_is_told_and_nothing_is_sent(page: Page, device: CDPSession) -> None:
    authenticator: dict[str, Any] = device.authenticator  # type: ignore[attr-defined]
    device.send("WebAuthn.setUserVerified", {**authenticator, "isUserVerified": False})
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("#toasts")).to_contain_text("The passkey was not used.")
    headed(page, "Sign in")


def test_a_role_that_needs_a_factor_is_led_to_set_up_an_app(page: Page) -> None:
    give_password(page, "marek")
    headed(page, "Second factors")
    expect(page.get_by_text("Your role needs a second factor.")).to_be_visible()
    page.goto("/stock")
    headed(page, "Second factors")
    page.get_by_role("link", name="Set up an authenticator app").click()
    page.get_by_role("button", name="Show the picture").click()
    picture = page.get_by_role("img", name="QR code with the key for the authenticator app")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 100
    assert violations(page) == []
    found = re.search(r"Key: ([A-Z2-7 ]+)", page.locator(".steps").inner_text())
    assert found
    secret = found[1].replace(" ", "")
    page.get_by_label("Code").fill("000")
    page.keyboard.press("Enter")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.get_by_label("Code")).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []
    page.get_by_label("Code").fill(TOTP(secret).now())
    page.keyboard.press("Enter")
    headed(page, "Recovery codes")
    recovery = page.locator(".recovery-codes li").first.inner_text()
    page.goto("/departments")
    headed(page, "Departments")
    sign_out(page)
    give_password(page, "marek")
    headed(page, "Second factor")
    expect(page.get_by_label("Code from your authenticator app")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("link", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill(recovery.lower())
    page.keyboard.press("Enter")
    headed(page, "Home")


def test_without_javascript_a_code_is_enough(browser: Browser, house: RunningServer) -> None:
    with closing(browser.new_context(base_url=house.url, java_script_enabled=False, locale="en-GB")) as plain:
        page = plain.new_page()
        give_password(page, "ewa")
        headed(page, "Home")
        page.goto("/me/security/totp")
        page.get_by_role("button", name="Show the picture").click()
        found = re.search(r"Key: ([A-Z2-7 ]+)", page.locator(".steps").inner_text())
        assert found
        secret = found[1].replace(" ", "")
        page.get_by_label("Code").fill(TOTP(secret).now())
        page.get_by_role("button", name="Confirm").click()
        expect(page.locator(".recovery-codes li")).to_have_count(10)
        recovery = page.locator(".recovery-codes li").nth(4).inner_text()
        plain.clear_cookies()
        give_password(page, "ewa")
        page.get_by_role("link", name="Use a recovery code").click()
        page.get_by_label("Recovery code").fill(recovery)
        page.get_by_role("button", name="Sign in").click()
        headed(page, "Home")


def test_what_was_typed_survives_a_step_up(page: Page, house: RunningServer) -> None:
    give_password(page, "boss")
    headed(page, "Home")
    page.goto("/users/new")
    page.get_by_label("Full name").fill("Jan Wrona")
    page.get_by_label("User name").fill("jan")
    page.get_by_label("Role").select_option("ward")
    with psycopg.connect(house.conninfo) as db:
        db.execute("update people.session set stepped_up_at = stepped_up_at - interval '1 hour'")
    page.keyboard.press("Control+Enter")
    headed(page, "Is it you?")
    expect(page.get_by_text("What you typed is kept.")).to_be_visible()
    expect(page.get_by_label("Password")).to_be_focused()
    assert violations(page) == []
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    headed(page, "Send it again")
    assert violations(page) == []
    page.get_by_role("button", name="Send").click()
    headed(page, "Jan Wrona")
    expect(page.get_by_text("User Jan Wrona was created.")).to_be_visible()
