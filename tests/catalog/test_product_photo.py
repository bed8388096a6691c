"""The photo of a product."""

from datetime import datetime
from uuid import UUID

import pytest

from stockroom.catalog import create_product
from stockroom.platform.access import Actor
from stockroom.platform.db import fetch_value
from tests.catalog.ground import tablets
from tests.conftest import SignIn
from tests.platform.files.samples import opened, picture


@pytest.fixture
async def product(sign_in: SignIn, actor: Actor, at: datetime) -> UUID:
    async with sign_in.database.transaction() as db:
        return await create_product(db, product=tablets(), actor=actor, at=at)


async def test_set_seen_replaced_and_removed(sign_in: SignIn, product: UUID) -> None:
    client = await sign_in("pharmacist")
    url = f"/api/products/{product}/photo"
    first = await client.put(url, content=picture("PNG", (900, 900)), headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    seen = await client.get(url)
    assert seen.headers["cache-control"] == "private, max-age=300"
    assert opened(seen.content).size == (800, 800)
    stale = await client.put(url, content=picture(), headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "version.stale")
    assert (await client.put(url, content=picture())).json()["code"] == "version.missing"
    await client.put(url, content=picture(), headers={"If-Match": '"2"'})
    again = await client.get(url, headers={"If-None-Match": seen.headers["etag"]})
    assert (again.status_code, opened(again.content).size) == (200, (40, 20))
    assert (await client.delete(url, headers={"If-Match": '"3"'})).status_code == 204
    assert (await client.delete(url, headers={"If-Match": '"4"'})).status_code == 404
    assert (await client.get(url)).status_code == 404
    assert (await client.get(f"/api/products/{product}")).json()["version"] == 4
    async with sign_in.database.connection() as db:
        told = """select count(*) from platform.audit_entry
            where entity = 'product' and entity_id = %(id)s and action like 'catalog.product.photo%%'"""
        assert await fetch_value(db, told, {"id": str(product)}) == 3


async def test_the_page_shows_and_takes_it(sign_in: SignIn, product: UUID) -> None:
    client, reader = await sign_in("pharmacist"), await sign_in("ward")
    page = f"/products/{product}"
    form = {"version": "1", "idempotency_key": "k1"}
    made = await client.post(f"{page}/photo", files={"file": ("box.png", picture("PNG"))}, data=form)
    assert (made.status_code, made.headers["location"]) == (303, page)
    shown = (await client.get(page)).text
    assert f'src="/api{page}/photo?size=small' in shown
    assert f'action="{page}/photo/remove"' in shown
    assert f'action="{page}/photo' not in (await reader.get(page)).text
    assert (await reader.get(f"/api{page}/photo")).status_code == 200
    assert (await reader.post(f"{page}/photo", files={"file": ("b", picture())})).status_code == 403
    wrong = await client.post(f"{page}/photo", files={"file": ("box.png", b"GIF89a")}, data={"version": "2"})
    assert wrong.status_code == 422
    assert "damaged" in wrong.text
    assert (await client.post(f"{page}/photo/remove", data={"version": "2"})).status_code == 303
    assert "/photo?size=small" not in (await client.get(page)).text


async def test_files_are_not_static(sign_in: SignIn, product: UUID) -> None:
    client = await sign_in("pharmacist")
    await client.put(f"/api/products/{product}/photo", content=picture(), headers={"If-Match": '"1"'})
    async with sign_in.database.connection() as db:
        key = await fetch_value(db, "select key from platform.file")
    for path in (f"/static/{key}", f"/static/../files/{key[:2]}/{key[2:]}", f"/files/{key[:2]}/{key[2:]}"):
        assert (await client.get(path)).status_code == 404
