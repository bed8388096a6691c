"""What the tests of dashboards and search stand on: a pharmacy with a ward, and a few documents."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial as partial_of
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncCursor

from stockroom.buying import ReceiptInput, ReceiptLineInput, receive_goods
from stockroom.catalog import PriceInput, SupplierInput, create_supplier, set_price
from stockroom.dispensing import DispenseLine, PatientInput, WarningsUnanswered, create_patient, dispense
from stockroom.insight.queries.dashboard import Reader
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.stock import (
    AdjustmentInput,
    AdjustmentLine,
    LevelInput,
    TakeLine,
    TransferInput,
    hold_batch,
    open_stock,
    set_level,
    transfer_stock,
)
from tests.dispensing.ground import DispensingGround, answer, lay_dispensing_ground


class Hospital(msgspec.Struct, frozen=True):
    """The dispensing ground (a ward with a patient), a supplier, and a patient of another ward."""

    ward: DispensingGround
    supplier: UUID
    stranger: UUID

    @property
    def tablets(self) -> UUID:
        return self.ward.stock.tablets

    @property
    def store(self) -> UUID:
        return self.ward.stock.store

    @property
    def ward_store(self) -> UUID:
        return self.ward.stock.ward

    def nurse(self, actor: Actor) -> Actor:
        """Bound to the cardiology ward."""
        return msgspec.structs.replace(actor, departments=frozenset({self.ward.cardiology}))


async def lay_hospital(db: Connection, actor: Actor, at: datetime) -> Hospital:
    ward = await lay_dispensing_ground(db, actor, at)
    supplier = SupplierInput(name="Hurtownia Łabędź", city="Łódź")
    stranger = PatientInput(name="Ewa Śliwińska", file_number="S-7", department_id=ward.surgery)
    made = Hospital(
        ward,
        await create_supplier(db, supplier=supplier, actor=actor, at=at),
        await create_patient(db, patient=stranger, actor=actor, at=at),
    )
    await db.execute(
        "update catalog.product set preferred_supplier_id = %s where id = %s", [made.supplier, made.tablets]
    )
    return made


class Story:
    """Posts what a test needs, as one person at given moments."""

    def __init__(self, db: Connection, hospital: Hospital, actor: Actor, at: datetime) -> None:
        self.db = db
        self.hospital = hospital
        self.actor = actor
        self.at = at
        self.invoices = 0

    async def shelve(
        self,
        quantity: int,
        *,
        code: str,
        days: int,
        cost: str | None = "0.50",
        product: UUID | None = None,
        place: UUID | None = None,
    ) -> UUID:
        """A batch that expires ``days`` from now; answers its id."""
        line = AdjustmentLine(
            product_id=product or self.hospital.tablets,
            quantity=Decimal(quantity),
            batch_code=code,
            expires_on=self.at.date() + timedelta(days=days),
            unit_cost=None if cost is None else Decimal(cost),
        )
        opening = AdjustmentInput(place_id=place or self.hospital.store, reason="opening", lines=[line])
        await open_stock(self.db, opening=opening, actor=self.actor, at=self.at - timedelta(days=60))
        cursor = await self.db.execute("select id from stock.batch where code = %s", [code])
        row = await cursor.fetchone()
        assert row is not None
        return row[0]

    async def hold(self, batch: UUID, *, recall: bool = False) -> None:
        await hold_batch(
            self.db, batch_id=batch, reason="complaint", recall=recall, version=1, actor=self.actor
        )

    async def level(self, minimum: int, reorder_at: int, maximum: int, place: UUID | None = None) -> None:
        level = LevelInput(
            product_id=self.hospital.tablets,
            place_id=place,
            minimum=Decimal(minimum),
            reorder_at=Decimal(reorder_at),
            maximum=Decimal(maximum),
        )
        await set_level(self.db, level=level, actor=self.actor)

    async def price(self, amount: str, valid_from: date) -> None:
        price = PriceInput(kind="purchase", amount=Decimal(amount), currency="PLN", valid_from=valid_from)
        await set_price(self.db, product_id=self.hospital.tablets, price=price, actor=self.actor, at=self.at)

    async def dispense(self, *quantities: int, at: datetime, partial: bool = False) -> UUID:
        """A line for each quantity of tablets, to the patient of the ward."""
        lines = [
            DispenseLine(product_id=self.hospital.tablets, quantity=Decimal(quantity), allow_partial=partial)
            for quantity in quantities
        ]
        posting = partial_of(dispense, self.db, actor=self.actor, at=at)
        try:
            posted = await posting(dispensing=self.hospital.ward.dispensing(*lines))
        except WarningsUnanswered as refusal:
            answers = [answer(one.code, one.product_id) for one in refusal.facts["warnings"]]
            posted = await posting(dispensing=self.hospital.ward.dispensing(*lines, answers=answers))
        return posted.id

    async def transfer(self, quantity: int, *, at: datetime) -> UUID:
        """From the store to the ward."""
        line = TakeLine(product_id=self.hospital.tablets, quantity=Decimal(quantity))
        transfer = TransferInput(
            from_place_id=self.hospital.store, to_place_id=self.hospital.ward_store, lines=[line]
        )
        return (await transfer_stock(self.db, transfer=transfer, actor=self.actor, at=at)).id

    async def receive(self, quantity: int, price: str, *, at: datetime) -> UUID:
        self.invoices += 1
        line = ReceiptLineInput(
            product_id=self.hospital.tablets,
            quantity=Decimal(quantity),
            batch_code=f"R{self.invoices}",
            expires_on=date(2099, 1, 31),
            unit_price=Decimal(price),
        )
        receipt = ReceiptInput(
            supplier_id=self.hospital.supplier,
            place_id=self.hospital.store,
            invoice_number=f"FV/{self.invoices}",
            lines=[line],
        )
        return (await receive_goods(self.db, receipt=receipt, currency="PLN", actor=self.actor, at=at)).id


def reader(db: Connection, actor: Actor, at: datetime, *, dispensing: bool = True) -> Reader:
    return Reader(db, actor, at=at, within_days=90, currency="PLN", dispensing=dispensing)


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
