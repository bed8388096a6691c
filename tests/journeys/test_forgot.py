"""From a forgotten password over the mailbox to being signed in, in a real browser; and the meter as it is typed."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from stockroom.people.passwords import password_problems
from tests.journeys.steps import sign_in
from tests.running import PASSWORD, RunningServer, room_for_a_server, running_server
from tests.running import sign_in as sign_in_by_api

NEW = "Green-8-Kettles"
EMAIL = "boss@szpital.example"
TRIED = (
    "a", "abcdefgh", "Abcdefg1", "Abcdef1!", "ZAŻÓŁĆ-7", "Zażółć-7", "Boss-Kettle-7", "Szpital-Kettle-7",
    "my-StockRoom-77", "aB1!" * 18, "aB1!" * 18 + "x", "Blue Kettle 7", "Кот-Кот-7", "١٢٣Abc-de", "aB1\U0001f600xyz",
)  # fmt: skip
RULES = {
    "password.too_short": "length", "password.too_long": "length", "password.no_lower": "lower",
    "password.no_upper": "upper", "password.no_digit": "digit", "password.no_special": "special",
    "password.personal": "personal",
}  # fmt: skip


@pytest.fixture(scope="module")
def trial() -> Iterator[RunningServer]:
    """An installation to try things on, with one administrator who has an address."""
    settings = {"ENVIRONMENT": "development"}
    with room_for_a_server() as room, running_server(room, settings=settings) as running:
        running.create_user("boss", "admin")
        running.start()
        with closing(sign_in_by_api(running, "boss")) as client:
            body = {"name": "Boss", "email": EMAIL}
            assert client.put("/api/me", json=body, headers={"If-Match": '"1"'}).status_code == 200
        yield running


@pytest.fixture
def visitor(browser: Browser, trial: RunningServer) -> Iterator[Page]:
    context = browser.new_context(base_url=trial.url, locale="en-GB")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def admin(browser: Browser, trial: RunningServer) -> Iterator[Page]:
    """Signed in on another device, before the password is forgotten."""
    context = browser.new_context(base_url=trial.url, locale="en-GB")
    context.set_default_timeout(15_000)
    page = context.new_page()
    sign_in(page, "boss", PASSWORD)
    yield page
    context.close()


def link_in_mailbox(admin: Page) -> str:
    """Looks until the mail has come: it leaves after the answer."""

    def look() -> bool:
        admin.goto("/mailbox")
        return admin.get_by_role("link", name="A new password").count() > 0

    for _ in range(50):
        if look():
            break
    admin.get_by_role("link", name="A new password").first.click()
    return admin.locator('a[href*="/reset?token="]').inner_text()


def test_a_forgotten_password_is_replaced_by_a_link_from_the_mailbox(
    visitor: Page, admin: Page, trial: RunningServer
) -> None:
    visitor.goto("/sign-in")
    visitor.get_by_role("link", name="Forgot your password?").click()
    visitor.get_by_label("E-mail").fill(EMAIL)
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    visitor.goto(link_in_mailbox(admin))
    assert visitor.url == f"{trial.url}/reset"
    expect(visitor.locator("#f-password")).to_be_focused()
    compare_meter_with_the_rules(visitor)
    visitor.locator("#f-password").fill(NEW)
    expect(visitor.get_by_role("status").filter(has_text="meets the rules")).to_be_visible()
    visitor.locator("#f-password_repeat").fill(NEW)
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_text("Your password is set.")).to_be_visible()
    sign_in(visitor, "boss", NEW)
    admin.goto("/me")
    assert "/sign-in" in admin.url


def compare_meter_with_the_rules(page: Page) -> None:
    """The meter says of each password what the server would."""
    field, meter = page.locator("#f-password"), page.locator("[data-strength]")
    expect(meter).to_be_hidden()
    for password in TRIED:
        field.fill(password)
        expect(meter).to_be_visible()
        found = password_problems(password, policy="composition", personal=("boss", EMAIL, "Boss"))
        broken = {RULES[problem.code] for problem in found if problem.code in RULES}
        unmet = meter.locator("[data-rule]:not(.is-met)")
        shown = set(unmet.evaluate_all("items => items.map((item) => item.dataset.rule)"))
        assert shown == broken, password
    field.fill("abc")
    missing = page.get_by_role("status").filter(has_text="Still missing:")
    expect(missing).to_contain_text("an upper-case letter, a digit, a special character")
    expect(page.locator("progress")).to_have_attribute("max", "6")
