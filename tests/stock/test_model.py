"""Whatever people do, in whatever order, stock is what a plain model says it is, and every invariant holds.

Each example runs in one transaction that is rolled back; a refused step in a savepoint of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from stockroom.people.rules import ALL
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from stockroom.stock import find_broken_invariants
from stockroom.stock.actions.adjust import AdjustmentInput, AdjustmentLine, adjust_stock, open_stock
from stockroom.stock.actions.batches import hold_batch, release_batch
from stockroom.stock.actions.hold import HoldInput, hold_stock, release_stock
from stockroom.stock.actions.issue import DisposalInput, IssueInput, dispose_stock, issue_stock
from stockroom.stock.actions.post import Posted
from stockroom.stock.actions.reverse import reverse_document
from stockroom.stock.actions.take import TakeLine
from stockroom.stock.actions.transfer import TransferInput, transfer_stock
from stockroom.stock.errors import (
    AlreadyReversed,
    HoldTooLarge,
    ReleaseTooLarge,
    StockShort,
)
from tests.conftest import NOON
from tests.stock.ground import Ground, lay_ground

ZERO = Decimal(0)
EXPIRIES = {
    "OLD": date(2026, 3, 1),
    "TODAY": NOON.date(),
    "SOON": date(2026, 4, 30),
    "LATE": date(2027, 12, 31),
}
CODES = st.sampled_from(sorted(EXPIRIES))
PLACES = st.sampled_from(["store", "ward", "quarantine"])
QUANTITIES = st.integers(1, 12).map(Decimal)
FACTS = """
select t.code, b.place_id, b.on_hand, b.on_hold
from stock.balance b join stock.batch t on t.id = b.batch_id
where b.on_hand <> 0 or b.on_hold <> 0
"""

Moved = tuple[str, str | None, str | None, Decimal]
"""Batch code, from, to (None is outside), quantity."""


class Cell(msgspec.Struct):
    """What one place holds of one batch."""

    on_hand: Decimal = ZERO
    on_hold: Decimal = ZERO

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.on_hold


class Model:
    """Stock as plain dictionaries."""

    def __init__(self) -> None:
        self.cells: dict[tuple[str, str], Cell] = {}
        self.stopped: set[str] = set()

    def cell(self, code: str, place: str) -> Cell:
        return self.cells.setdefault((code, place), Cell())

    def move(self, moves: list[Moved]) -> None:
        for code, source, target, quantity in moves:
            if source is not None:
                self.cell(code, source).on_hand -= quantity
            if target is not None:
                self.cell(code, target).on_hand += quantity

    def allocate(self, place: str, wanted: Decimal) -> list[tuple[str, Decimal]] | None:
        """Earliest expiry first, never what has expired or is stopped; None where there is too little."""
        parts: list[tuple[str, Decimal]] = []
        for code in sorted(EXPIRIES, key=lambda code: EXPIRIES[code]):
            part = min(wanted, self.cell(code, place).available)
            if EXPIRIES[code] < NOON.date() or code in self.stopped or part <= 0:
                continue
            parts.append((code, part))
            wanted -= part
        return parts if wanted == 0 else None

    def can_undo(self, moves: list[Moved]) -> bool:
        needed: dict[tuple[str, str], Decimal] = {}
        for code, _, target, quantity in moves:
            if target is not None:
                needed[code, target] = needed.get((code, target), ZERO) + quantity
        return all(self.cell(*key).available >= quantity for key, quantity in needed.items())

    def facts(self) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
        return {
            key: (cell.on_hand, cell.on_hold)
            for key, cell in self.cells.items()
            if cell.on_hand or cell.on_hold
        }


class Document(msgspec.Struct):
    """A posted document and what it moved."""

    id: UUID
    moves: list[Moved]
    reversed: bool = False


class StockMachine(RuleBasedStateMachine):
    """The actions beside the model; they must agree on what is refused and on what is left."""

    db: ClassVar[Connection]
    runner: ClassVar[asyncio.Runner]
    steps: ClassVar[int] = 0

    documents = Bundle("documents")

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.actor = Actor(id=None, name="Model", permissions=ALL)
        self.batches: dict[str, UUID] = {}
        self.versions: dict[str, int] = {}
        self.ground = self.run(self._begin())
        self.places = {
            "store": self.ground.store,
            "ward": self.ground.ward,
            "quarantine": self.ground.quarantine,
        }

    def run(self, work: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await work

        return type(self).runner.run(awaited())

    async def _begin(self) -> Ground:
        await self.db.execute("begin")
        return await lay_ground(self.db)

    def teardown(self) -> None:
        self.db.pending_audit.clear()
        self.run(self.db.rollback())

    def attempt(self, act: Callable[[], Awaitable[Any]], refusal: type[Refusal] | None) -> Any:
        """Run an action; it must be refused in this way, or not at all."""

        async def guarded() -> Any:
            async with savepoint(self.db):
                return await act()

        type(self).steps += 1
        if refusal is None:
            return self.run(guarded())
        with pytest.raises(refusal):
            self.run(guarded())
        return None

    def posted(self, posted: Posted | None, moves: list[Moved]) -> Any:
        if posted is None:
            return multiple()
        self.model.move(moves)
        return Document(posted.id, moves)

    def adjustment(self, code: str, place: str, quantity: Decimal) -> AdjustmentInput:
        line = AdjustmentLine(
            product_id=self.ground.tablets, quantity=quantity, batch_code=code, expires_on=EXPIRIES[code]
        )
        return AdjustmentInput(place_id=self.places[place], reason="count", lines=[line])

    def take(self, quantity: Decimal, code: str | None = None) -> TakeLine:
        batch = self.batches.get(code) if code else None
        return TakeLine(
            product_id=self.ground.tablets, quantity=quantity, batch_id=batch, batch_reason="chosen"
        )

    @initialize()
    def open_every_batch(self) -> None:
        """One of each on the shelf, so that every batch has an id."""
        for code in EXPIRIES:
            opening = self.adjustment(code, "store", Decimal(5))
            self.run(open_stock(self.db, opening=opening, actor=self.actor, at=NOON))
            self.model.move([(code, None, "store", Decimal(5))])
            self.versions[code] = 1
        rows = self.run(self._rows("select code, id from stock.batch"))
        self.batches = dict(rows)

    @rule(target=documents, code=CODES, place=PLACES, quantity=QUANTITIES)
    def receive(self, code: str, place: str, quantity: Decimal) -> Any:
        found = self.adjustment(code, place, quantity)
        posted = self.attempt(
            lambda: adjust_stock(self.db, adjustment=found, actor=self.actor, at=NOON), None
        )
        return self.posted(posted, [(code, None, place, quantity)])

    @rule(target=documents, code=CODES, place=PLACES, quantity=QUANTITIES)
    def adjust_down(self, code: str, place: str, quantity: Decimal) -> Any:
        lost = self.adjustment(code, place, -quantity)
        short = quantity > self.model.cell(code, place).available
        posted = self.attempt(
            lambda: adjust_stock(self.db, adjustment=lost, actor=self.actor, at=NOON),
            StockShort if short else None,
        )
        return self.posted(posted, [(code, place, None, quantity)])

    @rule(target=documents, place=PLACES, quantity=QUANTITIES)
    def issue(self, place: str, quantity: Decimal) -> Any:
        parts = self.model.allocate(place, quantity)
        issue = IssueInput(place_id=self.places[place], lines=[self.take(quantity)])
        posted = self.attempt(
            lambda: issue_stock(self.db, issue=issue, actor=self.actor, at=NOON),
            StockShort if parts is None else None,
        )
        return self.posted(posted, [(code, place, None, part) for code, part in parts or []])

    @rule(target=documents, source=PLACES, target_place=PLACES, quantity=QUANTITIES)
    def transfer(self, source: str, target_place: str, quantity: Decimal) -> Any:
        if source == target_place:
            return multiple()
        parts = self.model.allocate(source, quantity)
        transfer = TransferInput(
            from_place_id=self.places[source],
            to_place_id=self.places[target_place],
            lines=[self.take(quantity)],
        )
        posted = self.attempt(
            lambda: transfer_stock(self.db, transfer=transfer, actor=self.actor, at=NOON),
            StockShort if parts is None else None,
        )
        return self.posted(posted, [(code, source, target_place, part) for code, part in parts or []])

    @rule(target=documents, code=CODES, place=PLACES, quantity=QUANTITIES)
    def dispose(self, code: str, place: str, quantity: Decimal) -> Any:
        """A chosen batch, whatever its state."""
        cell = self.model.cell(code, place)
        if cell.on_hand == 0:
            return multiple()
        disposal = DisposalInput(
            place_id=self.places[place], reason="damaged", lines=[self.take(quantity, code)]
        )
        posted = self.attempt(
            lambda: dispose_stock(self.db, disposal=disposal, actor=self.actor, at=NOON),
            StockShort if quantity > cell.available else None,
        )
        return self.posted(posted, [(code, place, None, quantity)])

    @rule(code=CODES, place=PLACES, quantity=QUANTITIES, release=st.booleans())
    def hold_a_part(self, code: str, place: str, quantity: Decimal, *, release: bool) -> None:
        cell = self.model.cell(code, place)
        hold = HoldInput(
            batch_id=self.batches[code], place_id=self.places[place], quantity=quantity, reason="look"
        )
        if release:
            refusal = ReleaseTooLarge if quantity > cell.on_hold else None
            self.attempt(lambda: release_stock(self.db, hold=hold, actor=self.actor), refusal)
        else:
            refusal = HoldTooLarge if quantity > cell.available else None
            self.attempt(lambda: hold_stock(self.db, hold=hold, actor=self.actor), refusal)
        if refusal is None:
            cell.on_hold += -quantity if release else quantity

    @rule(code=CODES, recall=st.booleans())
    def stop_or_free_a_batch(self, code: str, *, recall: bool) -> None:
        batch, version = self.batches[code], self.versions[code]
        if code in self.model.stopped:
            act = lambda: release_batch(  # noqa: E731
                self.db, batch_id=batch, reason="fine", version=version, actor=self.actor
            )
            self.model.stopped.remove(code)
        else:
            act = lambda: hold_batch(  # noqa: E731
                self.db, batch_id=batch, reason="bad", recall=recall, version=version, actor=self.actor
            )
            self.model.stopped.add(code)
        self.attempt(act, None)
        self.versions[code] += 1

    @rule(document=documents)
    def reverse(self, document: Document) -> None:
        possible = self.model.can_undo(document.moves)
        refusal = AlreadyReversed if document.reversed else None if possible else StockShort
        self.attempt(
            lambda: reverse_document(
                self.db, document_id=document.id, reason="mistake", actor=self.actor, at=NOON
            ),
            refusal,
        )
        if refusal is None:
            self.model.move([(code, to, source, quantity) for code, source, to, quantity in document.moves])
            document.reversed = True

    @invariant()
    def stock_is_what_the_model_says(self) -> None:
        names = {id_: name for name, id_ in self.places.items()}
        rows = self.run(self._rows(FACTS))
        found = {(code, names[place]): (on_hand, on_hold) for code, place, on_hand, on_hold in rows}
        assert found == self.model.facts()
        assert self.run(find_broken_invariants(self.db)) == []

    async def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return await (await self.db.execute(sql)).fetchall()  # pyright: ignore[reportArgumentType]  # constants of this file


def test_stock_agrees_with_a_plain_model(shared_database: str) -> None:
    budget = settings(
        max_examples=62,
        stateful_step_count=50,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    with asyncio.Runner() as runner:
        StockMachine.runner, StockMachine.steps = runner, 0
        StockMachine.db = runner.run(Connection.connect(shared_database, autocommit=True))
        run_state_machine_as_test(StockMachine, settings=budget)
        runner.run(StockMachine.db.close())
    assert StockMachine.steps >= 2_000
