"""The receive form and the pages of receipts."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from stockroom.stock import find_broken_invariants
from tests.buying.ground import BuyingGround, written
from tests.conftest import SignIn

GTIN = "05909990012343"


@pytest.fixture
async def client(sign_in: SignIn, shop: BuyingGround) -> httpx.AsyncClient:
    async with sign_in.database.transaction() as db:
        await db.execute("update stock.place set is_main = true where id = %s", [shop.stock.store])
        await db.execute(
            "insert into catalog.barcode (code, product_id, pack_id) values (%s, %s, %s)",
            [GTIN, shop.stock.tablets, shop.box],
        )
    return await sign_in("pharmacist")


def form(shop: BuyingGround, **changes: str) -> dict[str, str]:
    """As a browser without scripts sends it: names and codes, the ids empty."""
    return {
        "supplier": "neuca hurt SP. Z O.O.", "supplier_id": "", "invoice_number": "FV/7", "received_on": "2026-03-02",
        "place_id": str(shop.stock.store), "invoice_total": "", "note": "",
        "lines-0-product": "para500", "lines-0-product_id": "", "lines-0-pack_id": "", "lines-0-quantity": "1 200",
        "lines-0-batch_code": "A1", "lines-0-expires_on": "2028-01-31", "lines-0-price": "0,10",
        **changes,
    }  # fmt: skip


async def receipts(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return (await client.get("/api/receipts")).json()["items"]


async def receipt_behind(client: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 303, answer.text
    return (await client.get(f"/api{answer.headers['location']}")).json()


def value_of(html: str, name: str) -> str:
    """What stands in an input of the page."""
    tag = re.search(rf'<input[^>]*\sname="{re.escape(name)}"[^>]*>', html)
    assert tag is not None, name
    found = re.search(r'\svalue="([^"]*)"', tag[0])
    return "" if found is None else found[1]


async def test_offers_an_empty_line_today_and_the_main_store(
    client: httpx.AsyncClient, shop: BuyingGround
) -> None:
    html = (await client.get("/receive")).text
    assert value_of(html, "lines-0-product") == ""
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", value_of(html, "received_on"))
    first = re.search(r'<select[^>]*name="place_id"[^>]*>\s*<option value="([^"]+)"', html)
    assert first is not None
    assert first[1] == str(shop.stock.store)


async def test_posts_names_and_codes_and_says_the_number(
    client: httpx.AsyncClient, shop: BuyingGround
) -> None:
    answer = await client.post("/receive", data=form(shop))
    made = await receipt_behind(client, answer)
    assert (made["supplier_id"], made["lines"][0]["quantity"], made["total"]) == (
        str(shop.supplier),
        1200,
        120,
    )
    shown = await client.get(answer.headers["location"])
    assert f"{made['number']} is posted." in shown.text
    assert "1,200" in shown.text
    assert f'href="/batches/{made["lines"][0]["batch_id"]}"' in shown.text


@pytest.mark.parametrize("words", ["PARA500", "paracetamol 500 MG", "5909990012343", GTIN])
async def test_finds_a_product_by_code_name_and_barcode(
    client: httpx.AsyncClient, shop: BuyingGround, words: str
) -> None:
    made = await receipt_behind(
        client, await client.post("/receive", data=form(shop, **{"lines-0-product": words}))
    )
    assert made["lines"][0]["product_id"] == str(shop.stock.tablets)


async def test_a_gs1_code_fills_what_is_empty(client: httpx.AsyncClient, shop: BuyingGround) -> None:
    scanned = form(
        shop,
        **{
            "lines-0-product": f"01{GTIN}1728013110B77", "lines-0-quantity": "", "lines-0-batch_code": "",
            "lines-0-expires_on": "", "lines-0-price": "12.40",
        },
    )  # fmt: skip
    line = (await receipt_behind(client, await client.post("/receive", data=scanned)))["lines"][0]
    assert (line["batch_code"], line["expires_on"]) == ("B77", "2028-01-31")
    assert (line["packs"], line["pack_name"], line["quantity"], line["pack_price"]) == (
        1,
        "box of 30",
        30,
        12.4,
    )


async def test_a_chosen_pack_is_what_quantity_and_price_are_of(
    client: httpx.AsyncClient, shop: BuyingGround
) -> None:
    chosen = form(
        shop, **{"lines-0-pack_id": str(shop.box), "lines-0-quantity": "4", "lines-0-price": "12,40"}
    )
    line = (await receipt_behind(client, await client.post("/receive", data=chosen)))["lines"][0]
    assert (line["packs"], line["quantity"], line["pack_price"], line["amount"]) == (4, 120, 12.4, 49.6)


async def test_shows_the_form_as_typed_with_the_message_at_its_field(
    sign_in: SignIn, client: httpx.AsyncClient, shop: BuyingGround
) -> None:
    async with sign_in.database.connection() as db:
        before = await written(db)
    changes = {"lines-0-quantity": "0", "lines-0-price": "0,10", "note": "left at the <gate>"}
    refused = await client.post("/receive", data=form(shop, **changes))
    assert refused.status_code == 422
    html = refused.text
    assert 'id="f-lines-0-quantity-error"' in html
    assert 'href="#f-lines-0-quantity"' in html
    assert value_of(html, "lines-0-quantity") == "0"
    assert value_of(html, "lines-0-price") == "0,10"
    assert value_of(html, "lines-0-batch_code") == "A1"
    assert value_of(html, "invoice_number") == "FV/7"
    assert value_of(html, "note") == "left at the &lt;gate&gt;"
    assert "box of 30" in html
    async with sign_in.database.connection() as db:
        assert await written(db) == before


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"supplier": "Nobody"}, 422, "supplier"),
        ({"supplier": ""}, 422, "supplier"),
        ({"supplier_id": "7"}, 422, "supplier"),
        ({"supplier_id": str(uuid4())}, 422, "supplier"),
        ({"place_id": ""}, 422, "place_id"),
        ({"received_on": "31.12.2025"}, 422, "received_on"),
        ({"received_on": "2999-01-01"}, 422, "received_on"),
        ({"invoice_total": "about 10"}, 422, "invoice_total"),
        ({"invoice_total": "120.01"}, 409, "invoice_total"),
        ({"invoice_number": "x" * 201}, 422, "invoice_number"),
        ({"lines-0-product": "no such thing"}, 422, "lines-0-product"),
        ({"lines-0-product": "a\x00b"}, 422, "lines-0-product"),
        ({"lines-0-product": "", "lines-0-product_id": ""}, 422, "lines-0-product"),
        ({"lines-0-product_id": "7"}, 422, "lines-0-product"),
        ({"lines-0-quantity": ""}, 422, "lines-0-quantity"),
        ({"lines-0-quantity": "a dozen"}, 422, "lines-0-quantity"),
        ({"lines-0-quantity": "0.5"}, 422, "lines-0-quantity"),
        ({"lines-0-quantity": "NaN"}, 422, "lines-0-quantity"),
        ({"lines-0-pack_id": str(uuid4())}, 422, "lines-0-pack_id"),
        ({"lines-0-price": "-1"}, 422, "lines-0-price"),
        ({"lines-0-price": "0.00001"}, 422, "lines-0-price"),
        ({"lines-0-batch_code": ""}, 422, "lines-0-batch_code"),
        ({"lines-0-expires_on": ""}, 422, "lines-0-expires_on"),
        ({"lines-0-expires_on": "2028-02-31"}, 422, "lines-0-expires_on"),
    ],
)
async def test_every_field_has_its_message(
    client: httpx.AsyncClient, shop: BuyingGround, changes: dict[str, str], status: int, field: str
) -> None:
    refused = await client.post("/receive", data=form(shop, **changes))
    assert refused.status_code == status
    assert f'id="f-{field}-error"' in refused.text
    assert await receipts(client) == []


async def test_errors_of_a_line_stand_there_when_an_empty_line_is_above(
    client: httpx.AsyncClient, shop: BuyingGround
) -> None:
    plain = form(shop, **{"lines-0-quantity": "0"})
    moved = {name.replace("lines-0-", "lines-3-"): value for name, value in plain.items()}
    moved |= {name: "" for name in plain if name.startswith("lines-0-")}
    html = (await client.post("/receive", data=moved)).text
    assert 'id="f-lines-0-quantity-error"' in html
    assert value_of(html, "lines-0-batch_code") == "A1"


async def test_no_lines_is_said_above_the_form(client: httpx.AsyncClient, shop: BuyingGround) -> None:
    head = {name: value for name, value in form(shop).items() if not name.startswith("lines-")}
    refused = await client.post("/receive", data=head)
    assert refused.status_code == 422
    assert "Add at least one line." in refused.text


async def test_lines_are_added_and_removed_without_scripts(
    client: httpx.AsyncClient, shop: BuyingGround
) -> None:
    key = {"idempotency_key": uuid4().hex}
    added = await client.post("/receive", data=form(shop, add_line="1", **key))
    assert added.status_code == 200
    assert value_of(added.text, "lines-0-product") == "Paracetamol 500 mg"
    assert value_of(added.text, "lines-1-product") == ""
    assert f'<option value="{shop.box}" data-factor="30">box of 30</option>' in added.text
    fresh = value_of(added.text, "idempotency_key")
    assert fresh != key["idempotency_key"]
    two = form(shop, **{"lines-1-product": "gauze", "lines-1-quantity": "1", "lines-1-product_id": ""})
    removed = await client.post("/receive", data={**two, "remove_line": "0", "idempotency_key": fresh})
    assert value_of(removed.text, "lines-0-product") == "Gauze"
    assert 'name="lines-1-product"' not in removed.text.partition("<template")[0]
    assert await receipts(client) == []
    again = form(shop, idempotency_key=value_of(removed.text, "idempotency_key"))
    assert (await client.post("/receive", data=again)).status_code == 303


async def test_a_difference_asks_once_and_is_shown_afterwards(
    client: httpx.AsyncClient, shop: BuyingGround
) -> None:
    asked = await client.post("/receive", data=form(shop, invoice_total="121,50"))
    assert asked.status_code == 409
    assert re.search(r"data-accept>", asked.text)
    posted = await client.post("/receive", data=form(shop, invoice_total="121,50", accept_difference="on"))
    assert posted.status_code == 303
    shown = (await client.get(posted.headers["location"])).text
    assert "1.50" in shown
    assert "Differs from the invoice" in (await client.get("/receipts")).text


async def test_a_double_click_makes_one_receipt(client: httpx.AsyncClient, shop: BuyingGround) -> None:
    key = uuid4().hex
    first = await client.post("/receive", data=form(shop, idempotency_key=key))
    second = await client.post("/receive", data=form(shop, idempotency_key=key))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert len(await receipts(client)) == 1


async def test_an_expired_batch_stands_out(client: httpx.AsyncClient, shop: BuyingGround) -> None:
    posted = await client.post("/receive", data=form(shop, **{"lines-0-expires_on": "2026-03-01"}))
    html = (await client.get(posted.headers["location"])).text
    assert "Batch A1 of Paracetamol 500 mg had already expired" in html
    assert '<span class="state state-bad">Expired</span>' in html


async def test_takes_back_with_a_reason(
    sign_in: SignIn, client: httpx.AsyncClient, shop: BuyingGround
) -> None:
    url = (await client.post("/receive", data=form(shop))).headers["location"]
    refused = await client.post(f"{url}/reverse", data={"reason": "  "})
    assert refused.status_code == 422
    assert 'id="f-reason-error"' in refused.text
    done = await client.post(f"{url}/reverse", data={"reason": "broken glass"})
    assert (done.status_code, done.headers["location"]) == (303, url)
    html = (await client.get(url)).text
    assert "broken glass" in html
    assert "Take back" not in html
    twice = await client.post(f"{url}/reverse", data={"reason": "again"})
    assert twice.status_code == 409
    async with sign_in.database.connection() as db:
        assert await find_broken_invariants(db) == []


async def test_lists_filters_exports_and_is_honest_when_empty(
    client: httpx.AsyncClient, shop: BuyingGround
) -> None:
    assert "No goods receipt matches" in (await client.get("/receipts")).text
    await client.post("/receive", data=form(shop, invoice_number="=1+1"))
    page = await client.get("/receipts", params={"q": "neuca", "received_from": "2026-03-02"})
    assert "GRN-2026-00001" in page.text
    fragment = await client.get("/receipts", params={"q": "nobody"}, headers={"HX-Request": "true"})
    assert "No goods receipt matches" in fragment.text
    assert "<html" not in fragment.text
    rows = (await client.get("/receipts/export", params={"format": "csv"})).text.splitlines()
    assert rows[0].removeprefix("\ufeff").startswith("Number,Received on,Supplier,Invoice,Place,Lines,Total")
    assert rows[1].startswith("GRN-2026-00001,2026-03-02,Neuca Hurt sp. z o.o.,'=1+1,Main,1,120")
    xlsx = await client.get("/receipts/export", params={"format": "xlsx"})
    assert xlsx.content[:2] == b"PK"


async def test_pages_are_for_those_who_may(sign_in: SignIn, shop: BuyingGround) -> None:
    auditor, ward = await sign_in("auditor"), await sign_in("ward")
    assert (await auditor.get("/receipts")).status_code == 200
    assert (await auditor.get("/receive")).status_code == 403
    assert (await auditor.post("/receive", data=form(shop))).status_code == 403
    assert (await ward.get("/receipts")).status_code == 403
    assert (await (await sign_in.visitor()).get("/receive")).status_code == 303
