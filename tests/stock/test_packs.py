"""Packs are a way to write a quantity: transfers, issues, adjustments and disposals take them, the ledger does not."""

from uuid import uuid4

import pytest

from tests.stock.shop import Shop
from tests.stock.test_stock_pages import fields, line, text_of


async def box(shop: Shop, factor: str = "30", product: str = "") -> str:
    """A pack of the tablets; answers its id."""
    async with shop.sign_in.database.transaction() as db:
        cursor = await db.execute(
            "insert into catalog.pack (id, product_id, name, factor) values (%s, %s, %s, %s) returning id",
            [uuid4(), product or shop.tablets, f"box of {factor}", factor],
        )
        row = await cursor.fetchone()
    assert row is not None
    return str(row[0])


async def left(shop: Shop, place: str = "") -> float:
    query = {"place_id": place or shop.store, "product_id": shop.tablets}
    return sum(
        row["on_hand"] for row in (await shop.client.get("/api/balances", params=query)).json()["items"]
    )


@pytest.mark.parametrize(
    ("path", "head", "quantity", "stays"),
    [
        ("/transfer", {"from_place_id": "store", "to_place_id": "ward"}, "2", 40),
        ("/issue", {"place_id": "store"}, "2", 40),
        ("/adjust", {"place_id": "store", "reason": "count"}, "-1,5", 55),
        ("/dispose", {"place_id": "store", "reason": "damaged"}, "1.5", 55),
    ],
)
async def test_a_quantity_in_packs_is_posted_in_base_units(
    shop: Shop, path: str, head: dict[str, str], quantity: str, stays: float
) -> None:
    await shop.put(100)
    typed = {name: getattr(shop, value, value) for name, value in head.items()}
    first = line(0, product_id=shop.tablets, batch="A1", quantity=quantity, pack_id=await box(shop))
    hidden = fields((await shop.client.get(path)).text)
    posted = await shop.client.post(path, data=hidden | typed | first)
    assert posted.status_code == 303, text_of(posted.text)
    assert await left(shop) == stays


async def test_the_batches_shown_are_those_of_the_packs_and_the_form_keeps_what_was_typed(shop: Shop) -> None:
    await shop.put(50, "A")
    await shop.put(50, "B", days=400)
    pack = await box(shop)
    typed = {"from_place_id": shop.store, **line(0, product_id=shop.tablets, quantity=2, pack_id=pack)}
    told = await shop.client.post(
        "/stock/allocation", data=typed | fields((await shop.client.get("/transfer")).text)
    )
    assert "50" in text_of(told.text)
    assert "10" in text_of(told.text)
    checked = await shop.client.post(
        "/transfer", data=typed | {"check": "1"} | fields((await shop.client.get("/transfer")).text)
    )
    assert f'<option value="{pack}" data-factor="30" selected>box of 30</option>' in checked.text
    assert (
        'name="lines-0-quantity" aria-label="Quantity" type="text" inputmode="decimal" value="2"'
        in checked.text
    )


async def test_a_pack_of_another_product_is_refused_at_its_field(shop: Shop) -> None:
    await shop.put(100)
    before = await shop.documents()
    other = await box(shop, "5", shop.gauze)
    typed = {"from_place_id": shop.store, "to_place_id": shop.ward}
    for pack in (other, str(uuid4()), "box"):
        data = typed | line(0, product_id=shop.tablets, quantity=1, pack_id=pack)
        told = await shop.client.post(
            "/transfer", data=data | fields((await shop.client.get("/transfer")).text)
        )
        assert told.status_code == 422
        assert 'id="f-lines-0-pack_id-error"' in told.text
        assert "has no such pack" in told.text
    assert await shop.documents() == before


async def test_more_packs_than_there_are_is_refused_in_base_units(shop: Shop) -> None:
    await shop.put(100)
    before = await shop.documents()
    data = {"from_place_id": shop.store, "to_place_id": shop.ward} | line(
        0, product_id=shop.tablets, quantity=4, pack_id=await box(shop)
    )
    told = await shop.client.post("/transfer", data=data | fields((await shop.client.get("/transfer")).text))
    assert told.status_code == 409
    assert "120" in text_of(told.text)
    assert await shop.documents() == before
