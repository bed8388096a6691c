"""What every page owes: WCAG 2.2 AA by axe-core, nothing the CSP refuses, nothing past the edge."""

from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.shell.pages import ROOT

AXE = ROOT / "node_modules/axe-core/axe.min.js"
RUN = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATHS = ["/products", "/products?q=nothing", "/products/1", "/receive", "/sign-in", "/nowhere"]
SIZES = {"desk": (1440, 900), "phone": (390, 844)}


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """Of the standard, or of these rules alone."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(RUN, rules or STANDARD)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize(("size", "theme"), [("desk", "light"), ("desk", "dark"), ("phone", "light")])
@pytest.mark.parametrize("path", PATHS)
def test_page_is_accessible_and_fits(
    browser: Browser, address: str, path: str, size: str, theme: str
) -> None:
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        color_scheme=theme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    refused: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.goto(path, wait_until="networkidle")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert refused == []
    context.close()


@pytest.mark.parametrize("width", [320, 820, 1024])
@pytest.mark.parametrize("path", PATHS)
def test_nothing_runs_past_the_edge(page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_form_with_errors_is_accessible_and_its_summary_has_the_focus(page: Page) -> None:
    page.goto("/receive")
    page.keyboard.press("Control+Enter")
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    assert violations(page) == []
    summary.get_by_role("link").first.click()
    field = page.get_by_label("Invoice number")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-describedby", "f-invoice-error f-invoice-help")


@pytest.mark.parametrize("opener", ["palette", "help", "menu", "picker", "sidebar"])
def test_what_opens_over_the_page_is_accessible(page: Page, opener: str) -> None:
    page.goto("/receive")
    if opener == "palette":
        page.keyboard.press("Control+k")
        expect(page.locator("#palette [role=option]")).to_have_count(3)
    elif opener == "help":
        page.keyboard.press("?")
        expect(page.locator("#keys-help")).to_be_visible()
    elif opener == "menu":
        page.locator(".user-button").click()
        expect(page.locator("#user-menu")).to_be_visible()
    elif opener == "picker":
        page.locator("[name=lines-0-product]").fill("amo")
        expect(page.locator(".lookup-list [role=option]")).to_have_count(2)
    else:
        page.set_viewport_size({"width": 390, "height": 844})
        page.get_by_role("button", name="Menu").click()
        expect(page.locator("#sidebar")).to_be_visible()
    assert violations(page) == []


def test_every_target_of_the_shell_is_at_least_24_pixels(page: Page) -> None:
    page.goto("/products")
    targets = page.locator(".sidebar a, .topbar a, .topbar button, .list-foot a, .chip, .table th a, .btn")
    boxes = [box for target in targets.all() if (box := target.bounding_box())]
    assert len(boxes) > 30
    assert [box for box in boxes if min(box["width"], box["height"]) < 24] == []
