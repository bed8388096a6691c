"""What the home page counts and lists, against a small ground."""

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from stockroom.dispensing import ReturnInput, ReturnLine, return_dispensed
from stockroom.people.rules import BUILTIN_ROLES
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.stock import reverse_document
from tests.insight.ground import Hospital, Story, counted_statements, reader


async def test_counts_batches_that_expire_or_are_held_with_their_value(
    db: Connection, story: Story, hospital: Hospital, actor: Actor, at: datetime
) -> None:
    await story.shelve(20, code="OLD", days=-1)
    await story.shelve(30, code="TODAY", days=0)
    await story.shelve(40, code="EDGE", days=90, place=hospital.ward_store)
    await story.shelve(50, code="LATER", days=91)
    await story.hold(await story.shelve(60, code="HELD", days=400))
    await story.hold(await story.shelve(70, code="BACK", days=400), recall=True)
    found = await reader(db, actor, at).batches()
    assert (found.expired, found.expiring, found.on_hold, found.recalled) == (1, 2, 1, 1)
    values = (found.expired_value, found.expiring_value, found.on_hold_value, found.recalled_value)
    assert values == (Decimal(10), Decimal(35), Decimal(30), Decimal(35))
    ward = await reader(db, hospital.nurse(actor), at).batches()
    assert (ward.expired, ward.expiring, ward.on_hold, ward.recalled) == (0, 1, 0, 0)


