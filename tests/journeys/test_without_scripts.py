"""With JavaScript off the daily work is done by plain forms."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from stockroom.interchange.demo.cast import PASSWORD
from tests.journeys.conftest import Open
from tests.journeys.ground import EARLY, first, new_medicine, new_stocked, on_hand
from tests.journeys.steps import sign_in

PLAIN = {"java_script_enabled": False}


@pytest.fixture
def plain(open_as: Open) -> Iterator[Page]:
    """Of the demo's pharmacist, in a browser that runs no scripts."""
    context = open_as("pharmacist", **PLAIN)
    yield context.new_page()
    context.close()


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def line(page: Page, name: str, index: int = 0) -> Locator:
    return page.locator(f"#f-lines-{index}-{name}")


def number(page: Page) -> str:
    shown = page.get_by_role("heading", level=1).inner_text()
    assert shown.count("-") == 2, shown
    return shown


def test_signs_in_and_out_again(open_as: Open) -> None:
    context = open_as("", **PLAIN)
    page = context.new_page()
    sign_in(page, "technician", PASSWORD)
    page.locator(".user-button").click()
    press(page, "Sign out")
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto("/stock")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    context.close()


def test_searches_products_and_follows_a_filter(plain: Page, api: httpx.Client) -> None:
    new_medicine(api, "BARE1")
    plain.goto("/products")
    plain.get_by_label("Name, code, ATC code or barcode").fill("BARE1")
    press(plain, "Show")
    expect(plain.locator("tbody tr")).to_have_count(1)
    expect(plain.locator("tbody tr")).to_contain_text("Probolin BARE1")
    plain.get_by_role("link", name="Archived", exact=True).click()
    expect(plain.locator("tbody tr")).to_have_count(0)


def test_receives_two_lines(plain: Page, api: httpx.Client) -> None:
    product_id = new_medicine(api, "BARE2")
    plain.goto("/receive")
    plain.locator("#f-supplier").fill(first(api, "suppliers")["name"])
    plain.locator("#f-invoice_number").fill("BARE/2")
    for index, batch in enumerate(("A1", "B1")):
        if index:
            press(plain, "Add a line")
        for name, typed in (
            ("product", "BARE2"), ("quantity", "5"), ("batch_code", batch), ("expires_on", EARLY.isoformat()),
        ):  # fmt: skip
            line(plain, name, index).fill(typed)
    press(plain, "Post the receipt")
    assert number(plain).startswith("GRN-")
    assert on_hand(api, product_id) == 10


def test_dispenses_with_warnings_answered_returns_a_part_and_reverses(plain: Page, api: httpx.Client) -> None:
    product_id = new_stocked(api, "BARE3", 20, high_alert=True)
    plain.goto("/dispense")
    plain.locator("#f-patient").fill(first(api, "patients")["file_number"])
    plain.locator("#f-prescriber").fill(first(api, "prescribers")["licence"])
    line(plain, "product").fill("BARE3")
    line(plain, "quantity").fill("8")
    press(plain, "Dispense")
    reason = plain.locator("[data-warnings] input")
    expect(reason).to_have_count(1)
    assert on_hand(api, product_id) == 20
    reason.fill("Checked with the prescriber")
    press(plain, "Dispense")
    assert number(plain).startswith("DSP-")
    assert on_hand(api, product_id) == 12
    plain.get_by_label("Comes back").first.fill("3")
    plain.locator("#f-reason").fill("Not taken")
    press(plain, "Return")
    expect(plain.get_by_text("RET-").first).to_be_visible()
    assert on_hand(api, product_id) == 15
    press(plain, "Return")
    expect(plain.locator("[data-error-summary]")).to_be_visible()


def test_takes_a_dispensing_back_as_a_whole(plain: Page, api: httpx.Client) -> None:
    product_id = new_stocked(api, "BARE4", 20)
    plain.goto("/dispense")
    plain.locator("#f-patient").fill(first(api, "patients")["file_number"])
    plain.locator("#f-prescriber").fill(first(api, "prescribers")["licence"])
    line(plain, "product").fill("BARE4")
    line(plain, "quantity").fill("8")
    press(plain, "Dispense")
    assert on_hand(api, product_id) == 12
    whole = plain.locator("section.card").filter(has=plain.get_by_role("heading", name="Reverse the whole"))
    whole.get_by_role("textbox").fill("Wrong patient")
    whole.get_by_role("button", name="Reverse").click()
    expect(plain.get_by_text("Reversed").first).to_be_visible()
    assert on_hand(api, product_id) == 20


def test_transfers_in_packs_and_takes_it_back(plain: Page, api: httpx.Client) -> None:
    product_id = new_stocked(api, "BARE5", 100, packs=[{"name": "box of 10", "factor": 10}])
    ward = first(api, "places", q="Cardiology")["id"]
    plain.goto("/transfer")
    plain.locator("#f-from_place_id").select_option(label="Main store")
    plain.locator("#f-to_place_id").select_option(value=ward)
    line(plain, "product").fill("BARE5")
    line(plain, "quantity").fill("2")
    press(plain, "Show the batches")
    line(plain, "pack_id").select_option(label="box of 10")
    press(plain, "Show the batches")
    expect(plain.locator("#lines-0-note")).to_contain_text("20")
    expect(line(plain, "quantity")).to_have_value("2")
    press(plain, "Post the transfer")
    assert number(plain).startswith("TRF-")
    assert on_hand(api, product_id, ward) == 20
    plain.locator("#f-reason").fill("Wrong ward")
    press(plain, "Take back")
    assert on_hand(api, product_id, ward) == 0


def test_adjusts(plain: Page, api: httpx.Client) -> None:
    product_id = new_stocked(api, "BARE6", 10)
    plain.goto("/adjust")
    plain.locator("#f-place_id").select_option(label="Main store")
    plain.locator("#f-reason").select_option(index=1)
    for name, typed in (("product", "BARE6"), ("quantity", "-4"), ("batch", "B1")):
        line(plain, name).fill(typed)
    press(plain, "Post the adjustment")
    assert number(plain).startswith("ADJ-")
    assert on_hand(api, product_id) == 6
