"""Creating and changing products."""

from datetime import datetime
from decimal import Decimal

from stockroom.catalog import create_product, find_product_by_code, get_product, list_packs
from stockroom.catalog.queries.products import list_barcodes
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from tests.catalog.ground import gtin, tablets


async def test_creates_a_medicine_whole(db: Connection, actor: Actor, at: datetime) -> None:
    product_id = await create_product(db, product=tablets(), actor=actor, at=at)
    made = await get_product(db, product_id)
    assert (made.code, made.form, made.batch_tracked, made.expiry_tracked) == ("AMX500", "tablet", True, True)
    assert [(pack.name, pack.factor) for pack in await list_packs(db, [product_id])] == [
        ("box of 30", Decimal(30))
    ]
    assert [(code.code, code.pack) for code in await list_barcodes(db, product_id)] == [
        ("0" + gtin(1), "box of 30")
    ]
    assert [entry.action for entry in db.pending_audit] == ["catalog.product.create"]
    found = await find_product_by_code(db, gtin(1))
    assert found == made