async def test_a_batch_at_two_places_is_one_batch(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    await story.shelve(20, code="SOON", days=10)
    await story.transfer(5, at=at)
    assert (await reader(db, actor, at).batches()).expiring == 1
    (row,) = await reader(db, actor, at).expiring()
    assert (row.places, row.on_hand, row.value, row.days_left) == (2, 20, Decimal(10), 10)


async def test_values_are_for_those_who_may_see_prices(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    await story.shelve(20, code="OLD", days=-1)
    await story.level(minimum=5, reorder_at=30, maximum=60)
    await story.receive(1, "0.50", at=at)
    technician = msgspec.structs.replace(actor, permissions=BUILTIN_ROLES["technician"][1])
    found = await reader(db, technician, at).read()
    assert found.batches is not None
    assert found.expiring
    assert found.low
    assert found.dispensed
    assert found.batches.expired == 1
    values = {
        found.batches.expired_value,
        found.expiring[0].value,
        found.low[0].cost,
        found.dispensed[0].value,
    }
    assert values == {None}


async def test_what_has_expired_leaves_room_for_what_expires_next(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    for number in range(5):
        await story.shelve(10 + number, code=f"OLD{number}", days=-1 - number)
    for number in range(5):
        await story.shelve(10, code=f"SOON{number}", days=5 - number)
    found = await reader(db, actor, at).expiring()
    assert [row.batch for row in found] == ["OLD4", "OLD3", "OLD2", "SOON4", "SOON3", "SOON2"]


async def test_counts_each_level_once_by_its_worst_state(
    db: Connection, story: Story, hospital: Hospital, actor: Actor, at: datetime
) -> None:
    await story.level(minimum=10, reorder_at=20, maximum=60)
    await story.level(minimum=2, reorder_at=5, maximum=8, place=hospital.ward_store)
    here = reader(db, actor, at)
    levels = await here.levels()
    assert (levels.run_out, levels.below_minimum, levels.to_reorder, levels.levels) == (2, 0, 0, 2)
    await story.shelve(15, code="A", days=400)
    await story.shelve(4, code="W", days=400, place=hospital.ward_store)
    levels = await here.levels()
    assert (levels.run_out, levels.below_minimum, levels.to_reorder, levels.overstocked) == (0, 0, 2, 0)
    await story.shelve(50, code="B", days=400)
    levels = await here.levels()
    assert (levels.to_reorder, levels.overstocked) == (1, 1)
    assert (await reader(db, hospital.nurse(actor), at).levels()).levels == 1
    await story.shelve(100, code="OLD", days=-1, place=hospital.ward_store)
    assert (await here.levels()).to_reorder == 1, "what has expired keeps no level"


async def test_suggests_up_to_the_maximum_from_the_preferred_supplier_at_todays_price(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    await story.level(minimum=10, reorder_at=20, maximum=60)
    await story.shelve(15, code="A", days=400)
    await story.price("1.00", at.date() - timedelta(days=30))
    await story.price("2.00", at.date())
    await story.price("9.00", at.date() + timedelta(days=1))
    (row,) = await reader(db, actor, at).low()
    assert (row.state, row.available, row.suggested, row.cost) == ("reorder", 15, 45, Decimal(90))
    assert (row.place, row.supplier) == (None, "Hurtownia Łabędź")


async def test_shows_the_surplus_above_the_maximum(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    await story.level(minimum=1, reorder_at=2, maximum=10)
    await story.shelve(16, code="A", days=400)
    (row,) = await reader(db, actor, at).overstock()
    assert (row.on_hand, row.maximum, row.above, row.value) == (16, 10, 6, Decimal(3))


async def test_counts_what_is_owed_to_the_patients_one_may_see(
    db: Connection, story: Story, hospital: Hospital, actor: Actor, at: datetime
) -> None:
    await story.shelve(5, code="A", days=400)
    await story.dispense(8, at=at, partial=True)
    found = await reader(db, actor, at).read()
    assert found.owed is not None
    assert (found.owed.lines, found.owed.patients) == (1, 1)
    stranger = msgspec.structs.replace(actor, departments=frozenset({hospital.ward.surgery}))
    other = await reader(db, stranger, at).read()
    assert other.owed is not None
    assert other.owed.lines == 0


async def test_compares_today_with_the_same_weekday_up_to_now(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    await story.shelve(500, code="A", days=400)
    for weeks, count in ((1, 1), (2, 2)):
        for _ in range(count):
            await story.dispense(1, at=at - timedelta(days=7 * weeks, hours=1))
    await story.dispense(1, at=at - timedelta(days=7, hours=-1))  # later that day: not by now
    await story.dispense(1, at=at - timedelta(days=6, hours=1))  # another weekday
    await story.dispense(1, 2, at=at - timedelta(hours=2))
    mistaken = await story.dispense(1, at=at - timedelta(hours=1))
    await reverse_document(db, document_id=mistaken, reason="mistake", actor=actor, at=at)
    await story.transfer(3, at=at - timedelta(minutes=5))
    today = await reader(db, actor, at).today()
    assert today.dispensings is not None
    assert today.lines is not None
    assert today.receipts is not None
    assert (today.dispensings.today, today.dispensings.usual) == (1, Decimal("0.8"))
    assert (today.lines.today, today.transfers.today, today.receipts.today) == (2, 1, 0)


async def test_compares_with_nothing_before_the_ledger_began(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    await story.receive(1, "1", at=at)
    today = await reader(db, actor, at).today()
    assert today.receipts is not None
    assert (today.receipts.today, today.receipts.usual) == (1, None)


async def test_the_trend_counts_what_patients_kept_on_the_day_it_was_given(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    await story.shelve(500, code="A", days=400)
    yesterday = at - timedelta(days=1)
    given = await story.dispense(10, 4, at=yesterday)
    await story.dispense(6, at=at.replace(hour=0, minute=5))
    back = ReturnInput(lines=[ReturnLine(line=1, quantity=Decimal(3)), ReturnLine(line=2, quantity=Decimal(4))],
                       reason="left over")  # fmt: skip
    await return_dispensed(db, dispensing_id=given, returned=back, actor=actor, at=at)
    points = await reader(db, actor, at).dispensed()
    assert len(points) == 30
    assert points[-1].day == at.date()
    assert [(point.lines, point.documents, point.value) for point in points[-3:]] == [
        (0, 0, 0),
        (1, 1, Decimal("3.50")),
        (1, 1, Decimal("3.00")),
    ]


async def test_deliveries_and_the_trend_of_receiving_leave_out_what_was_reversed(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    await story.receive(10, "2", at=at)
    await story.receive(5, "2", at=at - timedelta(days=1))
    await story.receive(7, "2", at=at - timedelta(days=7))
    mistaken = await story.receive(100, "2", at=at)
    await reverse_document(db, document_id=mistaken, reason="mistake", actor=actor, at=at)
    here = reader(db, actor, at)  # Monday 2 March: yesterday was this month too, last week was not
    (row,) = await here.deliveries()
    assert (row.deliveries, row.lines, row.total, row.last_on) == (2, 2, Decimal(30), at.date())
    points = await here.received()
    assert len(points) == 12
    assert [point.value for point in points[-2:]] == [Decimal(24), Decimal(20)]


async def test_a_ward_sees_its_documents_and_no_others(
    db: Connection, story: Story, hospital: Hospital, actor: Actor, at: datetime
) -> None:
    await story.shelve(500, code="A", days=400)
    moved = await story.transfer(5, at=at)
    given = await story.dispense(5, at=at)
    await story.receive(1, "1", at=at)
    found = await reader(db, hospital.nurse(actor), at).read()
    assert [row.id for row in found.transfers_in or []] == [moved]
    assert [row.id for row in found.dispensings or []] == [given]
    assert found.today is not None
    assert found.today.dispensings is not None
    assert (found.today.dispensings.today, found.today.transfers.today, found.today.receipts) == (1, 1, None)
    stranger = msgspec.structs.replace(actor, departments=frozenset({hospital.ward.surgery}))
    other = await reader(db, stranger, at).read()
    assert (other.transfers_in, other.dispensings) == ([], [])
    assert sum(point.lines for point in other.dispensed or []) == 0


async def test_a_home_page_costs_the_same_whatever_there_is(
    db: Connection, story: Story, actor: Actor, at: datetime
) -> None:
    async with counted_statements(db) as before:
        await reader(db, actor, at).read()
    for number in range(10):
        await story.shelve(100, code=f"A{number}", days=number)
        await story.dispense(1, 1, 1, at=at)
        await story.receive(1, "1", at=at)
    async with counted_statements(db) as after:
        await reader(db, actor, at).read()
    assert len(before) == len(after) == 10
