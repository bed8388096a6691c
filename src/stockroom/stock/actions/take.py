"""Taking stock from a place: by FEFO, or from a batch that a person chose and gave the reason for."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.fields import Line, StructInput
from stockroom.stock import errors, rules
from stockroom.stock.queries.balances import StockedProduct
from stockroom.stock.rules import Allocation, BatchBalance, Taken


class TakeLine(StructInput, frozen=True, kw_only=True):
    """A quantity wanted of a product, in base units; without a batch FEFO decides.

    ``allow_partial`` takes what there is, if there is anything.
    """

    product_id: UUID
    quantity: Decimal
    batch_id: UUID | None = None
    batch_reason: Line = ""
    allow_partial: bool = False


class Remaining:
    """What a place still has while the lines of one document take from it one after another."""

    def __init__(self, balances: Sequence[BatchBalance]) -> None:
        self._by_product: dict[UUID, list[BatchBalance]] = {}
        for balance in balances:
            self._by_product.setdefault(balance.product_id, []).append(balance)

    def of(self, product_id: UUID) -> list[BatchBalance]:
        return self._by_product.get(product_id, [])

    def take(self, product_id: UUID, parts: Sequence[Taken]) -> None:
        gone = {part.batch_id: part.quantity for part in parts}
        self._by_product[product_id] = [
            msgspec.structs.replace(balance, on_hand=balance.on_hand - gone.get(balance.batch_id, rules.ZERO))
            for balance in self.of(product_id)
        ]


def allocate_lines(
    lines: Sequence[TakeLine],
    products: Mapping[UUID, StockedProduct],
    balances: Sequence[BatchBalance],
    *,
    on: date,
    fit_for_use: bool = True,
) -> list[Allocation]:
    """One allocation a line.

    Raises StockShort, BatchUnknown, the batch refusals and FefoReasonMissing, each at its line.

    ``fit_for_use`` False lets a person choose a batch that has expired, is held or recalled (disposal).
    """
    remaining = Remaining(balances)
    found: list[Allocation] = []
    for index, line in enumerate(lines):
        product, at = products[line.product_id], f"/lines/{index}"
        rules.check_quantity(
            line.quantity, precision=product.precision, product=product.name, at=f"{at}/quantity"
        )
        allocation = _allocate(line, remaining.of(line.product_id), on=on, at=at, fit_for_use=fit_for_use)
        if allocation.missing > 0 and not (line.allow_partial and allocation.total > 0):
            raise short(product, wanted=line.quantity, available=allocation.total, at=f"{at}/quantity")
        remaining.take(line.product_id, allocation.taken)
        found.append(allocation)
    return found


def _allocate(
    line: TakeLine, candidates: Sequence[BatchBalance], *, on: date, at: str, fit_for_use: bool
) -> Allocation:
    if line.batch_id is None:
        return rules.allocate_fefo(candidates, line.quantity, on=on)
    chosen = next((balance for balance in candidates if balance.batch_id == line.batch_id), None)
    if chosen is None:
        raise errors.BatchUnknown(at=f"{at}/batch_id")
    if fit_for_use:
        rules.require_usable(chosen, on=on, at=f"{at}/batch_id")
        earlier = rules.earlier_usable(candidates, chosen, on=on)
        if earlier is not None and not line.batch_reason:
            raise errors.FefoReasonMissing(at=f"{at}/batch_reason", earlier=earlier.batch_code)
    part = min(line.quantity, max(chosen.available, rules.ZERO))
    taken = [rules.take(chosen, part)] if part > 0 else []
    return Allocation(taken, [], line.quantity - part)


def short(product: StockedProduct, *, wanted: Decimal, available: Decimal, at: str) -> errors.StockShort:
    return errors.StockShort(
        at=at,
        product=product.name,
        product_id=product.id,
        unit=product.unit,
        wanted=wanted,
        available=available,
    )
