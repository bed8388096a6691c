"""Dialogs, themes, htmx answers, guards, and the same pages without JavaScript."""

import re

import pytest
from playwright.sync_api import Browser, Dialog, Page, ViewportSize, expect

DARK = "rgb(18, 22, 23)"
LIGHT = "rgb(245, 247, 247)"

Posted = list[list[tuple[str, str]]]


def test_confirm_asks_before_the_deed_and_cancel_leaves_it(page: Page) -> None:
    page.goto("/products/1")
    page.locator("button[data-confirm]").evaluate(
        "e => e.addEventListener('click', () => (document.title = 'done'))"
    )
    page.locator("summary", has_text="More").click()
    page.get_by_role("button", name="Archive").click()
    page.locator("#confirm").get_by_role("button", name="Cancel").click()
    expect(page).not_to_have_title("done")
    page.locator("summary", has_text="More").click()
    page.get_by_role("button", name="Archive").click()
    page.locator("#confirm").get_by_role("button", name="Archive").click()
    expect(page).to_have_title("done")


def test_confirm_of_a_form_posts_it_once_after_yes(page: Page, posted: Posted) -> None:
    page.goto("/products/1")
    page.locator("summary", has_text="More").click()
    page.get_by_role("button", name="Hold all").click()
    expect(page.locator("#confirm")).to_contain_text("Hold every batch")
    assert posted == []
    with page.expect_navigation():
        page.locator("#confirm").get_by_role("button", name="Hold all").click()
    assert len(posted) == 1


@pytest.mark.parametrize("scripts", ["with scripts", "without"])
@pytest.mark.parametrize(
    ("setting", "system", "ground"),
    [("auto", "dark", DARK), ("auto", "light", LIGHT), ("light", "dark", LIGHT), ("dark", "light", DARK)],
)
def test_theme_follows_the_user_and_then_the_system(
    browser: Browser, address: str, *, setting: str, system: str, ground: str, scripts: str
) -> None:
    javascript = scripts == "with scripts"
    context = browser.new_context(base_url=address, color_scheme=system, java_script_enabled=javascript)
    page = context.new_page()
    page.goto(f"/products?theme={setting}")
    expect(page.locator("body")).to_have_css("background-color", ground)
    context.close()


def test_theme_changes_at_once_and_the_server_is_told(page: Page, posted: Posted) -> None:
    page.goto("/products")
    page.locator(".user-button").click()
    with page.expect_response("**/me/theme"):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("body")).to_have_css("background-color", DARK)
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert ("theme", "dark") in posted[0]


def test_searching_a_list_swaps_the_rows_and_writes_the_address(page: Page) -> None:
    page.goto("/products")
    page.get_by_label("Name, code or barcode").fill("nothing")
    expect(page.locator("#list .empty-state")).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=nothing"))
    expect(page.get_by_label("Name, code or barcode")).to_be_focused()


def test_a_refusal_answered_to_htmx_is_shown(page: Page) -> None:
    page.goto("/products")
    page.get_by_label("Name, code or barcode").fill("refused")
    expect(page.get_by_role("alert")).to_contain_text("Too many words.")


def test_a_server_out_of_reach_is_said(page: Page) -> None:
    page.goto("/products")
    page.context.set_offline(True)
    page.get_by_label("Name, code or barcode").fill("x")
    expect(page.locator("#toasts")).to_contain_text("cannot be reached")


def test_leaving_a_changed_form_asks_and_an_untouched_one_does_not(page: Page) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.goto("/receive")
    page.goto("/receive")
    assert asked == []
    page.get_by_label("Notes").press_sequentially("x")
    page.goto("/products")
    assert asked == ["beforeunload"]


def test_chart_is_drawn_and_its_numbers_are_in_a_table(page: Page) -> None:
    page.goto("/products/1")
    expect(page.locator("[data-chart] canvas")).to_be_visible()
    page.get_by_text("The numbers as a table").click()
    expect(page.get_by_role("cell", name="980")).to_be_visible()


def test_everything_needed_works_without_scripts(browser: Browser, address: str, posted: Posted) -> None:
    phone: ViewportSize = {"width": 390, "height": 844}
    context = browser.new_context(base_url=address, java_script_enabled=False, viewport=phone)
    page = context.new_page()
    page.goto("/receive")
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Products")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Add a line").click()
    page.locator("[name=lines-0-product]").fill("amoxicillin 500")
    page.get_by_role("button", name="Post the receipt").click()
    expect(page.get_by_text("2 things to correct")).to_be_visible()
    assert ("add_line", "1") in posted[0]
    assert ("lines-0-product", "amoxicillin 500") in posted[1]
    page.goto("/products")
    page.get_by_label("Name, code or barcode").fill("nothing")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".empty-state")).to_be_visible()
    context.close()
