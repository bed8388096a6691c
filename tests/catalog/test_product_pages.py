"""Pages of products."""

import re
from typing import Any

import httpx
import pytest

from stockroom.catalog.api import examples
from tests.conftest import SignIn


def token(html: str) -> dict[str, str]:
    """The hidden fields that every form carries."""
    hidden = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', html)
    return {name: value for name, value in hidden if name in ("csrf_token", "idempotency_key", "version")}


async def typed(client: httpx.AsyncClient, address: str, /, **values: str) -> httpx.Response:
    """The form at this address, filled in and posted as a browser without scripts does."""
    shown = await client.get(address)
    assert shown.status_code == 200
    return await client.post(address.partition("?")[0], data={**token(shown.text), **values})


MEDICINE = {
    "name": "Morphine",
    "code": "MOR10",
    "kind": "medicine",
    "unit": "ampoule",
    "precision": "0",
    "batch_tracked": "true",
    "expiry_tracked": "true",
    "strength": "10 mg/ml",
    "form_code": "injection",
    "controlled_class": "I-N",
    "high_alert": "true",
    "allergy_opioids": "true",
    "vat_rate": "8,0",
    "packs-0-name": "box of 10",
    "packs-0-factor": "10",
    "packs-4-name": "carton",
    "packs-4-factor": "1 000",
    "barcodes-0-code": "5909990012343",
    "barcodes-0-pack": "box of 10",
    "preferred_supplier": "",
    "preferred_supplier_id": "",
}


