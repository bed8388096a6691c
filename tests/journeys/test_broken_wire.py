"""The wire breaks, the finger slips: nothing is lost, nothing is doubled, and what could not be known is said."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.ground import first, new_stocked, on_hand
from tests.journeys.steps import pick

PANEL = "**/dispense/patient*"


def write_transfer(page: Page, code: str, quantity: str = "3") -> None:
    page.goto("/transfer")
    page.locator("#f-from_place_id").select_option(label="Main store")
    page.locator("#f-to_place_id").select_option(label="Cardiology ward store")
    pick(page.locator("#f-lines-0-product"), code, code)
    page.locator("#f-lines-0-quantity").fill(quantity)


@pytest.mark.parametrize("status", [None, 500])
def test_says_that_allergies_could_not_be_loaded_and_loads_them_again(
    desk: Page, api: httpx.Client, status: int | None
) -> None:
    patient = first(api, "patients")
    broken = lambda route: route.fulfill(status=status) if status else route.abort()  # noqa: E731
    desk.route(PANEL, broken)
    desk.goto("/dispense")
    pick(desk.locator("#f-patient"), patient["file_number"], patient["name"])
    panel = desk.locator("[data-patient-panel]")
    expect(panel.get_by_role("alert")).to_contain_text("could not be loaded")
    expect(panel).not_to_contain_text("No known allergies")
    desk.unroute(PANEL, broken)
    panel.get_by_role("button", name="Load again").click()
    expect(panel.get_by_role("link", name=patient["name"])).to_be_visible()
    expect(panel).not_to_contain_text("could not be loaded")


def test_the_summary_names_each_field_and_its_line(desk: Page) -> None:
    desk.goto("/receive")
    desk.locator("#f-lines-0-quantity").fill("many")
    desk.keyboard.press("Control+Enter")
    summary = desk.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link", name="Supplier: ")).to_be_visible()
    expect(summary.get_by_role("link", name="1. Quantity: ")).to_be_visible()
    summary.get_by_role("link", name="1. Quantity: ").click()
    expect(desk.locator("#f-lines-0-quantity")).to_be_focused()


def test_a_double_click_makes_one_document(desk: Page, api: httpx.Client) -> None:
    product_id = new_stocked(api, "WIRE1", 10)
    write_transfer(desk, "WIRE1")
    desk.get_by_role("button", name="Post the transfer").dblclick()
    desk.wait_for_url("**/documents/*")
    listed = api.get("/api/transfers", params={"product_id": product_id})
    assert len(listed.json()["items"]) == 1
    ward = first(api, "places", q="Cardiology")["id"]
    assert on_hand(api, product_id, ward) == 3


def test_the_same_posting_sent_again_shows_the_same_document(desk: Page, api: httpx.Client) -> None:
    """As after going back: the same form with the same key."""
    product_id = new_stocked(api, "WIRE2", 10)
    write_transfer(desk, "WIRE2")
    form = desk.locator("form[data-main-form]")
    typed = form.evaluate("form => Object.fromEntries(new FormData(form))")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url("**/documents/*")
    shown = desk.url
    again = desk.request.post("/transfer", form=typed)
    assert again.url == shown
    ward = first(api, "places", q="Cardiology")["id"]
    assert on_hand(api, product_id, ward) == 3


def query(page: Page, link: str) -> dict[str, list[str]]:
    address = page.get_by_role("link", name=link, exact=True, include_hidden=True).get_attribute("href")
    return parse_qs(urlsplit(address or "").query)


def test_exports_and_filters_follow_what_was_searched(desk: Page) -> None:
    desk.goto("/products?active=true&page=2")
    desk.get_by_label("Name, code, ATC code or barcode").fill("paracetamol")
    desk.wait_for_url("**q=paracetamol*")
    assert query(desk, "CSV") == {"active": ["true"], "q": ["paracetamol"], "format": ["csv"]}
    assert query(desk, "XLSX")["q"] == ["paracetamol"]
    assert query(desk, "Medicines")["q"] == ["paracetamol"]
    shown = desk.locator("tbody tr").count()
    desk.get_by_text("Export", exact=True).click()
    with desk.expect_download() as started:
        desk.get_by_role("link", name="CSV").click()
    rows = started.value.path().read_text("utf-8-sig").strip().splitlines()
    assert len(rows) == shown + 1
    desk.keyboard.press("Escape")
    desk.get_by_label("Name, code, ATC code or barcode").fill("")
    desk.wait_for_url(lambda url: "paracetamol" not in url)
    assert query(desk, "CSV") == {"active": ["true"], "format": ["csv"]}


def test_what_was_typed_stays_when_the_server_is_away(desk: Page, api: httpx.Client) -> None:
    product_id = new_stocked(api, "WIRE3", 10)
    write_transfer(desk, "WIRE3")
    desk.locator("#f-note").fill("Third floor")
    desk.context.set_offline(True)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#toasts")).to_contain_text("What you typed is still here.")
    expect(desk.locator("#f-note")).to_have_value("Third floor")
    expect(desk.get_by_role("button", name="Post the transfer")).to_have_attribute("aria-disabled", "false")
    desk.context.set_offline(False)
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url("**/documents/*")
    expect(desk.get_by_text("Third floor")).to_be_visible()
    assert on_hand(api, product_id, first(api, "places", q="Cardiology")["id"]) == 3


def test_packs_convert_under_the_eye(desk: Page, api: httpx.Client) -> None:
    product_id = new_stocked(api, "WIRE4", 100, packs=[{"name": "box of 30", "factor": 30}])
    write_transfer(desk, "WIRE4", "2")
    pack, said = desk.locator("#f-lines-0-pack_id"), desk.locator("[data-line] [data-conversion]")
    expect(said).to_be_empty()
    pack.select_option(label="box of 30")
    expect(said).to_have_text("2 × box of 30 = 60 tablet")
    expect(desk.locator("#lines-0-note")).to_contain_text("60")
    desk.locator("#f-lines-0-product").press("x")
    expect(pack.locator("option")).to_have_count(1)
    pick(desk.locator("#f-lines-0-product"), "WIRE4", "WIRE4")
    pack.select_option(label="box of 30")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url("**/documents/*")
    assert on_hand(api, product_id, first(api, "places", q="Cardiology")["id"]) == 60
