"""Products over the API."""

from typing import Any

import pytest

from stockroom.catalog.api import examples
from tests.conftest import SignIn

GAUZE: dict[str, Any] = {"code": "GAU1", "name": "Gauze", "unit": "piece"}


async def test_creates_changes_archives_and_restores_a_product(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    made = await client.post("/api/products", json=examples.PRODUCT)
    assert made.status_code == 201, made.text
    url = made.headers["location"]
    product = made.json()
    assert (product["batch_tracked"], product["expiry_tracked"], product["form_pl"]) == (
        True,
        True,
        "kapsułka",
    )
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
    assert (await client.delete(url, headers={"If-Match": '"2"'})).status_code == 204
    archived = await client.get("/api/products", params={"active": "false"})
    assert [item["code"] for item in archived.json()["items"]] == ["AMX500"]
    restored = await client.post(f"{url}/restore", headers={"If-Match": '"3"'})
    assert (restored.status_code, restored.json()["active"], restored.json()["version"]) == (200, True, 4)


@pytest.mark.parametrize(
    ("params", "codes"),
    [
        ({}, ["AMX500", "GAU1"]),
        ({"kind": "medicine"}, ["AMX500"]),
        ({"kind": "goods"}, ["GAU1"]),
        ({"atc": "j01"}, ["AMX500"]),
        ({"atc": "N"}, []),
        ({"form_code": "capsule"}, ["AMX500"]),
        ({"category": "antibiotics"}, ["AMX500"]),
        ({"controlled": "true"}, []),
        ({"high_alert": "false"}, ["AMX500", "GAU1"]),
        ({"barcode": "5909990012343"}, ["AMX500"]),
        ({"barcode": "05909990012343"}, ["AMX500"]),
        ({"barcode": "GAU-CODE"}, ["GAU1"]),
        ({"barcode": "5909990012344"}, []),
        ({"q": "amoksycylina"}, []),
        ({"q": "amoxicilin"}, ["AMX500"]),
        ({"q": "J01CA04"}, ["AMX500"]),
        ({"q": "500 amotaks"}, ["AMX500"]),
        ({"sort": "-code"}, ["GAU1", "AMX500"]),
    ],
)
async def test_finds_products(sign_in: SignIn, params: dict[str, str], codes: list[str]) -> None:
    client = await sign_in("pharmacist")
    await client.post("/api/products", json=examples.PRODUCT)
    await client.post("/api/products", json={**GAUZE, "barcodes": [{"code": "GAU-CODE"}]})
    found = await client.get("/api/products", params=params)
    assert [item["code"] for item in found.json()["items"]] == codes