async def test_enters_a_medicine_and_shows_it_in_one_line(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    made = await typed(client, "/products/new?kind=medicine", **MEDICINE)
    assert made.status_code == 303, made.text
    address = made.headers["location"]
    page = (await client.get(address)).text
    for words in ("Morphine 10 mg/ml", "injection", "Controlled I-N", "High alert", "Opioids"):
        assert words in page
    assert "= 1,000 ampoule" in page
    product = (await client.get(f"/api{address}")).json()
    assert [pack["factor"] for pack in product["packs"]] == [10, 1000]
    assert (product["vat_rate"], product["prescription_only"]) == (8, False)
    packs = (await client.get(f"{address}?tab=packs")).text
    assert "5909990012343" in packs
    assert "05909990012343" not in packs


async def test_boxes_that_are_not_ticked_mean_no(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    plain = {name: value for name, value in MEDICINE.items() if not name.endswith("_tracked")}
    made = await typed(client, "/products/new?kind=medicine", **plain)
    product = (await client.get(f"/api{made.headers['location']}")).json()
    assert (product["batch_tracked"], product["expiry_tracked"]) == (False, False)


async def test_a_refused_form_stays_as_it_was_typed(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    wrong = {
        **MEDICINE,
        "vat_rate": "108",
        "packs-0-factor": "0,5",
        "barcodes-0-code": "5909990012344",
        "barcodes-0-pack": "crate",
        "notes": "a <b>note</b>",
    }
    refused = await typed(client, "/products/new?kind=medicine", **wrong)
    assert refused.status_code == 422
    for value in ("Morphine", "108", "0,5", "5909990012344", "crate", "carton", "1 000"):
        assert f'value="{value}"' in refused.text
    assert "a &lt;b&gt;note&lt;/b&gt;" in refused.text
    for name in ("vat_rate", "packs-0-factor", "barcodes-0-code", "barcodes-0-pack"):
        assert f'id="f-{name}-error"' in refused.text
    assert "5909990012343 would" in refused.text
    assert (await client.get("/api/products")).json()["total"] == 0


async def test_lines_are_added_and_taken_away_without_scripts(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    shown = await client.get("/products/new?kind=medicine")
    form = {**token(shown.text), **MEDICINE}
    more = await client.post("/products/new", data={**form, "add_line": "packs"})
    assert more.status_code == 200
    assert 'name="packs-2-name"' in more.text
    assert 'name="barcodes-1-code"' not in more.text
    less = await client.post("/products/new", data={**form, **token(more.text), "remove_line": "packs-0"})
    assert 'value="box of 10"' not in less.text.partition('data-lines="barcodes"')[0]
    assert re.search(r'name="packs-0-name"[^>]* value="carton"', less.text)
    assert (await client.get("/api/products")).json()["total"] == 0
    assert token(less.text)["idempotency_key"] != token(more.text)["idempotency_key"]
    saved = await client.post("/products/new", data={**MEDICINE, **token(less.text)})
    assert saved.status_code == 303


async def test_edits_what_is_there_and_refuses_what_is_stale(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    address = (await typed(client, "/products/new?kind=medicine", **MEDICINE)).headers["location"]
    shown = (await client.get(f"{address}/edit")).text
    for value in ("Morphine", "10 mg/ml", "box of 10", "1,000", "5909990012343"):
        assert f'value="{value}"' in shown
    saved = await typed(client, f"{address}/edit", **{**MEDICINE, "name": "Morphine sulfate"})
    assert saved.status_code == 303
    stale = await client.post(f"{address}/edit", data={**token(shown), **MEDICINE, "name": "Other"})
    assert stale.status_code == 409
    assert 'value="Other"' in stale.text
    assert (await client.get(f"/api{address}")).json()["name"] == "Morphine sulfate"


@pytest.mark.parametrize(
    ("picked", "text", "expected"),
    [
        (True, "Hurtownia Leków sp. z o.o.", True),
        (False, "hurtownia lekow SP. Z O.O.", True),
        (True, "", False),
        (False, "", False),
    ],
)
async def test_a_supplier_is_picked_or_named(
    sign_in: SignIn, *, picked: bool, text: str, expected: bool
) -> None:
    client = await sign_in("pharmacist")
    supplier = (await client.post("/api/suppliers", json=examples.SUPPLIER)).json()["id"]
    chosen = {"preferred_supplier": text, "preferred_supplier_id": supplier if picked else ""}
    made = await typed(client, "/products/new?kind=medicine", **{**MEDICINE, **chosen})
    found = (await client.get(f"/api{made.headers['location']}")).json()["preferred_supplier_id"]
    assert found == (supplier if expected else None)


async def test_an_unknown_supplier_is_told_at_its_field(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    refused = await typed(
        client, "/products/new?kind=medicine", **{**MEDICINE, "preferred_supplier": "Nobody"}
    )
    assert refused.status_code == 422
    assert 'id="f-preferred_supplier-error"' in refused.text
    assert 'value="Nobody"' in refused.text


async def two_products(client: httpx.AsyncClient) -> str:
    made = await client.post("/api/products", json=examples.PRODUCT)
    await client.post("/api/products", json={"code": "GAU1", "name": "Gauze", "unit": "piece"})
    return made.headers["location"].removeprefix("/api")


@pytest.mark.parametrize(
    ("params", "shown", "hidden"),
    [
        ({}, ["Amoxicillin", "Gauze"], []),
        ({"kind": "medicine"}, ["Amoxicillin"], ["Gauze"]),
        ({"q": "5909990012343"}, ["Amoxicillin"], ["Gauze"]),
        ({"q": "(01)05909990012343(10)A"}, ["Amoxicillin"], ["Gauze"]),
        ({"q": "xyzzy"}, ["No product matches"], ["Amoxicillin", "Gauze"]),
        ({"active": "false"}, ["No product matches"], ["Amoxicillin"]),
    ],
)
async def test_the_list_searches_filters_and_exports_the_same(
    sign_in: SignIn, params: dict[str, str], shown: list[str], hidden: list[str]
) -> None:
    client = await sign_in("pharmacist")
    await two_products(client)
    whole = (await client.get("/products", params=params)).text
    fragment = (await client.get("/products", params=params, headers={"HX-Request": "true"})).text
    exported = (await client.get("/products/export", params={**params, "format": "csv"})).text
    assert "<html" in whole
    assert "<html" not in fragment
    for words in shown:
        assert words in whole
        assert words in fragment
    for words in hidden:
        assert f">{words}" not in fragment
        assert words not in exported
    assert (await client.get("/products", params={"colour": "red"})).status_code == 422


async def test_prices_are_for_those_who_may_see_them(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    address = await two_products(client)
    shown = await client.get(f"{address}?tab=prices")
    price = {"kind": "purchase", "amount": "0,4125", "currency": "PLN", "valid_from": "2026-01-01"}
    made = await client.post(f"{address}/prices", data={**token(shown.text), **price})
    assert (made.status_code, made.headers["location"]) == (303, f"{address}?tab=prices")
    assert "0.4125" in (await client.get(made.headers["location"])).text
    ward = await sign_in("ward")
    for where in (address, f"{address}?tab=prices", "/products", "/products/export"):
        answer = await ward.get(where)
        assert answer.status_code == 200
        assert "0.4125" not in answer.text
        assert "Purchase price" not in answer.text
    assert (await ward.post(f"{address}/prices", data=price)).status_code == 403


async def test_a_refused_price_stays_as_it_was_typed(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    address = await two_products(client)
    shown = await client.get(f"{address}?tab=prices")
    wrong = {"kind": "sale", "amount": "-3", "currency": "EUR", "valid_from": "2026-01-01"}
    refused = await client.post(f"{address}/prices", data={**token(shown.text), **wrong})
    assert refused.status_code == 422
    assert 'value="-3"' in refused.text
    assert 'id="f-amount-error"' in refused.text
    assert (await client.get(f"/api{address}/prices")).json()["total"] == 0


async def test_archives_and_takes_into_use_again(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    address = await two_products(client)
    page = await client.get(address)
    gone = await client.post(f"{address}/archive", data=token(page.text))
    assert gone.status_code == 303
    page = await client.get(address)
    assert "Take into use again" in page.text
    back = await client.post(f"{address}/restore", data=token(page.text))
    assert back.status_code == 303
    assert (await client.get(f"/api{address}")).json()["active"] is True
    page = await client.get(address)
    unseen = await client.post(f"{address}/archive", data={**token(page.text), "version": "x"})
    assert unseen.status_code == 422


async def test_readers_see_no_buttons_that_write(sign_in: SignIn) -> None:
    address = await two_products(await sign_in("pharmacist"))
    auditor = await sign_in("auditor")
    page = (await auditor.get(address)).text
    assert f"{address}/edit" not in page
    assert f"/audit?entity=product&amp;entity_id={address.rpartition('/')[2]}" in page
    for where in ("/products/new", f"{address}/edit"):
        assert (await auditor.get(where)).status_code == 403
    assert (await auditor.get("/products/00000000-0000-7000-8000-000000000000")).status_code == 404


async def test_pages_cost_the_same_whatever_their_rows(sign_in: SignIn, statements: list[str]) -> None:
    client = await sign_in("pharmacist")
    address = await two_products(client)
    costs: list[dict[str, int]] = []
    of_product = (address, f"{address}?tab=packs", f"{address}?tab=prices", f"{address}/edit")
    pages = ("/products", "/products?q=gauze", *of_product)
    for extra in (0, 20):
        for number in range(extra):
            body: dict[str, Any] = {"code": f"G{number}", "name": f"Gauze {number}", "unit": "piece"}
            await client.post("/api/products", json=body)
        cost: dict[str, int] = {}
        for where in pages:
            statements.clear()
            assert (await client.get(where)).status_code == 200
            cost[where] = len(statements)
        costs.append(cost)
    assert costs[0] == costs[1]
    # The session's two statements are in each.
    assert max(costs[0].values()) <= 8, costs[0]
