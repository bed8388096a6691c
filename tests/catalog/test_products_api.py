"""Products over the API."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from stockroom.catalog.api import examples
from stockroom.platform.ids import new_id
from tests.catalog.ground import gtin
from tests.conftest import SignIn

GAUZE: dict[str, Any] = {"code": "GAU1", "name": "Gauze", "unit": "piece"}


async def test_creates_changes_archives_and_restores_a_product(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    made = await client.post("/api/products", json=examples.PRODUCT)
    assert made.status_code == 201, made.text
    url = made.headers["location"]
    product = made.json()
    assert (product["batch_tracked"], product["form_pl"], product["vat_rate"]) == (True, "kapsułka", 8)
    assert [(pack["name"], pack["factor"]) for pack in product["packs"]] == [("box of 20", 20)]
    assert product["barcodes"] == [
        {"code": "05909990012343", "pack_id": product["packs"][0]["id"], "pack": "box of 20"}
    ]
    seen = {"If-Match": made.headers["etag"]}
    changed = await client.put(url, json={**examples.PRODUCT, "name": "Amoxicillin"}, headers=seen)
    assert (changed.status_code, changed.json()["name"], changed.json()["version"]) == (200, "Amoxicillin", 2)
    assert changed.json()["packs"] == product["packs"]
    stale = await client.put(url, json=examples.PRODUCT, headers=seen)
    assert (stale.status_code, stale.json()["code"]) == (409, "version.stale")
    assert (await client.put(url, json=examples.PRODUCT)).json()["code"] == "version.missing"
    assert (await client.delete(url, headers={"If-Match": '"2"'})).status_code == 204
    archived = await client.get("/api/products", params={"active": "false"})
    assert [item["code"] for item in archived.json()["items"]] == ["AMX500"]
    restored = await client.post(f"{url}/restore", headers={"If-Match": '"3"'})
    assert (restored.status_code, restored.json()["active"], restored.json()["version"]) == (200, True, 4)


async def test_finds_products_by_search_filter_and_barcode(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    await client.post("/api/products", json=examples.PRODUCT)
    await client.post("/api/products", json={**GAUZE, "barcodes": [{"code": "GAU-CODE"}]})
    cases: list[tuple[dict[str, str], list[str]]] = [
        ({}, ["AMX500", "GAU1"]),
        ({"kind": "medicine"}, ["AMX500"]),
        ({"kind": "goods"}, ["GAU1"]),
        ({"atc": "j01"}, ["AMX500"]),
        ({"atc": "%"}, []),
        ({"form_code": "capsule"}, ["AMX500"]),
        ({"category": "antibiotics"}, ["AMX500"]),
        ({"controlled": "true"}, []),
        ({"high_alert": "false"}, ["AMX500", "GAU1"]),
        ({"supplier_id": str(new_id())}, []),
        ({"barcode": "5909990012343"}, ["AMX500"]),
        ({"barcode": "05909990012343"}, ["AMX500"]),
        ({"barcode": "GAU-CODE"}, ["GAU1"]),
        ({"barcode": "5909990012344"}, []),
        ({"q": "amoxicilin"}, ["AMX500"]),
        ({"q": "J01CA04"}, ["AMX500"]),
        ({"q": "500 amotaks"}, ["AMX500"]),
        ({"sort": "-code"}, ["GAU1", "AMX500"]),
    ]
    for params, codes in cases:
        found = await client.get("/api/products", params=params)
        assert [item["code"] for item in found.json()["items"]] == codes, params


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"code": ""}, "/code", "field.required"),
        ({"code": None}, "/code", "field.type"),
        ({"code": "x" * 65}, "/code", "field.too_long"),
        ({"name": "a\x00b"}, "/name", "field.characters"),
        ({"name": "x" * 201}, "/name", "field.too_long"),
        ({"kind": "weapon"}, "/kind", "field.choice"),
        ({"unit": " "}, "/unit", "field.characters"),
        ({"unit": "tablet\n"}, "/unit", "field.characters"),
        ({"precision": 7}, "/precision", "field.range"),
        ({"precision": 1.5}, "/precision", "field.number"),
        ({"vat_rate": "NaN"}, "/vat_rate", "number.range"),
        ({"vat_rate": 8.125}, "/vat_rate", "number.precision"),
        ({"lead_time_days": -1}, "/lead_time_days", "field.range"),
        ({"preferred_supplier_id": "5"}, "/preferred_supplier_id", "field.id"),
        ({"preferred_supplier_id": str(uuid4())}, "/preferred_supplier_id", "supplier.unknown"),
        ({"form_code": "elixir"}, "/form_code", "dosage_form.unknown"),
        ({"atc_code": "J1"}, "/atc_code", "field.characters"),
        ({"atc_code": "J01\n"}, "/atc_code", "field.characters"),
        ({"allergy_groups": ["cats"]}, "/allergy_groups/0", "field.choice"),
        ({"packs": [{"name": "box", "factor": 0}]}, "/packs/0/factor", "number.range"),
        ({"packs": [{"name": "box", "factor": "much"}]}, "/packs/0/factor", "field.number"),
        ({"packs": [{"name": "box"}]}, "/packs/0/factor", "field.required"),
        ({"barcodes": [{"code": "5909990012344"}]}, "/barcodes/0/code", "barcode.check_digit"),
        ({"barcodes": [{"code": "123"}]}, "/barcodes/0/code", "barcode.length"),
        ({"barcodes": [{"code": "A\x00"}]}, "/barcodes/0/code", "field.characters"),
        ({"barcodes": [{"code": "A1", "pack": "crate"}]}, "/barcodes/0/pack", "barcode.pack_unknown"),
        ({"colour": "red"}, "/colour", "field.unknown"),
    ],
)
async def test_refuses_bad_input_at_its_field(
    sign_in: SignIn, changes: dict[str, Any], pointer: str, code: str
) -> None:
    client = await sign_in("pharmacist")
    body = {**examples.PRODUCT, "barcodes": [], **changes}
    refused = await client.post("/api/products", json=body)
    assert refused.status_code == 422, refused.text
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [(pointer, code)]
    assert (await client.get("/api/products")).json()["total"] == 0


async def test_a_taken_barcode_is_a_conflict_that_names_the_product(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    await client.post("/api/products", json=examples.PRODUCT)
    refused = await client.post("/api/products", json={**GAUZE, "barcodes": [{"code": "5909990012343"}]})
    assert (refused.status_code, refused.json()["code"]) == (409, "barcode.taken")
    assert "Amoxicillin 500 mg" in refused.json()["detail"]
    assert (await client.get("/api/products")).json()["total"] == 1


async def test_two_clerks_cannot_give_one_barcode_away(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    bodies = [{**GAUZE, "code": f"G{number}", "barcodes": [{"code": gtin(5)}]} for number in range(6)]
    answers = await asyncio.gather(*(client.post("/api/products", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    assert (await client.get("/api/products")).json()["total"] == 1


async def test_one_key_has_one_effect(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    key = {"Idempotency-Key": uuid4().hex}
    first = await client.post("/api/products", json=GAUZE, headers=key)
    again = await client.post("/api/products", json=GAUZE, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert (await client.get("/api/products")).json()["total"] == 1


async def test_prices_are_set_listed_and_hidden(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    url = (await client.post("/api/products", json=GAUZE)).headers["location"]
    made = await client.post(f"{url}/prices", json={"kind": "purchase", "amount": 0.4125})
    assert (made.status_code, made.json()["amount"], made.json()["currency"]) == (201, 0.4125, "PLN")
    later = {"kind": "purchase", "amount": "9.9", "valid_from": "2199-01-01"}
    assert (await client.post(f"{url}/prices", json=later)).status_code == 201
    listed = (await client.get("/api/products")).json()["items"]
    assert [item["purchase_price"] for item in listed] == [0.4125]
    history = (await client.get(f"{url}/prices")).json()
    assert [item["amount"] for item in history["items"]] == [9.9, 0.4125]
    assert [item["amount"] for item in (await client.get(url)).json()["prices"]] == [0.4125]
    ward = await sign_in("ward")
    assert (await ward.get(url)).json()["prices"] is None
    assert [item["purchase_price"] for item in (await ward.get("/api/products")).json()["items"]] == [None]
    assert (await ward.get(f"{url}/prices")).status_code == 403
    assert (await ward.post(f"{url}/prices", json=later)).status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"kind": "purchase"}, "/amount", "field.required"),
        ({"kind": "gift", "amount": 1}, "/kind", "field.choice"),
        ({"kind": "sale", "amount": -1}, "/amount", "number.range"),
        ({"kind": "sale", "amount": 0.00001}, "/amount", "number.precision"),
        ({"kind": "sale", "amount": "NaN"}, "/amount", "number.range"),
        ({"kind": "sale", "amount": 1, "currency": "zł"}, "/currency", "field.characters"),
        ({"kind": "sale", "amount": 1, "currency": "PLN\n"}, "/currency", "field.too_long"),
        ({"kind": "sale", "amount": 1, "valid_from": "2026-02-30"}, "/valid_from", "field.date"),
        ({"kind": "sale", "amount": 1, "valid_from": "1000-01-01"}, "/valid_from", "price.date_impossible"),
    ],
)
async def test_refuses_bad_prices_at_their_field(
    sign_in: SignIn, body: dict[str, Any], pointer: str, code: str
) -> None:
    client = await sign_in("pharmacist")
    url = (await client.post("/api/products", json=GAUZE)).headers["location"]
    refused = await client.post(f"{url}/prices", json=body)
    assert refused.status_code == 422
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [(pointer, code)]
    assert (await client.get(f"{url}/prices")).json()["total"] == 0


async def test_unknown_ids_and_missing_permissions(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    nowhere = f"/api/products/{uuid4()}"
    seen = {"If-Match": '"1"'}
    assert (await client.get(nowhere)).status_code == 404
    assert (await client.get(f"{nowhere}/prices")).status_code == 404
    assert (await client.put(nowhere, json=GAUZE, headers=seen)).status_code == 404
    assert (await client.delete(nowhere, headers=seen)).status_code == 404
    assert (await client.post(f"{nowhere}/restore", headers=seen)).status_code == 404
    auditor = await sign_in("auditor")
    assert (await auditor.get("/api/products")).status_code == 200
    assert (await auditor.post("/api/products", json=GAUZE)).status_code == 403
    assert (await (await sign_in.visitor()).get("/api/products")).status_code == 401


async def test_the_documentation_shows_the_examples_and_every_answer(sign_in: SignIn) -> None:
    app = sign_in.app.app
    schema = app.openapi_schema.to_schema()  # pyright: ignore[reportAttributeAccessIssue,reportUnknownVariableType,reportUnknownMemberType]  # Litestar behind the edge
    post = schema["paths"]["/api/products"]["post"]
    assert "AMX500" in str(post["requestBody"])
    assert {"201", "401", "403", "404", "409", "413", "422", "503"} <= set(post["responses"])
    names = {parameter["name"] for parameter in schema["paths"]["/api/products"]["get"]["parameters"]}
    assert {"barcode", "atc", "kind", "q", "cursor"} <= names
