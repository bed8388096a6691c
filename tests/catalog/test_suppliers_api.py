"""Suppliers, dosage forms and scans over the API."""

from typing import Any
from uuid import uuid4

import pytest

from stockroom.catalog.api import examples
from tests.conftest import SignIn


async def test_creates_changes_archives_and_restores_a_supplier(sign_in: SignIn) -> None:
    client = await sign_in("purchasing")
    made = await client.post("/api/suppliers", json=examples.SUPPLIER)
    assert (made.status_code, made.json()["tax_id"]) == (201, "5260001246")
    url = made.headers["location"]
    seen = {"If-Match": made.headers["etag"]}
    changed = await client.put(url, json={"name": "Neuca", "city": "Toruń"}, headers=seen)
    assert (changed.status_code, changed.json()["kind"], changed.json()["version"]) == (200, "wholesaler", 2)
    stale = await client.put(url, json={"name": "Other"}, headers=seen)
    assert (stale.status_code, stale.json()["code"]) == (409, "version.stale")
    found = await client.get("/api/suppliers", params={"q": "torun"})
    assert [item["name"] for item in found.json()["items"]] == ["Neuca"]
    assert (await client.delete(url, headers={"If-Match": '"2"'})).status_code == 204
    assert (await client.get("/api/suppliers", params={"active": "true"})).json()["total"] == 0
    restored = await client.post(f"{url}/restore", headers={"If-Match": '"3"'})
    assert (restored.status_code, restored.json()["active"]) == (200, True)
    assert (await client.get(url)).json() == restored.json()


@pytest.mark.parametrize(
    ("body", "pointer", "code", "status"),
    [
        ({}, "/name", "field.required", 422),
        ({"name": " "}, "/name", "field.characters", 422),
        ({"name": "A", "email": "nobody"}, "/email", "field.email", 422),
        ({"name": "A", "tax_id": "526-000-12-47"}, "/tax_id", "supplier.tax_id_invalid", 422),
        ({"name": "A", "tax_id": "x" * 31}, "/tax_id", "field.too_long", 422),
        ({"name": "A", "kind": "thief"}, "/kind", "field.choice", 422),
        ({"name": "A", "lead_time_days": 4000}, "/lead_time_days", "field.range", 422),
        ({"name": "A", "phone": "1\x002"}, "/phone", "field.characters", 422),
        ({"name": "A", "website": "x"}, "/website", "field.unknown", 422),
        ({"name": "HURTOWNIA LEKOW SP. Z O.O."}, "/name", "supplier.name_taken", 409),
    ],
)
async def test_refuses_bad_suppliers_at_their_field(
    sign_in: SignIn, body: dict[str, Any], pointer: str, code: str, status: int
) -> None:
    client = await sign_in("purchasing")
    await client.post("/api/suppliers", json=examples.SUPPLIER)
    refused = await client.post("/api/suppliers", json=body)
    assert refused.status_code == status, refused.text
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [(pointer, code)]
    assert (await client.get("/api/suppliers")).json()["total"] == 1


async def test_unknown_suppliers_and_missing_permissions(sign_in: SignIn) -> None:
    client = await sign_in("purchasing")
    nowhere, seen = f"/api/suppliers/{uuid4()}", {"If-Match": '"1"'}
    assert (await client.get(nowhere)).status_code == 404
    assert (await client.put(nowhere, json={"name": "A"}, headers=seen)).status_code == 404
    assert (await client.delete(nowhere, headers=seen)).status_code == 404
    ward = await sign_in("ward")
    assert (await ward.get("/api/suppliers")).status_code == 200
    assert (await ward.post("/api/suppliers", json={"name": "A"})).status_code == 403


async def test_keeps_the_list_of_dosage_forms(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    made = await client.post("/api/dosage-forms", json=examples.DOSAGE_FORM)
    assert (made.status_code, made.headers["location"]) == (201, "/api/dosage-forms/eye_drops")
    url = made.headers["location"]
    names = {"name": "eyedrops", "name_pl": "krople"}
    renamed = await client.put(url, json=names, headers={"If-Match": '"1"'})
    assert (renamed.status_code, renamed.json()["name"], renamed.json()["version"]) == (200, "eyedrops", 2)
    assert (await client.put(url, json=names, headers={"If-Match": '"1"'})).status_code == 409
    assert (await client.delete(url, headers={"If-Match": '"2"'})).status_code == 204
    archived = await client.get("/api/dosage-forms", params={"active": "false"})
    assert [item["code"] for item in archived.json()["items"]] == ["eye_drops"]
    assert (await client.post(f"{url}/restore", headers={"If-Match": '"3"'})).json()["active"] is True
    assert (await client.get(url)).json()["version"] == 4
    for nowhere in ("nope", "a%00b", "%20"):
        assert (await client.get(f"/api/dosage-forms/{nowhere}")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "pointer", "code", "status"),
    [
        ({"code": "Eye Drops"}, "/code", "field.characters", 422),
        ({"code": "eye_drops\n"}, "/code", "field.characters", 422),
        ({"code": "tablet"}, "/code", "dosage_form.code_taken", 409),
        ({"name": ""}, "/name", "field.required", 422),
        ({"name_pl": "x" * 81}, "/name_pl", "field.too_long", 422),
    ],
)
async def test_refuses_bad_dosage_forms_at_their_field(
    sign_in: SignIn, changes: dict[str, Any], pointer: str, code: str, status: int
) -> None:
    client = await sign_in("pharmacist")
    before = (await client.get("/api/dosage-forms")).json()["total"]
    refused = await client.post("/api/dosage-forms", json={**examples.DOSAGE_FORM, **changes})
    assert refused.status_code == status, refused.text
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [(pointer, code)]
    assert (await client.get("/api/dosage-forms")).json()["total"] == before


async def test_reads_a_scan_into_product_batch_and_base_units(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    product = (await client.post("/api/products", json=examples.PRODUCT)).json()
    code = "0105909990012343" + "17270131" + "10AB12\x1d" + "21SERIAL0001"
    for address in ("/api/scan", "/lookup/scan"):
        read = (await client.get(address, params={"code": code})).json()
        assert (read["product"]["id"], read["product"]["pack_id"]) == (
            product["id"],
            product["packs"][0]["id"],
        )
        assert (read["batch"], read["expires_on"], read["serial"]) == ("AB12", "2027-01-31", "SERIAL0001")
        assert (read["quantity"], read["certain"]) == (20, True)
    counted = await client.get("/api/scan", params={"code": "(01)05909990012343(30)3"})
    assert counted.json()["quantity"] == 60
    plain = await client.get("/api/scan", params={"code": "5909990012343"})
    assert (plain.json()["quantity"], plain.json()["batch"]) == (20, "")


async def test_says_when_a_scan_means_nothing(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    unknown = await client.get("/api/scan", params={"code": "5909990012343"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "barcode.unknown")
    for code in ("5909990012343", "\x00", "🙂"):
        looked_up = await client.get("/lookup/scan", params={"code": code})
        assert (looked_up.status_code, looked_up.json()["product"]) == (200, None)
    for code in ("", "x" * 401):
        assert (await client.get("/api/scan", params={"code": code})).status_code == 422
