"""Quantities and money keep every digit on their way in and out (docs/decisions/0006)."""

import pytest


@pytest.fixture
async def client(sign_in):
    return await sign_in("admin")


async def made(client, path, body):
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


@pytest.mark.parametrize("digits", ["123456789012.123456", "0.1", "99999999999.000001", "7", "0.000001"])
async def test_a_quantity_keeps_its_digits(client, digits):
    product = {"code": "SALT", "name": "Salt", "unit": "g", "precision": 6}
    product_id = await made(client, "/api/products", product)
    place = await made(client, "/api/places", {"code": "MAIN", "name": "Main", "kind": "storage"})
    body = (
        f'{{"place_id": "{place}", "reason": "count", '
        f'"lines": [{{"product_id": "{product_id}", "quantity": {digits}}}]}}'
    )
    answer = await client.post(
        "/api/adjustments", content=body.encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 201, answer.text
    balances = await client.get("/api/balances", params={"product_id": product_id})
    assert f'"on_hand":{digits},' in balances.text


async def test_a_number_beyond_binary_precision_is_refused_not_rounded(client):
    product_id = await made(client, "/api/products", {"code": "PILL", "name": "Pill", "unit": "tablet"})
    place = await made(client, "/api/places", {"code": "MAIN", "name": "Main", "kind": "storage"})
    line = f'{{"product_id": "{product_id}", "quantity": 1.00000000000000000001}}'
    body = f'{{"place_id": "{place}", "reason": "count", "lines": [{line}]}}'
    answer = await client.post(
        "/api/adjustments", content=body.encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/lines/0/quantity"]
