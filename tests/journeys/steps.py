"""What people do with the keyboard on the pages, in words."""

from playwright.sync_api import Locator, Page, expect


def sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("User name or e-mail").fill(username)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")


def pick(field: Locator, words: str, option: str) -> None:
    """Type into a picker and choose by keyboard the option that is offered."""
    field.fill(words)
    offered = field.page.get_by_role("option", name=option).first
    expect(offered).to_be_visible()
    options = field.page.get_by_role("option")
    for _ in range(options.count()):
        if offered.get_attribute("aria-selected") == "true":
            break
        field.press("ArrowDown")
    expect(offered).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(offered).to_be_hidden()


def post(page: Page) -> str:
    """Post the page's form with Ctrl+Enter; answers the number of the document that is shown then."""
    before = page.url
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != before)
    number = page.get_by_role("heading", level=1).inner_text()
    assert number.count("-") == 2, number
    return number.split()[-1]
