"""Three months in the life of the demo hospital's pharmacy."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from stockroom.buying import ReceiptInput, ReceiptLineInput, receive_goods
from stockroom.dispensing import (
    Answer,
    DispenseLine,
    DispensingInput,
    ReturnInput,
    ReturnLine,
    WarningsUnanswered,
    dispense,
    return_dispensed,
)
from stockroom.interchange.demo.cast import DIRECTIONS
from stockroom.interchange.demo.setting import Patient, Setting, Shelf
from stockroom.platform.db import Connection
from stockroom.stock import (
    AdjustmentInput,
    AdjustmentLine,
    StockShort,
    TakeLine,
    TransferInput,
    adjust_stock,
    hold_batch,
    list_balances,
    open_stock,
    transfer_stock,
)

DAYS = 90
DELIVERIES_EVERY = 3
OPENING_CHUNK = 500
FORGOTTEN_EVERY = 11
"""Every so many medicines nobody reorders: they are low by the end, for the buyer to find."""


class Story:
    """Deals out the events of each day; the same seed tells the same story."""

    def __init__(self, setting: Setting, random: Random, *, currency: str, today: date) -> None:
        self.setting = setting
        self.random = random
        self.currency = currency
        self.pharmacist = setting.people["pharmacist"]
        self.technician = setting.people["technician"]
        self.buyer = setting.people["purchasing"]
        self.today = today
        self.reordered = [
            shelf for index, shelf in enumerate(setting.shelves) if index % FORGOTTEN_EVERY != 0
        ]
        self.invoice = 1000

    def _expiry(self) -> date:
        """Mostly far away, some soon, a few already past by the end of the story."""
        days = self.random.choices(
            (-25, 5, 30, 60, 110, 200, 400, 600, 800), weights=(1, 2, 3, 5, 10, 20, 30, 30, 20)
        )[0]
        return self.today + timedelta(days=days + self.random.randint(0, 20))

    def _batch_code(self) -> str:
        return f"{self.random.choice('ABCDEFGHKLMNPRSTW')}{self.random.randint(10_000, 99_999)}"

    async def open(self, db: Connection, *, at: datetime) -> None:
        """What lay on the shelves when the ledger began: two batches of most medicines."""
        lines: list[AdjustmentLine] = []
        for index, shelf in enumerate(self.setting.shelves):
            parts = 1 if index % 5 == 0 else 2
            share = shelf.usual // parts
            if index % FORGOTTEN_EVERY == 0:
                share = shelf.usual // self.random.choice((8, 12, 16))
            for _ in range(parts):
                lines.append(
                    AdjustmentLine(
                        product_id=shelf.id,
                        quantity=Decimal(max(share, 1)),
                        batch_code=self._batch_code(),
                        expires_on=self._expiry(),
                        unit_cost=shelf.medicine.price,
                    )
                )
        for first in range(0, len(lines), OPENING_CHUNK):
            opening = AdjustmentInput(
                place_id=self.setting.store,
                reason="opening",
                lines=lines[first : first + OPENING_CHUNK],
                note="Opening balances",
            )
            await open_stock(db, opening=opening, actor=self.pharmacist, at=at)

    async def live_a_day(self, db: Connection, day: int, *, morning: datetime) -> None:
        """A delivery now and then, stock to the wards, patients through the day, a correction at night."""
        if day % DELIVERIES_EVERY == 0:
            await self._deliver(db, at=morning)
        for number, ward in enumerate(self.random.sample(sorted(self.setting.wards), 3)):
            await self._supply(db, self.setting.wards[ward], at=morning + timedelta(minutes=30 + 10 * number))
        given: list[UUID] = []
        for number in range(self.random.randint(7, 13)):
            moment = morning + timedelta(hours=1, minutes=40 * number + self.random.randint(0, 30))
            posted = await self._dispense(db, self.random.choice(self.setting.patients), at=moment)
            given += [posted] if posted else []
        evening = morning + timedelta(hours=12)
        if given and day % 4 == 1:
            line = ReturnLine(line=1, quantity=Decimal(1))
            back = ReturnInput(lines=[line], reason="Not taken by the patient")
            await return_dispensed(
                db, dispensing_id=given[0], returned=back, actor=self.technician, at=evening
            )
        if day % 10 == 5:
            await self._correct(db, at=evening)

    async def _deliver(self, db: Connection, *, at: datetime) -> None:
        self.invoice += 1
        lines = [
            ReceiptLineInput(
                product_id=shelf.id,
                quantity=Decimal(max(shelf.usual // 4, 1)),
                batch_code=self._batch_code(),
                expires_on=self.today + timedelta(days=self.random.randint(200, 900)),
                unit_price=shelf.medicine.price,
            )
            for shelf in self.random.sample(self.reordered, 18)
        ]
        receipt = ReceiptInput(
            supplier_id=self.random.choice(self.setting.suppliers),
            place_id=self.setting.store,
            invoice_number=f"FV/{at.year}/{at.month:02d}/{self.invoice}",
            lines=lines,
        )
        await receive_goods(db, receipt=receipt, currency=self.currency, actor=self.buyer, at=at)

    async def _supply(self, db: Connection, ward: UUID, *, at: datetime) -> None:
        lines = [
            TakeLine(product_id=shelf.id, quantity=Decimal(max(shelf.usual // 60, 1)), allow_partial=True)
            for shelf in self.random.sample(self.setting.shelves, 6)
        ]
        transfer = TransferInput(from_place_id=self.setting.store, to_place_id=ward, lines=lines)
        try:
            await transfer_stock(db, transfer=transfer, actor=self.technician, at=at)
        except StockShort:
            return  # the shelf is empty today: the ward waits for the next delivery

    async def _dispense(self, db: Connection, patient: Patient, *, at: datetime) -> UUID | None:
        shelves = self.random.sample(self.setting.shelves, self.random.choice((1, 1, 2, 3)))
        dispensing = DispensingInput(
            patient_id=patient.id,
            prescriber_id=self.random.choice(self.setting.prescribers),
            place_id=self.setting.store,
            lines=self._lines(shelves),
        )
        try:
            return await self._post_answered(db, dispensing, at=at)
        except StockShort:
            return None  # not in stock: the patient is given something else, outside this story

    def _lines(self, shelves: Sequence[Shelf]) -> list[DispenseLine]:
        return [
            DispenseLine(
                product_id=shelf.id,
                quantity=Decimal(self.random.choice((1, 2, 4, 6, 10)) if shelf.usual > 200 else 1),
                directions=self.random.choice(DIRECTIONS),
                allow_partial=True,
            )
            for shelf in shelves
        ]

    async def _post_answered(self, db: Connection, dispensing: DispensingInput, *, at: datetime) -> UUID:
        try:
            posted = await dispense(db, dispensing=dispensing, actor=self.pharmacist, at=at)
        except WarningsUnanswered as refusal:
            answers = [
                Answer(code=warning.code, product_id=warning.product_id, reason="Checked with the prescriber")
                for warning in refusal.facts["warnings"]
            ]
            answered = DispensingInput(
                patient_id=dispensing.patient_id,
                prescriber_id=dispensing.prescriber_id,
                place_id=dispensing.place_id,
                lines=dispensing.lines,
                answers=answers,
            )
            posted = await dispense(db, dispensing=answered, actor=self.pharmacist, at=at)
        return posted.id

    async def _correct(self, db: Connection, *, at: datetime) -> None:
        shelf = self.random.choice(self.setting.shelves)
        line = AdjustmentLine(
            product_id=shelf.id,
            quantity=Decimal(self.random.randint(1, 3)),
            batch_code=self._batch_code(),
            expires_on=self.today + timedelta(days=300),
            unit_cost=shelf.medicine.price,
        )
        adjustment = AdjustmentInput(
            place_id=self.setting.store, reason="found", lines=[line], note="Found behind the shelf"
        )
        await adjust_stock(db, adjustment=adjustment, actor=self.technician, at=at)

    async def end(self, db: Connection) -> None:
        """What waits today: one batch recalled by its maker, one held for inspection."""
        recalled, held = await self._batches_in_stock(db)
        await hold_batch(
            db,
            batch_id=recalled,
            reason="Recalled by the manufacturer: particles found in the solution",
            recall=True,
            version=1,
            actor=self.pharmacist,
        )
        await hold_batch(
            db,
            batch_id=held,
            reason="Package damaged in transport, to be inspected",
            recall=False,
            version=1,
            actor=self.pharmacist,
        )

    async def _batches_in_stock(self, db: Connection) -> tuple[UUID, UUID]:
        """A batch each of the first two injections that lie in the main store."""
        injections = [shelf.id for shelf in self.setting.shelves if shelf.medicine.form == "injection"]
        balances = await list_balances(db, products=injections, place=self.setting.store)
        first = next(item for item in balances if item.on_hand > 0)
        second = next(item for item in balances if item.on_hand > 0 and item.product_id != first.product_id)
        return first.batch_id, second.batch_id
