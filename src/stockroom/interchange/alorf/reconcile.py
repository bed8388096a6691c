"""Old stock against old documents: every difference with both figures and the papers behind them."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from stockroom.interchange.alorf import plan
from stockroom.interchange.alorf.documents import Paper
from stockroom.interchange.alorf.numbers import show

ZERO = Decimal(0)
MOST_PAPERS = 12
Where = tuple[str, str]


class Movement(NamedTuple):
    paper: Paper
    quantity: Decimal

    @property
    def text(self) -> str:
        sign = "+" if self.quantity >= 0 else "−"
        return f"{self.paper.document.kind} {self.paper.document.old_id} {sign}{show(abs(self.quantity))}"


class Figures(NamedTuple):
    """`total_gap` is recorded less expected of the medicine over all stores."""

    recorded: Decimal
    expected: Decimal
    total_gap: Decimal


class Ledger(NamedTuple):
    """Per (store, medicine): what the papers did, and what purchases may have done wrongly."""

    done: dict[Where, list[Movement]]
    suspects: dict[Where, list[Movement]]


def reconcile(
    papers: Iterable[Paper],
    shelf: dict[Where, Decimal],
    *,
    main: str | None,
    places: set[str],
    products: set[str],
) -> tuple[plan.Difference, ...]:
    """Expected: purchases complete or delivered into the main store, ± transfers, − consumption.

    `shelf` is the old inventory by (store, medicine), negatives included. The opening balance is the
    shelf's own figure, or zero where that is negative, and a difference says so.
    """
    ledger = _ledger(papers, main or "01")
    wheres = sorted(shelf.keys() | ledger.done.keys())
    expected = {where: sum((one.quantity for one in ledger.done.get(where, [])), ZERO) for where in wheres}
    gaps = {where: shelf.get(where, ZERO) - expected[where] for where in wheres}
    totals: dict[str, Decimal] = {}
    for (_, medicine), gap in gaps.items():
        totals[medicine] = totals.get(medicine, ZERO) + gap
    return tuple(
        _difference(
            where,
            Figures(shelf.get(where, ZERO), expected[where], totals[where[1]]),
            ledger,
            places=places,
            products=products,
        )
        for where in wheres
        if gaps[where] or shelf.get(where, ZERO) < 0
    )


def _ledger(papers: Iterable[Paper], main: str) -> Ledger:
    ledger = Ledger({}, {})
    for paper in papers:
        moved = paper.effect in {"done", "delivered"}
        is_purchase = paper.document.kind == "purchase"
        for where, quantity in _moves(paper, main):
            if moved:
                ledger.done.setdefault(where, []).append(Movement(paper, quantity))
            if is_purchase and paper.effect in {"delivered", "pending"}:
                ledger.suspects.setdefault(where, []).append(Movement(paper, quantity))
    return ledger


def _moves(paper: Paper, main: str) -> Iterator[tuple[Where, Decimal]]:
    for line in paper.document.lines:
        if line.quantity and line.old_medicine_id:
            for store, sign in ((paper.origin, -1), (paper.destination, 1)):
                if store:
                    yield (main if store == "main" else store, line.old_medicine_id), sign * line.quantity


def _difference(
    where: Where, figures: Figures, ledger: Ledger, *, places: set[str], products: set[str]
) -> plan.Difference:
    store, medicine = where
    recorded = figures.recorded
    done = ledger.done.get(where, [])
    guilty = _explain(recorded - figures.expected, ledger.suspects.get(where, []))
    code = _reason(figures, done, guilty, gone=store not in places)
    return plan.Difference(
        source_id=f"alorf:difference:{store}:{medicine}",
        old_store_id=store,
        old_medicine_id=medicine,
        place_key=store if store in places else None,
        product_key=medicine if medicine in products else None,
        recorded=recorded,
        expected=figures.expected,
        opening=max(recorded, ZERO) if store in places else ZERO,
        code=code,
        documents=tuple(one.text for one in done),
        explained_by=tuple(one.text for one in guilty),
    )


def _explain(gap: Decimal, suspects: list[Movement]) -> tuple[Movement, ...]:
    """The fewest purchases whose quantities, counted once more, make up the gap."""
    if gap <= 0:
        return ()
    candidates = suspects[:MOST_PAPERS]
    for size in range(1, len(candidates) + 1):
        for chosen in combinations(candidates, size):
            if sum((one.quantity for one in chosen), ZERO) == gap:
                return chosen
    return tuple(suspects) if sum((one.quantity for one in suspects), ZERO) == gap else ()


def _reason(figures: Figures, done: list[Movement], guilty: tuple[Movement, ...], *, gone: bool) -> str:
    if guilty:
        return _purchase_reason(guilty)
    reasons = {
        "stock_in_gone_store": gone,
        "negative_opening": figures.recorded < 0,
        "consumed_more_than_stock": figures.recorded == 0 and figures.expected < 0,
        "no_documents": not done,
        "in_another_store": figures.total_gap == 0,
    }
    return next((code for code, holds in reasons.items() if holds), "unexplained")


def _purchase_reason(guilty: tuple[Movement, ...]) -> str:
    effects = {one.paper.effect for one in guilty}
    if effects == {"delivered"}:
        return "delivered_purchase_counted_twice"
    return "pending_purchase_counted" if effects == {"pending"} else "purchases_counted_wrongly"
