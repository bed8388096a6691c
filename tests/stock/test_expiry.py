"""Stock whose expiry date nobody wrote down: it is listed, and the date is written once."""

from datetime import timedelta
from typing import Any

import pytest

from stockroom.platform.clock import utc_now
from tests.stock.shop import Shop
from tests.stock.test_stock_pages import fields, text_of

DAY = utc_now().date() + timedelta(days=40)


async def undated(shop: Shop, code: str = "A1", **more: Any) -> str:
    """As an import brings it in: tracked, on the shelf, and without a date."""
    batch = await shop.put(10, code, **more)
    async with shop.sign_in.database.transaction() as db:
        await db.execute("update stock.batch set expires_on = null where id = %s", [batch])
    return batch


async def listed(shop: Shop, **query: str) -> list[str]:
    rows = (await shop.client.get("/api/expiry", params=query)).json()["items"]
    return [row["batch_code"] for row in rows]


async def write_date(shop: Shop, batch: str, day: Any = DAY, version: int = 1) -> Any:
    headers = {"If-Match": f'"{version}"'}
    return await shop.client.post(
        f"/api/batches/{batch}/expiry", json={"expires_on": str(day)}, headers=headers
    )


async def test_what_has_no_date_stands_at_the_end_and_in_a_list_of_its_own(shop: Shop) -> None:
    await undated(shop)
    await shop.put(5, "LATE", days=400)
    await shop.put(5, "SOON", days=10)
    assert await listed(shop) == ["SOON", "LATE", "A1"]
    assert await listed(shop, undated="true") == ["A1"]
    assert await listed(shop, undated="false") == ["SOON", "LATE"]
    assert await listed(shop, days="90") == ["SOON"]
    assert await listed(shop, expired="false") == ["SOON", "LATE"]
    one, two = {"limit": "2"}, (await shop.client.get("/api/expiry", params={"limit": 2})).json()
    rest = await shop.client.get("/api/expiry", params=one | {"cursor": two["next_cursor"]})
    assert [row["batch_code"] for row in rest.json()["items"]] == ["A1"]


async def test_goods_that_do_not_expire_are_not_in_it(shop: Shop) -> None:
    line = {"product_id": shop.gauze, "quantity": 3}
    await shop.post("/api/adjustments", place_id=shop.store, reason="found", lines=[line])
    assert await listed(shop) == []
    assert "Without a date 0" in text_of((await shop.client.get("/expiry")).text)


async def test_the_page_counts_them_and_leads_to_where_the_date_is_written(shop: Shop) -> None:
    batch = await undated(shop)
    assert "Without a date 1" in text_of((await shop.client.get("/expiry")).text)
    page = (await shop.client.get("/expiry?undated=true")).text
    assert f"/batches/{batch}#expiry" in page
    assert "None" not in text_of(page)
    export = await shop.client.get("/expiry/export?undated=true&format=csv")
    assert "A1" in export.text
    hidden = fields((await shop.client.get(f"/batches/{batch}")).text)
    told = await shop.client.post(f"/batches/{batch}/expiry", data=hidden | {"expires_on": ""})
    assert told.status_code == 422
    assert "Please fill this in." in told.text
    written = await shop.client.post(f"/batches/{batch}/expiry", data=hidden | {"expires_on": str(DAY)})
    assert written.status_code == 303
    assert await listed(shop, undated="true") == []
    assert await listed(shop, days="90") == ["A1"]
    assert "The expiry date is missing" not in (await shop.client.get(f"/batches/{batch}")).text


@pytest.mark.parametrize(
    ("day", "version", "status", "code"),
    [(DAY, 7, 409, "version.stale"), ("1066-01-01", 1, 422, "date.impossible")],
)
async def test_refuses_what_cannot_be_and_writes_nothing(
    shop: Shop, day: Any, version: int, status: int, code: str
) -> None:
    batch = await undated(shop)
    told = await write_date(shop, batch, day, version)
    assert (told.status_code, told.json()["code"]) == (status, code)
    assert await listed(shop, undated="true") == ["A1"]


async def test_a_date_that_is_there_stays(shop: Shop) -> None:
    batch = await shop.put(10, days=300)
    told = await write_date(shop, batch)
    assert (told.status_code, told.json()["code"]) == (409, "batch.dated")
    assert await listed(shop, days="90") == []


async def test_one_box_is_not_two_batches(shop: Shop) -> None:
    batch = await undated(shop)
    async with shop.sign_in.database.transaction() as db:
        await db.execute(
            "insert into stock.batch (id, product_id, code, expires_on)"
            " values (gen_random_uuid(), %s, 'a1', %s)",
            [shop.tablets, DAY],
        )
    told = await write_date(shop, batch)
    assert (told.status_code, told.json()["code"]) == (409, "batch.twice")
    assert await listed(shop, undated="true") == ["A1"]


async def test_only_who_may_adjust_writes_it(shop: Shop) -> None:
    batch = await undated(shop, place=shop.ward)
    nurse = await shop.nurse()
    told = await nurse.post(
        f"/api/batches/{batch}/expiry", json={"expires_on": str(DAY)}, headers={"If-Match": '"1"'}
    )
    assert told.status_code == 403
    page = (await nurse.get(f"/batches/{batch}")).text
    assert "Ask somebody who may adjust stock" in page
    assert f"/batches/{batch}/expiry" not in page
