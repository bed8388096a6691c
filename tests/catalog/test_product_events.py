"""What the ledger refuses about a product; the whole application's subscribers take part."""

from typing import Any

import httpx
import pytest

from stockroom.catalog.api import examples
from tests.conftest import SignIn


async def with_stock(client: httpx.AsyncClient, sign_in: SignIn, quantity: int) -> str:
    """The address of a product of which ``quantity`` is on a shelf; the shelf was filled and emptied for 0."""
    made = await client.post("/api/products", json=examples.PRODUCT)
    product_id = made.json()["id"]
    async with sign_in.database.transaction() as db:
        await db.execute(
            "insert into stock.place (id, code, name, kind) values (gen_random_uuid(), 'S', 'S', 'storage')"
        )
        await db.execute(
            "insert into stock.batch (id, product_id, code) values (gen_random_uuid(), %s, 'A')", [product_id]
        )
        await db.execute(
            "insert into stock.document (id, kind, number, at, actor_name)"
            " values (gen_random_uuid(), 'opening', 'OPN-1', now(), 'Test')"
        )
        await db.execute(
            "insert into stock.movement"
            " (document_id, line, product_id, batch_id, from_place_id, to_place_id, quantity, at)"
            " select d.id, 1, b.product_id, b.id, o.id, p.id, 5, now()"
            " from stock.document d, stock.batch b, stock.place p, stock.place o"
            " where p.code = 'S' and o.code = 'OPENING'"
        )
        await db.execute(
            "insert into stock.balance (batch_id, place_id, product_id, on_hand)"
            " select b.id, p.id, b.product_id, %s from stock.batch b, stock.place p where p.code = 'S'",
            [quantity],
        )
    return f"/api/products/{product_id}"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"unit": "tablet"}, "product.unit_in_use"),
        ({"precision": 2}, "product.unit_in_use"),
        ({"expiry_tracked": False}, "product.tracking_in_use"),
        ({"batch_tracked": False, "expiry_tracked": False}, "product.tracking_in_use"),
    ],
)
async def test_stock_keeps_its_unit_and_tracking(sign_in: SignIn, changes: dict[str, Any], code: str) -> None:
    client = await sign_in("pharmacist")
    url = await with_stock(client, sign_in, 5)
    refused = await client.put(url, json={**examples.PRODUCT, **changes}, headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert (await client.get(url)).json()["version"] == 1


async def test_what_is_on_a_shelf_is_not_archived(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    url = await with_stock(client, sign_in, 5)
    refused = await client.delete(url, headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "product.has_stock")
    assert (await client.get(url)).json()["active"] is True


async def test_an_empty_shelf_frees_all_but_the_unit(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    url = await with_stock(client, sign_in, 0)
    refused = await client.put(url, json={**examples.PRODUCT, "unit": "x"}, headers={"If-Match": '"1"'})
    assert refused.json()["code"] == "product.unit_in_use"
    untracked = {**examples.PRODUCT, "expiry_tracked": False}
    assert (await client.put(url, json=untracked, headers={"If-Match": '"1"'})).status_code == 200
    assert (await client.delete(url, headers={"If-Match": '"2"'})).status_code == 204


async def test_without_movements_the_unit_is_free(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    made = await client.post("/api/products", json=examples.PRODUCT)
    changed = await client.put(
        made.headers["location"], json={**examples.PRODUCT, "unit": "tablet"}, headers={"If-Match": '"1"'}
    )
    assert (changed.status_code, changed.json()["unit"]) == (200, "tablet")
