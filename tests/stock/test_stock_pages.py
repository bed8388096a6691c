"""Stock in the browser: forms as they were typed, fragments, and what a bound person sees."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

import httpx

from tests.stock.shop import Shop


def fields(html: str) -> dict[str, str]:
    """What every form that writes carries, and a browser sends back untouched."""
    found = re.findall(r'name="(csrf_token|idempotency_key|version)" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in found}


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


async def submit(client: httpx.AsyncClient, path: str, data: dict[str, Any], to: str = "") -> httpx.Response:
    """Open a form, fill it in, send it."""
    hidden = fields((await client.get(path)).text)
    return await client.post(to or path, data=hidden | data)


def line(index: int, **typed: object) -> dict[str, str]:
    return {f"lines-{index}-{name}": str(value) for name, value in typed.items()}


async def test_every_page_opens(shop: Shop) -> None:
    batch = await shop.put(10, cost=0.5)
    await shop.put(3, "OLD", days=-1)
    await shop.client.put("/api/levels", json={"product_id": shop.tablets, "reorder_at": 50})
    document = (await shop.move(3))["id"]
    for path in (
        "/stock", "/stock?at=2026-01-31", f"/stock?place_id={shop.ward}", f"/stock/product/{shop.tablets}",
        f"/stock/product/{shop.gauze}", f"/stock/product/{shop.tablets}/level", "/batches",
        f"/batches/{batch}", f"/batches/{batch}/places/{shop.store}", "/documents", "/transfers", "/issues",
        "/adjustments", "/disposals", f"/documents/{document}", "/transfer", "/issue", "/adjust", "/dispose",
        "/expiry", "/expiry?days=180&expired=false", "/low-stock", "/low-stock?state=out", "/places",
        "/places/new", f"/places/{shop.ward}", f"/places/{shop.ward}/edit",
        f"/stock/card?product_id={shop.tablets}", f"/stock/card?batch_id={batch}&place_id={shop.ward}",
        f"/stock/card?product_id={shop.tablets}&from=2026-01-01&to=", "/stock/card?product_id=" + shop.gauze,
        f"/stock/card/print?product_id={shop.tablets}",
    ):  # fmt: skip
        answer = await shop.client.get(path)
        assert answer.status_code == 200, (path, text_of(answer.text))
        assert "<html" in answer.text
        assert "None" not in text_of(answer.text), path
    for path in ("/stock", "/batches", "/documents", "/expiry", "/low-stock", "/places"):
        fragment = await shop.client.get(path, headers={"HX-Request": "true"})
        assert (fragment.status_code, "<html" in fragment.text) == (200, False), path


async def test_every_list_exports_what_it_shows(shop: Shop) -> None:
    await shop.put(10, cost=0.5)
    await shop.client.put("/api/levels", json={"product_id": shop.tablets, "reorder_at": 50})
    await shop.move(3)
    for path, words in (
        ("/stock/export", "Paracetamol 500 mg,tablet,10"),
        ("/stock/export?at=2200-01-01", "Paracetamol 500 mg,tablet,10"),
        ("/batches/export", "Paracetamol 500 mg,A1"),
        ("/documents/export?kind=transfer", "TRF-"),
        ("/transfers/export", "Main,Ward,1"),
        ("/expiry/export?days=400", "A1"),
        ("/low-stock/export", "At the reorder point"),
        ("/places/export", "QUAR,Quar,Store"),
        (f"/stock/card/export?product_id={shop.tablets}", "Opening balance"),
    ):
        answer = await shop.client.get(path)
        assert answer.status_code == 200, path
        assert words in answer.text, (path, answer.text)
        joint = "&" if "?" in path else "?"
        sheet = await shop.client.get(f"{path}{joint}format=xlsx")
        assert sheet.content.startswith(b"PK"), path


async def test_posts_a_transfer_and_shows_its_batches(shop: Shop) -> None:
    await shop.put(10, "B")
    await shop.put(4, "A", days=100)
    data = {"from_place_id": shop.store, "to_place_id": shop.ward, "note": "round"}
    typed = line(0, product="Paracetamol 500 mg", product_id=shop.tablets, quantity="6") | line(1, product="")
    posted = await submit(shop.client, "/transfer", data | typed)
    assert posted.status_code == 303
    shown = await shop.client.get(posted.headers["location"])
    words = text_of(shown.text)
    assert "TRF-" in words
    for part in ("A", "B", "4 tablet", "2 tablet", "round", "is posted"):
        assert part in words


async def test_finds_what_was_only_typed(shop: Shop) -> None:
    """Without JavaScript: products by code or name, batches by code, in any letters."""
    await shop.put(10)
    for name in ("para500", "paracetamol 500 MG"):
        data = {"place_id": shop.store, "reason": "damaged"}
        typed = line(0, product=name, product_id="", quantity="1", batch="a1", batch_id="")
        posted = await submit(shop.client, "/dispose", data | typed)
        assert posted.status_code == 303, text_of(posted.text)
    found = line(0, product="PARA500", product_id="", quantity="2", batch="NEW", expires_on="2030-01-31")
    known = line(1, product="PARA500", product_id="", quantity="-1", batch="A1", batch_id="")
    posted = await submit(shop.client, "/adjust", {"place_id": shop.store, "reason": "count"} | found | known)
    assert posted.status_code == 303, text_of(posted.text)
    stock = (await shop.client.get("/api/stock")).json()["items"][0]
    assert stock["on_hand"] == 9


async def test_shows_the_form_again_as_it_was_typed(shop: Shop) -> None:
    await shop.put(10)
    before = await shop.documents()
    good = {"from_place_id": shop.store, "to_place_id": shop.ward}
    tablets = {"product": "Paracetamol 500 mg", "product_id": shop.tablets}
    cases = (
        (good | line(0, quantity="") | line(2, **tablets, quantity="99"), 409, "Only 10 of 99"),
        (good | line(0, **tablets, quantity="many"), 422, "Write a number"),
        (good | line(0, product="Panacea", product_id="", quantity="1"), 422, "no such product"),
        (good | line(0, **tablets, quantity="1", batch="Z9", batch_id=""), 422, "no such batch"),
        (good | line(0, product="x", product_id="junk", quantity="1"), 422, "not a valid id"),
        (good | {"to_place_id": ""} | line(0, **tablets, quantity="1"), 422, "Please fill this in"),
        (good | {"to_place_id": str(uuid4())} | line(0, **tablets, quantity="1"), 422, "no such place"),
        (good | {"note": "<b>&\x00"} | line(0, **tablets, quantity="1"), 422, "not allowed here"),
        (good | {"to_place_id": shop.store} | line(0, **tablets, quantity="1"), 422, "another place"),
        (good, 422, "Please fill this in"),
    )
    for data, status, words in cases:
        refused = await submit(shop.client, "/transfer", data)
        assert refused.status_code == status, (data, text_of(refused.text))
        assert words in text_of(refused.text), (words, text_of(refused.text))
        for value in data.values():
            if value and len(value) < 30 and "\x00" not in value:
                assert f'value="{value}"' in refused.text, (value, words)
        targets = set(re.findall(r'href="#(f-[^"]+)"', refused.text))
        assert targets <= set(re.findall(r'id="(f-[^"]+)"', refused.text)), targets
    assert await shop.documents() == before


async def test_without_javascript_lines_come_and_go_and_batches_are_shown(shop: Shop) -> None:
    await shop.put(10)
    await shop.put(2, "OLD", days=-1)
    before = await shop.documents()
    data = {"place_id": shop.store} | line(0, product="PARA500", product_id="", quantity="12")
    more = await submit(shop.client, "/issue", data | {"add_line": "1"})
    assert (more.status_code, 'name="lines-1-product"' in more.text) == (200, True)
    words = text_of(more.text)
    assert "10 tablet A1" in words
    assert "skipped OLD: expired" in words
    assert "2 tablet missing" in words
    assert f'value="{shop.tablets}"' in more.text
    two = data | line(1, product="GAUZE", product_id="", quantity="1")
    less = await submit(shop.client, "/issue", two | {"remove_line": "0"})
    assert ("GAUZE" in less.text, "PARA500" in less.text) == (True, False)
    assert await shop.documents() == before
    whole = data | fields(more.text) | {"lines-0-quantity": "10"}
    posted = await shop.client.post("/issue", data=whole)
    again = await shop.client.post("/issue", data=whole)
    assert (posted.status_code, again.headers["location"]) == (303, posted.headers["location"])
    assert await shop.documents() == before + 1


async def test_says_under_each_line_what_it_will_take(shop: Shop) -> None:
    await shop.put(10)
    await shop.put(2, "OLD", days=-1)
    one = await shop.client.get(
        "/stock/allocation", params={"place_id": shop.store, "product_id": shop.tablets, "quantity": "3"}
    )
    assert "3 tablet A1" in text_of(one.text)
    form = {"from_place_id": shop.store} | line(1, product_id=shop.tablets, quantity="8")
    form |= line(4, product_id=shop.tablets, quantity="8") | line(5, product_id="", quantity="")
    all_ = await shop.client.post("/stock/allocation", data=form)
    notes = dict(
        re.findall(r'<div id="(lines-\d-note)" hx-swap-oob="innerHTML">(.*?)</div>', all_.text, re.S)
    )
    assert set(notes) == {"lines-1-note", "lines-4-note", "lines-5-note"}
    assert "8 tablet A1" in text_of(notes["lines-1-note"])
    assert "6 tablet missing" in text_of(notes["lines-4-note"])
    assert text_of(notes["lines-5-note"]) == ""
    for junk in ({"place_id": "x"}, {"place_id": shop.store, "product_id": "x"}, {"place_id": str(uuid4())}):
        answer = await shop.client.get("/stock/allocation", params=junk | {"quantity": "NaN"})
        assert answer.status_code == 200


async def test_pickers_offer_what_fits(shop: Shop) -> None:
    await shop.put(10, "AB1")
    await shop.put(2, "AB2", days=-1)
    places = await shop.client.get("/lookup/places", params={"q": "ward"})
    assert f'data-id="{shop.ward}" data-label="Ward" data-exact' in places.text
    batches = await shop.client.get(
        "/lookup/batches",
        params={"q": "ab", "from_place_id": shop.store, "lines-3-product_id": shop.tablets},
    )
    assert re.findall(r'data-label="(\w+)"', batches.text) == ["AB2", "AB1"]
    assert "Expired" in batches.text
    for params in ({"q": "%"}, {"q": "_", "product_id": shop.tablets}, {"q": "ab"}, {}):
        empty = await shop.client.get("/lookup/batches", params=params)
        assert (empty.status_code, "role" in empty.text) == (200, params == {"product_id": 1}), params
    assert (await shop.client.get("/lookup/places", params={"q": "a\x00"})).status_code == 422


async def test_holds_recalls_and_releases_with_a_reason(shop: Shop) -> None:
    batch = await shop.put(10)
    page = f"/batches/{batch}"
    refused = await submit(shop.client, page, {"reason": " ", "verb": "recall"}, to=f"{page}/status")
    assert (refused.status_code, "Write the reason" in refused.text) == (422, True)
    done = await submit(shop.client, page, {"reason": "RDG 7", "verb": "recall"}, to=f"{page}/status")
    assert done.status_code == 303
    assert "Recalled" in text_of((await shop.client.get(page)).text)
    stale = {"reason": "x", "verb": "release", "version": "1"}
    told = await submit(shop.client, page, stale, to=f"{page}/status")
    assert (told.status_code, "Someone else changed this" in told.text) == (409, True)
    await submit(shop.client, page, {"reason": "fine", "verb": "release"}, to=f"{page}/status")
    part = f"{page}/places/{shop.store}"
    too_much = await submit(shop.client, part, {"quantity": "11", "reason": "look"})
    assert (too_much.status_code, 'value="11"' in too_much.text) == (409, True)
    assert (await submit(shop.client, part, {"quantity": "4", "reason": "look"})).status_code == 303
    release = {"quantity": "1", "reason": "ok", "verb": "release"}
    assert (await submit(shop.client, part, release)).status_code == 303
    places = (await shop.client.get(f"/api/batches/{batch}")).json()["places"]
    assert places[0]["on_hold"] == 3


async def test_takes_a_document_back_with_a_reason(shop: Shop) -> None:
    await shop.put(10)
    page = f"/documents/{(await shop.move(3))['id']}"
    refused = await submit(shop.client, page, {"reason": ""}, to=f"{page}/reverse")
    assert refused.status_code == 422
    done = await submit(shop.client, page, {"reason": "wrong ward"}, to=f"{page}/reverse")
    assert done.status_code == 303
    assert "Takes back" in text_of((await shop.client.get(done.headers["location"])).text)
    shown = (await shop.client.get(page)).text
    assert ("Corrected by" in shown, "Reason for taking it back" in shown) == (True, False)
    again = await submit(shop.client, page, {"reason": "x"}, to=f"{page}/reverse")
    assert (again.status_code, "already reversed" in again.text) == (409, True)


async def test_sets_levels_and_edits_places_by_version(shop: Shop) -> None:
    page = f"/stock/product/{shop.tablets}/level"
    wrong = await submit(shop.client, page, {"minimum": "9", "reorder_at": "5"})
    assert (wrong.status_code, 'value="9"' in wrong.text) == (422, True)
    assert (await submit(shop.client, page, {"minimum": "5", "reorder_at": "9"})).status_code == 303
    stale = await submit(shop.client, page, {"minimum": "5", "reorder_at": "9", "version": "0"})
    assert stale.status_code == 409
    edit = f"/places/{shop.ward}/edit"
    place = {"code": "W1", "name": "Ward 1", "kind": "ward", "department_id": str(shop.department)}
    taken = await submit(shop.client, edit, place | {"code": "MAIN", "location": "<i>"})
    assert (taken.status_code, 'value="&lt;i&gt;"' in taken.text) == (409, True)
    assert (await submit(shop.client, edit, place)).status_code == 303
    gone = await submit(shop.client, f"/places/{shop.ward}", {}, to=f"/places/{shop.ward}/archive")
    assert gone.status_code == 303
    assert (await submit(shop.client, "/places/new", place | {"code": "W2"})).status_code == 303


async def test_draws_the_balance_by_day(shop: Shop) -> None:
    await shop.put(10)
    await shop.move(4)
    chart = await shop.client.get(
        "/stock/card/chart", params={"product_id": shop.tablets, "place_id": shop.store}
    )
    spec = chart.json()
    assert (spec["kind"], spec["unit"], spec["series"][0]["values"]) == ("step", "tablet", [0, 6])
    assert len(spec["x"]) == 2


async def test_a_nurse_sees_the_ward_and_no_prices(shop: Shop) -> None:
    batch = await shop.put(10, cost=12.34)
    await shop.move(4)
    nurse = await shop.nurse()
    for path in (
        "/stock",
        f"/stock/product/{shop.tablets}",
        f"/batches/{batch}",
        "/documents",
        "/expiry?days=900",
    ):
        words = text_of((await nurse.get(path)).text)
        assert ("Ward" in words or path == "/stock", "12.34" in words) == (True, False), path
    assert "<option" not in (await nurse.get("/transfer")).text.split("to_place_id")[0].replace(
        f'<option value="{shop.ward}"', ""
    ).replace('<option value=""', "")
    for path in (f"/places/{shop.store}", f"/stock/card?product_id={shop.tablets}&place_id={shop.store}"):
        assert (await nurse.get(path)).status_code == 404, path
    assert (await nurse.get("/adjust")).status_code == 403
