"""Every main page of the demo hospital, looked at: WCAG 2.2 AA, within the edges, nothing refused or failed."""

import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK, Open
from tests.shell.test_pages import violations

PHONE = {"width": 390, "height": 844}
NARROW = {"width": 1024, "height": 768}
HOMES = {f"home of {who}": (who, "/") for who in (
    "admin", "pharmacist", "technician", "nurse", "purchasing", "auditor"
)}  # fmt: skip
BY_PHARMACIST = {
    "products": "/products", "product": "/products/{product}", "new product": "/products/new",
    "suppliers": "/suppliers", "supplier": "/suppliers/{supplier}", "dosage forms": "/dosage-forms",
    "batches": "/batches", "batch": "/batches/{batch}",
    "stock": "/stock", "stock of a product": "/stock/product/{product}",
    "stock card": "/stock/card?product_id={product}", "expiry": "/expiry", "low stock": "/low-stock",
    "places": "/places", "documents": "/documents", "document": "/documents/{document}",
    "receive": "/receive", "receipts": "/receipts", "receipt": "/receipts/{receipt}",
    "transfer": "/transfer?product_id={product}", "issue": "/issue", "adjust": "/adjust?product_id={product}",
    "dispose": "/dispose?product_id={product}",
    "dispense": "/dispense?patient_id={patient}&product_id={product}",
    "dispensings": "/dispensings", "dispensing": "/dispensings/{dispensing}", "owed": "/owed",
    "patients": "/patients", "patient": "/patients/{patient}", "edit patient": "/patients/{patient}/edit",
    "prescribers": "/prescribers", "prescriber": "/prescribers/{prescriber}",
    "search": "/search?q=para", "help": "/help", "my account": "/me",
}  # fmt: skip
BY_ADMIN = {
    "users": "/users", "user": "/users/{user}", "new user": "/users/new", "departments": "/departments",
    "department": "/departments/{department}", "audit": "/audit", "roles": "/roles", "import": "/import",
    "verify": "/verify",
}  # fmt: skip
BY_VISITOR = {"sign-in": "/sign-in", "error": "/no-such-page"}
SCREENS = {
    **HOMES,
    **{name: ("pharmacist", path) for name, path in BY_PHARMACIST.items()},
    **{name: ("admin", path) for name, path in BY_ADMIN.items()},
    **{name: ("", path) for name, path in BY_VISITOR.items()},
}
COLLECTIONS = (
    "products", "suppliers", "batches", "receipts", "dispensings", "patients", "prescribers", "users",
    "departments",
)  # fmt: skip
ONLY_ERROR = "Failed to load resource: the server responded with a status of 404 (Not Found)"

SETTLE = """async () => {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    await Promise.allSettled(document.getAnimations().map((moving) => moving.finished));
}"""
ASKS_MORE = "[data-chart], form[data-dispense]"
"""What a page draws with a request of its own, after it was loaded."""

Look = Callable[[str], Page]


@pytest.fixture(scope="module")
def known(people: Callable[[str], httpx.Client]) -> dict[str, str]:
    """An id of each thing that has a page."""
    admin = people("admin")
    found = {
        name.removesuffix("s"): admin.get(f"/api/{name}", params={"limit": 1}).json()["items"][0]["id"]
        for name in COLLECTIONS
        if name not in ("batches", "products")
    }
    balance = admin.get("/api/balances", params={"limit": 1, "sort": "-on_hand"}).json()["items"][0]
    movement = admin.get("/api/movements", params={"limit": 1}).json()["items"][0]
    return found | {
        "product": balance["product_id"],
        "batch": balance["batch_id"],
        "document": movement["document_id"],
    }


def listening(context_of: Callable[[str], Page]) -> tuple[Look, list[str]]:
    """Opens pages by user name; what goes wrong on the wire or in the console is written down."""
    wrong: list[str] = []
    pages: dict[str, Page] = {}

    def look(username: str) -> Page:
        if username not in pages:
            page = pages[username] = context_of(username)
            page.on("console", lambda said: said.type in ("error", "warning") and wrong.append(said.text))
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("requestfailed", lambda request: wrong.append(f"{request.url}: {request.failure}"))
        return pages[username]

    return look, wrong


@pytest.fixture(scope="module")
def at_a_desk(open_as: Open) -> tuple[Look, list[str]]:
    return listening(lambda username: open_as(username, reduced_motion="reduce").new_page())


@pytest.fixture(scope="module")
def on_a_phone(open_as: Open) -> tuple[Look, list[str]]:
    """In Polish, as the browser asks: the people of the demo have chosen no language."""
    polish = {"viewport": PHONE, "locale": "pl-PL", "reduced_motion": "reduce"}
    return listening(lambda username: open_as(username, **polish).new_page())


def show(page: Page, path: str, name: str) -> None:
    page.goto(path)
    if page.locator(ASKS_MORE).count():
        page.wait_for_load_state("networkidle")
    photograph(page, name)


def darken(page: Page) -> None:
    """Until the last colour is on the screen: axe would read those in between."""
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.evaluate(SETTLE)


def photograph(page: Page, name: str) -> None:
    """For people to look at, where they ask for it."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name.replace(' ', '-')}.png", full_page=True)


def too_wide(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def said(wrong: list[str], name: str) -> list[str]:
    """What was heard since the last page; the error page's own 404 is no fault."""
    heard = [text for text in wrong if not (name == "error" and text == ONLY_ERROR)]
    wrong.clear()
    return heard


@pytest.mark.parametrize("name", SCREENS)
def test_screen_at_a_desk(name: str, at_a_desk: tuple[Look, list[str]], known: dict[str, str]) -> None:
    (look, wrong), (username, path) = at_a_desk, SCREENS[name]
    page = look(username)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)
    show(page, path.format(**known), name)
    assert violations(page) == []
    darken(page)
    photograph(page, f"{name} dark")
    assert violations(page, ["color-contrast"]) == []
    page.set_viewport_size(NARROW)
    photograph(page, f"{name} narrow")
    assert not too_wide(page)
    assert said(wrong, name) == []


@pytest.mark.parametrize("name", SCREENS)
def test_screen_on_a_phone_in_polish(
    name: str, on_a_phone: tuple[Look, list[str]], known: dict[str, str]
) -> None:
    (look, wrong), (username, path) = on_a_phone, SCREENS[name]
    page = look(username)
    show(page, path.format(**known), f"{name} phone")
    assert page.locator("html").get_attribute("lang") == "pl"
    assert violations(page) == []
    assert not too_wide(page)
    assert said(wrong, name) == []
