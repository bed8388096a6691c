"""A pharmacist's day, in a real browser and over the API: from the delivery to the stock card and the audit trail."""

import os
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, expect

from stockroom.interchange.demo.cast import PASSWORD
from tests.journeys.ground import EARLY, LATE, OLD, first, main_store, new_medicine
from tests.journeys.steps import pick, post, sign_in
from tests.running import RunningServer

SCREENSHOT = Path(__file__).parents[2] / "docs" / "images" / "dashboard.png"


def receive(page: Page, code: str, invoice: str) -> str:
    """A delivery of two batches, and one that has expired on the way."""
    page.goto("/receive")
    pick(page.locator("#f-supplier"), "bursztyn", "Bursztyn")
    page.locator("#f-invoice_number").fill(invoice)
    for index, (batch, expires) in enumerate((("LATE", LATE), ("EARLY", EARLY), ("OLD", OLD))):
        if index:
            page.get_by_role("button", name="Add a line").click()
        pick(page.locator(f"#f-lines-{index}-product"), code, code)
        page.locator(f"#f-lines-{index}-quantity").fill("10")
        page.locator(f"#f-lines-{index}-batch_code").fill(batch)
        page.locator(f"#f-lines-{index}-expires_on").fill(expires.isoformat())
        page.locator(f"#f-lines-{index}-price").fill("1.50")
    number = post(page)
    expect(page.get_by_text("expired").first).to_be_visible()
    return number


def dispense(page: Page, code: str) -> str:
    """Twelve of them to a patient: from the earliest expiry first, the expired batch named and left."""
    page.goto("/dispense")
    pick(page.locator("#f-patient"), "P-", "P-")
    pick(page.locator("#f-prescriber"), "lek", "lek.")
    pick(page.locator("#f-lines-0-product"), code, code)
    page.locator("#f-lines-0-quantity").fill("12")
    page.locator("#f-lines-0-directions").fill("1 twice a day")
    preview = page.locator("[data-line-preview]").first
    for batch in ("EARLY", "LATE", "OLD"):
        expect(preview).to_contain_text(batch)
    expect(preview).to_contain_text("expired")
    number = post(page)
    medicines = page.get_by_role("table").first
    expect(medicines).to_contain_text("EARLY")
    expect(medicines).to_contain_text("LATE")
    expect(medicines).not_to_contain_text("OLD")
    return number


def take_back(page: Page) -> None:
    page.get_by_label("Comes back").first.fill("2")
    page.locator("#f-reason").fill("Not taken by the patient")
    page.get_by_role("button", name="Return", exact=True).click()
    expect(page.get_by_text("RET-").first).to_be_visible()


def transfer(page: Page, code: str) -> str:
    page.goto("/transfer")
    page.locator("#f-from_place_id").select_option(label="Main store")
    page.locator("#f-to_place_id").select_option(label="Cardiology ward store")
    pick(page.locator("#f-lines-0-product"), code, code)
    page.locator("#f-lines-0-quantity").fill("3")
    return post(page)


def test_receives_dispenses_returns_moves_and_finds_every_step(
    page: Page, browser: Browser, server: RunningServer, api: httpx.Client
) -> None:
    product_id = new_medicine(api, "JRN1")
    sign_in(page, "pharmacist", PASSWORD)
    received = receive(page, "JRN1", "JRN/1")
    dispensed = dispense(page, "JRN1")
    dispensing_url = page.url
    take_back(page)
    moved = transfer(page, "JRN1")

    page.goto(f"/stock/card?product_id={product_id}")
    for number in (received, dispensed, "RET-", moved):
        expect(page.get_by_role("link", name=number).first).to_be_visible()

    dispensing_id = dispensing_url.rsplit("/", 1)[-1]
    auditor = browser.new_context(base_url=server.url).new_page()
    sign_in(auditor, "auditor", PASSWORD)
    auditor.goto(f"/audit?entity=dispensing&entity_id={dispensing_id}")
    expect(auditor.get_by_text("stock.dispensing.post").first).to_be_visible()
    expect(auditor.get_by_text("Piotr Zalewski").first).to_be_visible()
    auditor.context.close()
    assert server.verify() == []


def test_the_same_over_the_api(api: httpx.Client, server: RunningServer) -> None:
    product_id = new_medicine(api, "JRN2")
    store = main_store(api)
    ward = first(api, "places", q="Cardiology")
    lines = [
        {"product_id": product_id, "quantity": 10, "batch_code": batch, "expires_on": day.isoformat()}
        for batch, day in (("LATE", LATE), ("EARLY", EARLY), ("OLD", OLD))
    ]
    supplier = first(api, "suppliers")
    receipt = {
        "supplier_id": supplier["id"],
        "place_id": store["id"],
        "invoice_number": "JRN/2",
        "lines": lines,
    }
    assert api.post("/api/receipts", json=receipt).status_code == 201

    old = first(api, "batches", product_id=product_id, q="OLD")
    wanted = {"product_id": product_id, "quantity": 12, "directions": "1 twice a day"}
    body = {
        "patient_id": first(api, "patients")["id"],
        "prescriber_id": first(api, "prescribers")["id"],
        "place_id": store["id"],
        "lines": [wanted],
    }
    refused = api.post("/api/dispensings", json=body | {"lines": [wanted | {"batch_id": old["id"]}]})
    assert (refused.status_code, refused.json()["code"]) == (409, "batch.expired")
    given = api.post("/api/dispensings", json=body)
    assert given.status_code == 201, given.text
    batches = given.json()["lines"][0]["batches"]
    assert [(item["batch_code"], item["quantity"]) for item in batches] == [("EARLY", 10), ("LATE", 2)]
    back = {"lines": [{"line": 1, "quantity": 2}], "reason": "Not taken"}
    assert api.post(f"/api/dispensings/{given.json()['id']}/return", json=back).status_code == 200
    move = {
        "from_place_id": store["id"],
        "to_place_id": ward["id"],
        "lines": [{"product_id": product_id, "quantity": 3}],
    }
    assert api.post("/api/transfers", json=move).status_code == 201

    card = api.get("/api/stock-card", params={"product_id": product_id}).json()
    kinds = [row["kind"] for row in card["rows"]]
    assert sorted(set(kinds)) == ["dispensing", "receipt", "return", "transfer"]
    assert server.verify() == []


def test_the_home_page_as_the_readme_shows_it(page: Page) -> None:
    sign_in(page, "pharmacist", PASSWORD)
    expect(page.get_by_role("link", name="Expired, still in stock")).to_be_visible()
    expect(page.locator("canvas").first).to_be_visible()
    if os.environ.get("WRITE_SCREENSHOTS"):
        SCREENSHOT.parent.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOT)
