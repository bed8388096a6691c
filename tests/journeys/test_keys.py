"""Hands stay on the keyboard, and on the scanner."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.ground import EARLY, first, gtin, new_medicine, new_stocked, on_hand
from tests.journeys.steps import pick

COUNT = "addEventListener('keydown', () => (window.pressed = (window.pressed ?? 0) + 1), {capture: true})"
MOST = 12


def test_a_known_patient_and_one_medicine_cost_at_most_twelve_keys(desk: Page, api: httpx.Client) -> None:
    product_id = new_stocked(api, "KEYS1")
    known = first(api, "dispensings", sort="-at")
    desk.goto("/dispense")
    desk.evaluate(COUNT)
    words = (known["file_number"], "KEYS1")
    patient, medicine = desk.locator("#f-patient"), desk.locator("#f-lines-0-product")
    expect(patient).to_be_focused()
    for field, typed in zip((patient, medicine), words, strict=True):
        expect(field).to_be_focused()
        desk.keyboard.type(typed)
        desk.keyboard.press("Enter")
    expect(desk.locator("#f-lines-0-quantity")).to_be_focused()
    desk.keyboard.type("10")
    expect(desk.locator("[data-line-preview]").first).to_contain_text("B1")
    # The count is read before the page goes; Ctrl and Enter are still to come.
    pressed = desk.evaluate("window.pressed") - sum(map(len, words)) + len(("Control", "Enter"))
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url("**/dispensings/*")
    assert pressed <= MOST
    assert on_hand(api, product_id) == 90


def by_separator(page: Page, code: str) -> None:
    page.keyboard.type(code)


def by_control_key(page: Page, code: str) -> None:
    """The scanner sends the separator as Ctrl+], which writes nothing: it is lost."""
    for part in code.partition("\x1d"):
        page.keyboard.press("Control+]") if part == "\x1d" else page.keyboard.type(part)


def by_written_sign(page: Page, code: str) -> None:
    page.keyboard.type("]d2" + code.replace("\x1d", "|"))


Scan = Callable[[Page, str], None]


def line(page: Page, index: int, name: str) -> Locator:
    return page.locator(f"#f-lines-{index}-{name}")


@pytest.mark.parametrize(
    ("number", "scan", "counted"),
    [(1, by_separator, "12"), (2, by_control_key, "1"), (3, by_written_sign, "12")],
)
def test_one_scan_fills_a_line_of_a_receipt(
    desk: Page, api: httpx.Client, number: int, scan: Scan, counted: str
) -> None:
    code, barcode = f"SCAN{number}", gtin(number)
    box = "box of 20"
    packs = {"packs": [{"name": box, "factor": 20}], "barcodes": [{"code": barcode, "pack": box}]}
    product_id = new_medicine(api, code, **packs)
    quantity = f"\x1d30{counted}" if counted != "1" else "\x1d"
    desk.goto("/receive")
    pick(desk.locator("#f-supplier"), "bursztyn", "Bursztyn")
    for index, batch in enumerate(("LOT4711", "LOT4712")):
        expect(line(desk, index, "product")).to_be_focused() if index else line(desk, 0, "product").focus()
        scan(desk, f"01{barcode}17{EARLY:%y%m%d}10{batch}{quantity}")
        desk.keyboard.press("Enter")
        expect(line(desk, index, "product")).to_have_value(f"Probolin {code}")
        expect(line(desk, index, "batch_code")).to_have_value(batch)
        expect(line(desk, index, "expires_on")).to_have_value(EARLY.isoformat())
        expect(line(desk, index, "pack_id").locator("option:checked")).to_have_text(box)
        expect(line(desk, index, "quantity")).to_have_value(counted)
        expect(line(desk, index, "quantity")).to_be_focused()
        desk.keyboard.press("Enter")
        expect(line(desk, index, "price")).to_be_focused()
        desk.keyboard.press("Enter")
    expect(line(desk, 2, "product")).to_be_focused()
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url("**/receipts/*")
    assert on_hand(api, product_id) == 2 * 20 * int(counted)


def test_an_unknown_code_says_so_and_keeps_the_focus(desk: Page) -> None:
    desk.goto("/receive")
    field = line(desk, 0, "product")
    field.focus()
    desk.keyboard.type(f"01{gtin(999_999)}17{EARLY:%y%m%d}10LOT1")
    desk.keyboard.press("Enter")
    expect(desk.locator(".lookup-empty")).to_have_text("Nothing found")
    expect(desk.locator("#announcer")).to_have_text("Nothing found")
    expect(field).to_be_focused()
    expect(desk.locator("[data-line]")).to_have_count(1)
    expect(line(desk, 0, "batch_code")).to_have_value("")


def test_the_keys_of_the_page_are_shown_and_lead_where_they_say(desk: Page) -> None:
    desk.goto("/")
    desk.keyboard.press("?")
    shown = desk.locator("#keys-help")
    expect(shown.get_by_text("Go to a product, patient, document or page")).to_be_visible()
    expect(shown.locator("[data-page-keys]")).to_contain_text("Dispense")
    desk.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    desk.keyboard.press("/")
    expect(desk.locator("[data-search]")).to_be_focused()
    desk.keyboard.press("Control+k")
    palette = desk.locator("#palette")
    expect(palette.locator("input")).to_be_focused()
    desk.keyboard.type("low stock")
    expect(palette.get_by_role("option", name="Low stock")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Low stock")
