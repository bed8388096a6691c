"""Dispensing."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from stockroom.dispensing import (
    DispensingInput,
    WarningsUnanswered,
    dispense,
    errors,
    get_dispensing,
    reverse_dispensing,
)
from stockroom.dispensing.actions.patients import set_patient_active
from stockroom.dispensing.actions.prescribers import set_prescriber_active
from stockroom.dispensing.queries.dispensings import Dispensing
from stockroom.people.rules import ALL
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from tests.dispensing.conftest import OpenStock
from tests.dispensing.ground import DispensingGround, answer, counted_statements, written
from tests.stock.ground import on_hand


class Dispenser:
    """Dispenses as the tests' person at the tests' moment."""

    def __init__(self, db: Connection, actor: Actor, at: datetime) -> None:
        self.db, self.actor, self.at = db, actor, at

    async def __call__(self, dispensing: DispensingInput, *, at: datetime | None = None) -> Dispensing:
        posted = await dispense(self.db, dispensing=dispensing, actor=self.actor, at=at or self.at)
        return await get_dispensing(self.db, posted.id, self.actor)

    async def refused(self, kind: type[Refusal], dispensing: DispensingInput) -> Refusal:
        """The refusal; nothing was written."""
        before = await written(self.db)
        with pytest.raises(kind) as refused:
            async with savepoint(self.db):
                await dispense(self.db, dispensing=dispensing, actor=self.actor, at=self.at)
        assert await written(self.db) == before
        return refused.value


@pytest.fixture
def give(db: Connection, actor: Actor, at: datetime) -> Dispenser:
    return Dispenser(db, actor, at)


async def test_gives_from_the_earliest_batches_and_skips_the_expired(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, give: Dispenser
) -> None:
    old = await stock_of(10, code="OLD", expires_on=date(2026, 3, 1))
    late = await stock_of(10, code="LATE", expires_on=date(2027, 6, 30))
    early = await stock_of(10, code="EARLY", expires_on=date(2026, 6, 30))
    made = await give(ground.dispensing(ground.line(12, directions=" twice a day ")))
    assert made.number == "DSP-2026-00001"
    (line,) = made.lines
    assert [(part.batch_code, part.quantity) for part in line.batches] == [("EARLY", 10), ("LATE", 2)]
    assert (line.wanted, line.quantity, line.owed, line.directions) == (12, 12, 0, "twice a day")
    assert [await on_hand(db, batch, ground.stock.store) for batch in (old, early, late)] == [10, 0, 8]
    assert (made.department_id, made.file_number) == (ground.cardiology, "K-1")
    entry = db.pending_audit[-1]
    assert (entry.action, entry.after["patient_id"]) == ("stock.dispensing.post", ground.patient)
    assert "Wójcik" not in msgspec.json.encode(entry.after, enc_hook=str).decode()


async def test_refuses_more_than_there_is(
    ground: DispensingGround, stock_of: OpenStock, give: Dispenser
) -> None:
    await stock_of(10)
    refusal = await give.refused(Refusal, ground.dispensing(ground.line(6), ground.line(5)))
    assert (refusal.code, refusal.facts["available"]) == ("stock.short", 4)
    assert refusal.errors[0].at == "/lines/1/quantity"


async def test_gives_a_part_and_owes_the_rest(
    ground: DispensingGround, stock_of: OpenStock, give: Dispenser
) -> None:
    await stock_of(10)
    made = await give(ground.dispensing(ground.line(14, allow_partial=True)))
    line = made.lines[0]
    assert (line.wanted, line.quantity, line.owed) == (14, 10, 4)


async def test_nothing_at_all_is_short_even_where_a_part_would_do(
    ground: DispensingGround, stock_of: OpenStock, give: Dispenser
) -> None:
    await stock_of(10, expires_on=date(2026, 3, 1))
    refusal = await give.refused(Refusal, ground.dispensing(ground.line(14, allow_partial=True)))
    assert (refusal.code, refusal.facts["available"]) == ("stock.short", 0)


async def test_warnings_must_be_answered_and_the_answers_are_kept(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, give: Dispenser
) -> None:
    await stock_of(10, product=ground.amoxicillin)
    await stock_of(10, product=ground.warfarin)
    lines = [ground.line(1, product_id=ground.amoxicillin), ground.line(1, product_id=ground.warfarin)]
    refusal = await give.refused(WarningsUnanswered, ground.dispensing(*lines))
    assert [(warned.code, warned.product_id) for warned in refusal.facts["warnings"]] == [
        ("allergy", ground.amoxicillin),
        ("high_alert", ground.warfarin),
    ]
    half = [answer("allergy", ground.amoxicillin)]
    still = await give.refused(WarningsUnanswered, ground.dispensing(*lines, answers=half))
    assert [warned.code for warned in still.facts["warnings"]] == ["high_alert"]
    full = [*half, answer("high_alert", ground.warfarin, " second person ")]
    made = await give(ground.dispensing(*lines, answers=full))
    assert [(item.code, item.product, item.reason) for item in made.answers] == [
        ("allergy", "Amoxicillin 500 mg", "checked"),
        ("high_alert", "Warfarin 5 mg", "second person"),
    ]
    assert db.pending_audit[-1].after["answers"] == full


async def test_the_same_substance_again_within_a_day_must_be_answered(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, give: Dispenser
) -> None:
    await stock_of(10)
    brand = uuid4()
    await db.execute(
        "insert into catalog.product (id, code, name, kind, unit, atc_code)"
        " values (%s, 'APAP', 'Apap', 'medicine', 'tablet', 'N02BE01')",
        [brand],
    )
    await stock_of(10, product=brand, code="", expires_on=None)
    await give(ground.dispensing(ground.line(1)), at=give.at - timedelta(hours=23))
    refusal = await give.refused(WarningsUnanswered, ground.dispensing(ground.line(1, product_id=brand)))
    assert [warned.code for warned in refusal.facts["warnings"]] == ["duplicate"]
    give.at += timedelta(hours=2)
    await give(ground.dispensing(ground.line(1, product_id=brand)))


async def test_what_came_back_is_no_duplicate(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, give: Dispenser
) -> None:
    await stock_of(10)
    made = await give(ground.dispensing(ground.line(1)))
    await reverse_dispensing(db, dispensing_id=made.id, reason="wrong patient", actor=give.actor, at=give.at)
    await give(ground.dispensing(ground.line(1)))


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"patient_id": uuid4()}, "patient.unknown", "/patient_id"),
        ({"prescriber_id": uuid4()}, "prescriber.unknown", "/prescriber_id"),
        ({"place_id": uuid4()}, "place.unknown", "/place_id"),
        ({"lines": []}, "stock.nothing_to_post", "/lines"),
        ({"line": {"product_id": uuid4()}}, "product.unknown", "/lines/0/product_id"),
        ({"line": {"quantity": "0"}}, "quantity.not_positive", "/lines/0/quantity"),
        ({"line": {"quantity": "-1"}}, "quantity.not_positive", "/lines/0/quantity"),
        ({"line": {"quantity": "0.5"}}, "quantity.too_precise", "/lines/0/quantity"),
        ({"line": {"quantity": "NaN"}}, "quantity.too_large", "/lines/0/quantity"),
        ({"line": {"quantity": "1e15"}}, "quantity.too_large", "/lines/0/quantity"),
        ({"line": {"batch_id": uuid4()}}, "batch.unknown", "/lines/0/batch_id"),
        (
            {"line": {"settles_id": uuid4(), "settles_line": 1}},
            "dispensing.owed_unknown",
            "/lines/0/settles_id",
        ),
        ({"line": {"settles_id": uuid4()}}, "dispensing.owed_unknown", "/lines/0/settles_id"),
        ({"answers": [answer("allergy", uuid4())]}, "dispensing.answer_unknown", "/answers/0"),
        ({"answers": [answer("allergy", uuid4(), "  ")]}, "reason.missing", "/answers/0/reason"),
    ],
)
async def test_refuses_what_is_not_there_and_writes_nothing(
    ground: DispensingGround,
    stock_of: OpenStock,
    give: Dispenser,
    changes: dict[str, Any],
    code: str,
    pointer: str,
) -> None:
    await stock_of(10)
    line = ground.line(**changes.pop("line", {}))
    refusal = await give.refused(Refusal, ground.dispensing(line, **changes))
    assert (refusal.code, refusal.errors[0].at) == (code, pointer)


async def test_refuses_an_archived_patient_and_prescriber(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, give: Dispenser, actor: Actor
) -> None:
    await stock_of(10)
    await set_prescriber_active(db, prescriber_id=ground.prescriber, active=False, version=1, actor=actor)
    await give.refused(errors.PrescriberArchived, ground.dispensing())
    await set_patient_active(db, patient_id=ground.patient, active=False, version=1, actor=actor)
    await give.refused(errors.PatientArchived, ground.dispensing())


async def test_a_nurse_gives_from_her_ward_to_her_patients_only(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, give: Dispenser
) -> None:
    await stock_of(10)
    await stock_of(10, place=ground.stock.ward)
    departments = frozenset({ground.cardiology})
    give.actor = Actor(id=None, name="Nurse", permissions=ALL, departments=departments)
    refusal = await give.refused(Refusal, ground.dispensing())
    assert (refusal.code, refusal.status) == ("place.not_yours", 403)
    await give(ground.dispensing(place_id=ground.stock.ward))
    give.actor = msgspec.structs.replace(give.actor, departments=frozenset({ground.surgery}))
    await give.refused(errors.PatientUnknown, ground.dispensing(place_id=ground.stock.ward))


async def test_a_thousand_lines_cost_as_many_statements_as_one(
    db: Connection, ground: DispensingGround, stock_of: OpenStock, give: Dispenser
) -> None:
    await stock_of(2000)
    with_answer = [answer("duplicate_line", ground.stock.tablets), answer("duplicate", ground.stock.tablets)]
    async with counted_statements(db) as one:
        await give(ground.dispensing(ground.line(1)))
    async with counted_statements(db) as many:
        await give(ground.dispensing(*[ground.line(1)] * 1000, answers=with_answer))
    assert len(many) == len(one) + 1  # the answers
    assert len(one) <= 17
