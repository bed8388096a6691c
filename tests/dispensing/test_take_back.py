"""Returns, reversal, and what is owed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from stockroom.dispensing import (
    DispensingInput,
    ReturnInput,
    ReturnLine,
    dispense,
    errors,
    get_dispensing,
    return_dispensed,
    reverse_dispensing,
)
from stockroom.dispensing.actions.owed import CancelOwedInput, cancel_owed
from stockroom.dispensing.queries.dispensings import Dispensing
from stockroom.dispensing.queries.owed import list_owed_to_patient
from stockroom.people.rules import ALL
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import NotFound, Refusal
from tests.dispensing.conftest import OpenStock
from tests.dispensing.ground import DispensingGround, answer, written
from tests.stock.ground import on_hand


class Pharmacy:
    """Gives, takes back and reverses as one person at one moment."""

    def __init__(self, db: Connection, ground: DispensingGround, actor: Actor, at: datetime) -> None:
        self.db, self.ground, self.actor, self.at = db, ground, actor, at

    async def give(self, dispensing: DispensingInput) -> Dispensing:
        posted = await dispense(self.db, dispensing=dispensing, actor=self.actor, at=self.at)
        return await self.read(posted.id)

    async def read(self, dispensing_id: UUID) -> Dispensing:
        return await get_dispensing(self.db, dispensing_id, self.actor)

    async def take_back(
        self, dispensing_id: UUID, *lines: tuple[int, str], reason: str = "discharged"
    ) -> None:
        back = ReturnInput(
            lines=[ReturnLine(line=line, quantity=Decimal(quantity)) for line, quantity in lines],
            reason=reason,
        )
        await return_dispensed(
            self.db, dispensing_id=dispensing_id, returned=back, actor=self.actor, at=self.at
        )

    async def reverse(self, dispensing_id: UUID) -> None:
        await reverse_dispensing(
            self.db, dispensing_id=dispensing_id, reason="wrong patient", actor=self.actor, at=self.at
        )

    async def owed(self) -> list[tuple[int, Decimal]]:
        return [(row.line, row.owed) for row in await list_owed_to_patient(self.db, self.ground.patient)]

    def rest(self, made: Dispensing, quantity: int, **changes: Any) -> DispensingInput:
        line = self.ground.line(quantity, settles_id=made.id, settles_line=1, **changes)
        return self.ground.dispensing(line)


@pytest.fixture
def pharmacy(db: Connection, ground: DispensingGround, actor: Actor, at: datetime) -> Pharmacy:
    return Pharmacy(db, ground, actor, at)


async def refuses(db: Connection, kind: type[Refusal], doing: Any) -> Refusal:
    before = await written(db)
    with pytest.raises(kind) as refused:
        async with savepoint(db):
            await doing
    assert await written(db) == before
    return refused.value


async def test_a_part_comes_back_to_the_batches_it_came_from(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, pharmacy: Pharmacy
) -> None:
    early = await stock_of(10, code="EARLY", expires_on=date(2026, 6, 30))
    late = await stock_of(10, code="LATE", expires_on=date(2027, 6, 30))
    made = await pharmacy.give(ground.dispensing(ground.line(12)))
    await pharmacy.take_back(made.id, (1, "5"))
    assert [await on_hand(db, batch, ground.stock.store) for batch in (early, late)] == [3, 10]
    seen = await pharmacy.read(made.id)
    assert (seen.lines[0].quantity, seen.lines[0].returned, seen.lines[0].left) == (12, 5, 7)
    assert [(item.kind, item.reason) for item in seen.corrections] == [("return", "discharged")]
    await pharmacy.take_back(made.id, (1, "7"))
    assert await on_hand(db, early, ground.stock.store) == 10


@pytest.mark.parametrize(
    ("lines", "code", "pointer"),
    [
        ([(1, "11")], "return.too_large", "/lines/0/quantity"),
        ([(1, "0")], "quantity.not_positive", "/lines/0/quantity"),
        ([(1, "0.5")], "quantity.too_precise", "/lines/0/quantity"),
        ([(1, "NaN")], "quantity.too_large", "/lines/0/quantity"),
        ([(1, "1"), (1, "1")], "dispensing.line_twice", "/lines/1/line"),
        ([(2, "1")], "dispensing.line_unknown", "/lines/0/line"),
        ([(10**12, "1")], "dispensing.line_unknown", "/lines/0/line"),
        ([], "stock.nothing_to_post", "/lines"),
    ],
)
async def test_refuses_to_take_back_what_was_not_given(
    db: Connection,
    ground: DispensingGround,
    stock_of: OpenStock,
    pharmacy: Pharmacy,
    lines: list[tuple[int, str]],
    code: str,
    pointer: str,
) -> None:
    await stock_of(10)
    made = await pharmacy.give(ground.dispensing())
    refusal = await refuses(db, Refusal, pharmacy.take_back(made.id, *lines))
    assert (refusal.code, refusal.errors[0].at) == (code, pointer)


async def test_refuses_a_return_without_a_reason_or_of_nothing(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, pharmacy: Pharmacy
) -> None:
    await stock_of(10)
    made = await pharmacy.give(ground.dispensing())
    await refuses(db, errors.ReasonMissing, pharmacy.take_back(made.id, (1, "1"), reason="  "))
    await refuses(db, NotFound, pharmacy.take_back(uuid4(), (1, "1")))


async def test_two_returns_together_stay_within_what_was_given(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, pharmacy: Pharmacy
) -> None:
    await stock_of(10)
    made = await pharmacy.give(ground.dispensing())
    await pharmacy.take_back(made.id, (1, "8"))
    refusal = await refuses(db, Refusal, pharmacy.take_back(made.id, (1, "3")))
    assert refusal.facts["left"] == 2


async def test_a_reversal_takes_everything_back_once(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, pharmacy: Pharmacy
) -> None:
    batch = await stock_of(10)
    made = await pharmacy.give(ground.dispensing(ground.line(14, allow_partial=True)))
    await pharmacy.reverse(made.id)
    assert await on_hand(db, batch, ground.stock.store) == 10
    seen = await pharmacy.read(made.id)
    assert (seen.reversal_number, seen.reversal_reason) == ("REV-2026-00001", "wrong patient")
    assert await pharmacy.owed() == []
    await refuses(db, Refusal, pharmacy.reverse(made.id))
    await refuses(db, Refusal, pharmacy.take_back(made.id, (1, "1")))


async def test_other_departments_neither_see_nor_take_back(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, pharmacy: Pharmacy
) -> None:
    await stock_of(10)
    made = await pharmacy.give(ground.dispensing())
    pharmacy.actor = Actor(id=None, name="Nurse", permissions=ALL, departments=frozenset({ground.surgery}))
    for doing in (pharmacy.take_back(made.id, (1, "1")), pharmacy.reverse(made.id), pharmacy.read(made.id)):
        await refuses(db, NotFound, doing)
    pharmacy.actor = msgspec.structs.replace(pharmacy.actor, departments=frozenset({ground.cardiology}))
    assert (await pharmacy.read(made.id)).number == made.number
    refusal = await refuses(db, Refusal, pharmacy.take_back(made.id, (1, "1")))
    assert refusal.code == "place.not_yours"


async def test_the_owed_rest_is_given_by_a_line_that_names_it(
    ground: DispensingGround, stock_of: OpenStock, pharmacy: Pharmacy
) -> None:
    await stock_of(10)
    made = await pharmacy.give(ground.dispensing(ground.line(25, allow_partial=True)))
    assert await pharmacy.owed() == [(1, 15)]
    await stock_of(10, code="B2")
    first = await pharmacy.give(pharmacy.rest(made, 12, allow_partial=True))
    assert await pharmacy.owed() == [(1, 3), (1, 2)]
    await stock_of(5, code="B3")
    await pharmacy.give(
        ground.dispensing(
            ground.line(3, settles_id=made.id, settles_line=1),
            ground.line(2, settles_id=first.id, settles_line=1),
            answers=[answer("duplicate_line", ground.stock.tablets)],
        )
    )
    assert await pharmacy.owed() == []


async def test_what_settled_is_owed_again_when_it_is_reversed(
    ground: DispensingGround, stock_of: OpenStock, pharmacy: Pharmacy
) -> None:
    await stock_of(10)
    made = await pharmacy.give(ground.dispensing(ground.line(14, allow_partial=True)))
    await stock_of(10, code="B2")
    rest = await pharmacy.give(pharmacy.rest(made, 4))
    assert await pharmacy.owed() == []
    await pharmacy.reverse(rest.id)
    assert await pharmacy.owed() == [(1, 4)]


async def test_refuses_to_settle_more_than_is_owed_or_something_else(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, pharmacy: Pharmacy
) -> None:
    await stock_of(10)
    await stock_of(10, product=ground.warfarin)
    made = await pharmacy.give(ground.dispensing(ground.line(14, allow_partial=True)))
    await stock_of(10, code="B2")
    refusal = await refuses(db, errors.OwedTooLarge, pharmacy.give(pharmacy.rest(made, 5)))
    assert refusal.facts["owed"] == 4
    other = pharmacy.rest(made, 1, product_id=ground.warfarin)
    await refuses(db, errors.OwedUnknown, pharmacy.give(other))
    split = ground.line(3, settles_id=made.id, settles_line=1)
    await refuses(db, errors.OwedTooLarge, pharmacy.give(ground.dispensing(split, split)))


async def test_a_rest_that_nobody_needs_is_cancelled_with_a_reason(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, pharmacy: Pharmacy
) -> None:
    await stock_of(10)
    made = await pharmacy.give(ground.dispensing(ground.line(14, allow_partial=True)))

    async def cancel(line: int, reason: str) -> None:
        cancelled = CancelOwedInput(reason=reason)
        await cancel_owed(
            db, dispensing_id=made.id, line=line, cancelled=cancelled, actor=pharmacy.actor, at=pharmacy.at
        )

    await refuses(db, errors.ReasonMissing, cancel(1, " "))
    await refuses(db, errors.OwedUnknown, cancel(2, "discharged"))
    await cancel(1, "discharged")
    assert await pharmacy.owed() == []
    assert (await pharmacy.read(made.id)).lines[0].owed_cancelled == "discharged"
    assert db.pending_audit[-1].action == "dispensing.owed.cancel"
    await refuses(db, errors.OwedUnknown, cancel(1, "discharged"))
