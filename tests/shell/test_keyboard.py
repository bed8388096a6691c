"""The shell by keyboard: palette, shortcuts, pickers and lines."""

import re

from playwright.sync_api import Page, expect


def open_new_line(page: Page) -> None:
    page.goto("/receive")
    page.get_by_role("button", name="Add a line").click()


def test_palette_opens_searches_and_goes(page: Page) -> None:
    page.goto("/receive")
    page.keyboard.press("Control+k")
    field = page.locator("#palette input")
    expect(field).to_be_focused()
    expect(page.locator("#palette [role=option]")).to_have_count(3)
    page.keyboard.press("ArrowDown")
    second = page.locator("#palette [role=option]").nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", second.get_attribute("id") or "?")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/products/1$"))


def test_palette_typed_ahead_of_the_answer_goes_to_what_was_typed(page: Page) -> None:
    page.goto("/products")
    page.keyboard.press("Control+k")
    page.keyboard.type("receive")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/receive$"))


def test_escape_closes_first_and_then_steps_back(page: Page) -> None:
    page.goto("/products/1")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page).to_have_url(re.compile("/products/1$"))
    page.locator("summary", has_text="More").click()
    page.keyboard.press("Escape")
    expect(page.locator("details.menu")).not_to_have_attribute("open", re.compile(".*"))
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/products$"))


def test_help_lists_the_keys_of_the_page_and_single_keys_can_be_turned_off(page: Page) -> None:
    page.goto("/products")
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("[data-page-keys]")).to_contain_text("New product")
    page.get_by_label("Shortcuts of a single key").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).not_to_be_focused()
    expect(page).to_have_url(re.compile("/products$"))


def test_picker_chooses_by_keyboard_and_moves_on(page: Page) -> None:
    open_new_line(page)
    line = page.locator("[data-line]").nth(2)
    page.keyboard.type("amo")
    expect(page.locator(".lookup-list [role=option]")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(line.get_by_label("Product")).to_have_value("Amoxicillin 1 g")
    expect(line.locator("[name=lines-2-product_id]")).to_have_value("2")
    expect(line.locator("[data-show=unit]")).to_have_text("packs")
    expect(line.get_by_label("Price")).to_have_value("17,00")
    expect(line.get_by_label("Batch")).to_be_focused()


def test_picker_keeps_what_the_arrows_chose_when_more_is_typed(page: Page) -> None:
    open_new_line(page)
    page.keyboard.type("amo")
    options = page.locator(".lookup-list [role=option]")
    expect(options).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    with page.expect_response("**/lookup/products?q=amox"):
        page.keyboard.type("x")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(options.nth(0)).to_have_attribute("aria-selected", "false")


def test_picker_takes_the_only_match_of_a_scan_at_once(page: Page) -> None:
    open_new_line(page)
    page.keyboard.type("enoxaparin")
    page.keyboard.press("Enter")
    line = page.locator("[data-line]").nth(2)
    expect(line.locator("[name=lines-2-product_id]")).to_have_value("3")
    expect(line.get_by_label("Batch")).to_be_focused()


def test_picker_does_not_guess_between_two_matches_of_a_scan(page: Page) -> None:
    open_new_line(page)
    page.keyboard.type("amoxicillin")
    page.keyboard.press("Enter")
    expect(page.locator(".lookup-list [role=option]")).to_have_count(2)
    expect(page.locator("[name=lines-2-product_id]")).to_have_value("")


def test_picker_forgets_its_choice_when_the_words_change(page: Page) -> None:
    page.goto("/receive")
    field = page.get_by_label("Supplier")
    field.press("End")
    field.press("x")
    expect(page.locator("[name=supplier_id]")).to_have_value("")
    expect(page.locator(".lookup-empty")).to_have_text("Nothing found")


def test_enter_in_the_last_field_adds_a_line_and_never_posts(page: Page, posted: list[object]) -> None:
    page.goto("/receive")
    page.locator("[name=lines-1-price]").press("Enter")
    expect(page.locator("[name=lines-2-product]")).to_be_focused()
    expect(page.locator("#announcer")).to_have_text("Line 3 added")
    page.locator("[name=lines-0-quantity]").press("Enter")
    expect(page.locator("[name=lines-0-price]")).to_be_focused()
    assert posted == []


def test_removing_a_line_numbers_the_rest_again(page: Page) -> None:
    page.goto("/receive")
    page.get_by_role("button", name="Remove the line").first.click()
    line = page.locator("[data-line]")
    expect(line).to_have_count(1)
    expect(line.get_by_label("Product")).to_have_attribute("name", "lines-0-product")
    expect(line.get_by_label("Product")).to_have_attribute("data-target", "lines-0-product_id")
    expect(line.get_by_label("Product")).to_have_value(re.compile("Enoxaparin"))
    page.get_by_role("button", name="Remove the line").click()
    expect(line).to_have_count(1)
    expect(line.get_by_label("Product")).to_have_value("")


def test_a_second_submit_is_held_until_the_page_comes_back(page: Page) -> None:
    """The first asks whether the server can be reached, and sends the form itself when it answers."""
    sent = "() => { let times = 0; HTMLFormElement.prototype.submit = () => (document.body.dataset.sent = ++times); }"
    page.goto("/receive")
    page.evaluate(sent)
    button = page.get_by_role("button", name="Post the receipt")
    button.dblclick()
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(page.locator("body")).to_have_attribute("data-sent", "1")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow'))")
    expect(button).to_have_attribute("aria-disabled", "false")
    button.click()
    expect(page.locator("body")).to_have_attribute("data-sent", "2")


def test_an_unreachable_server_leaves_the_form_as_it_is(page: Page, posted: list[object]) -> None:
    page.goto("/receive")
    page.locator("[name=lines-0-quantity]").fill("77")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("cannot be reached")
    expect(page.locator("[name=lines-0-quantity]")).to_have_value("77")
    assert posted == []


def test_control_enter_posts_the_main_form(page: Page, posted: list[list[tuple[str, str]]]) -> None:
    page.goto("/receive")
    with page.expect_navigation():
        page.locator("[name=lines-0-quantity]").focus()
        page.keyboard.press("Control+Enter")
    expect(page.locator("[data-error-summary]")).to_be_visible()
    assert len(posted) == 1
    fields = dict(posted[0])
    assert fields["lines-1-product_id"] == "2"
    assert fields["idempotency_key"] == "0197-key"
    assert fields["version"] == "3"
    assert "draft" not in fields
