"""What receipt tests stand on, and how they look at it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncCursor

from stockroom.buying import ReceiptInput, ReceiptLineInput
from stockroom.platform.db import Connection
from stockroom.platform.ids import new_id
from tests.stock.ground import Ground, lay_ground
from tests.stock.ground import written as written_in_stock


class BuyingGround(msgspec.Struct, frozen=True):
    """A supplier, the stock ground, and two packs: 30 tablets, and 2.5 m of gauze."""

    supplier: UUID
    stock: Ground
    box: UUID
    roll: UUID

    def line(self, **changes: Any) -> ReceiptLineInput:
        """120 tablets of batch A1 for 0.10 each, unless told otherwise."""
        values: dict[str, Any] = {
            "product_id": self.stock.tablets,
            "quantity": Decimal(120),
            "batch_code": "A1",
            "expires_on": date(2028, 1, 31),
            "unit_price": Decimal("0.1"),
        }
        return ReceiptLineInput(**{**values, **changes})

    def receipt(self, *lines: ReceiptLineInput, **changes: Any) -> ReceiptInput:
        values: dict[str, Any] = {
            "supplier_id": self.supplier,
            "place_id": self.stock.store,
            "invoice_number": "FV/2026/03/0482",
            "lines": list(lines) or [self.line()],
        }
        return ReceiptInput(**{**values, **changes})

    def body(self, **changes: Any) -> dict[str, Any]:
        """The same receipt as the API takes it."""
        raw = msgspec.to_builtins(self.receipt(), enc_hook=str)
        line = {name: value for name, value in raw["lines"][0].items() if value is not None}
        kept = {name: raw[name] for name in ("supplier_id", "place_id", "invoice_number")}
        return {**kept, "received_on": "2026-03-02", "lines": [line], **changes}


async def lay_buying_ground(db: Connection) -> BuyingGround:
    ground = BuyingGround(new_id(), await lay_ground(db), new_id(), new_id())
    await db.execute(
        "insert into catalog.supplier (id, name) values (%s, 'Neuca Hurt sp. z o.o.')", [ground.supplier]
    )
    for pack, product, name, factor in (
        (ground.box, ground.stock.tablets, "box of 30", "30"),
        (ground.roll, ground.stock.gauze, "roll", "2.5"),
    ):
        await db.execute(
            "insert into catalog.pack (id, product_id, name, factor) values (%s, %s, %s, %s)",
            [pack, product, name, Decimal(factor)],
        )
    return ground


async def written(db: Connection) -> tuple[int, ...]:
    """Equal before and after a refusal."""
    cursor = await db.execute(
        "select (select count(*) from buying.receipt), (select count(*) from buying.receipt_line)"
    )
    row = await cursor.fetchone()
    assert row is not None
    return (*await written_in_stock(db), len(db.pending_audit), *row)


class _Counting(AsyncCursor[Any]):
    async def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        self.connection.__dict__["counted"].append(query)
        return await super().execute(query, *args, **kwargs)


@asynccontextmanager
async def counted_statements(db: Connection) -> AsyncIterator[list[Any]]:
    """The statements that run inside."""
    statements: list[Any] = []
    plain = db.cursor_factory
    db.__dict__["counted"] = statements
    db.cursor_factory = _Counting
    try:
        yield statements
    finally:
        db.cursor_factory = plain
