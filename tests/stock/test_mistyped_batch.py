"""A batch that was entered with a wrong expiry."""

from datetime import date, datetime

import pytest

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.stock.actions.reverse import reverse_document
from stockroom.stock.errors import BatchExpiryDiffers
from tests.stock.conftest import OpenStock
from tests.stock.ground import Ground


async def test_a_mistyped_expiry_is_corrected_by_reversal(
    db: Connection, ground: Ground, stock_of: OpenStock, actor: Actor, at: datetime
) -> None:
    wrong = await stock_of(10, code="A1", expires_on=date(2027, 1, 31))
    with pytest.raises(BatchExpiryDiffers):
        await stock_of(10, code="a1", expires_on=date(2028, 1, 31))
    cursor = await db.execute("select document_id from stock.movement where batch_id = %s", [wrong])
    row = await cursor.fetchone()
    assert row is not None
    await reverse_document(db, document_id=row[0], reason="wrong expiry", actor=actor, at=at)
    await stock_of(10, code="A1", expires_on=date(2028, 1, 31))
    cursor = await db.execute("select expires_on from stock.batch where product_id = %s", [ground.tablets])
    assert sorted(row[0] for row in await cursor.fetchall()) == [date(2027, 1, 31), date(2028, 1, 31)]
