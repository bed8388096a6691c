"""Batches and opening balances, and the proof that what was posted is what was planned."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

import msgspec

from stockroom.interchange import rules
from stockroom.interchange.actions.intake import CHUNK, SYSTEM, Intake
from stockroom.interchange.alorf import Finding, plan
from stockroom.interchange.alorf.numbers import show
from stockroom.interchange.errors import BalancesDiffer
from stockroom.interchange.queries.balances import Shelf, sum_balances
from stockroom.platform.errors import N_, Refusal
from stockroom.stock import (
    AdjustmentInput,
    AdjustmentLine,
    BatchKey,
    StockedProduct,
    find_or_create_batches,
    lock_products,
    open_stock,
)

BATCHES, STOCK = "batches", "stock"
LARGEST = Decimal("999999999999")
REASON = N_("Opening balance from ALORF")


class StockKey(plan.Item, frozen=True, kw_only=True):
    """One medicine in one old store: brought in once, whatever its batch is called later."""

    key: str
    quantity: Decimal


class Part(msgspec.Struct, frozen=True):
    """A line to post, and the planned opening behind it."""

    opening: plan.Opening
    place_id: UUID
    line: AdjustmentLine


async def take_stock(intake: Intake, planned: plan.Plan) -> list[str]:
    """The numbers of the opening documents, one or more for each place.

    Raises BalancesDiffer: then nothing at all may stay.
    """
    prices = {item.key: item.price for item in planned.products}
    products = await _lock(intake, planned.batches)
    await _take_batches(intake, planned.batches, products, prices)
    fresh = _fresh_keys(intake, planned.openings)
    parts = [
        part
        for one in planned.openings
        if _where(one) in fresh and (part := _part(intake, one, products, prices)) is not None
    ]
    shelves = {(part.place_id, part.line.product_id) for part in parts}
    before = await sum_balances(intake.db, shelves)
    numbers: list[str] = []
    posted: list[Part] = []
    for place_id, lines in _by_place(parts).items():
        for start in range(0, len(lines), CHUNK):
            chunk = lines[start : start + CHUNK]
            if number := await _open(intake, place_id, chunk):
                numbers.append(number)
                posted += chunk
    after = await sum_balances(intake.db, shelves)
    _require_equal(posted, before, after)
    for where in dict.fromkeys(_where(part.opening) for part in posted):
        intake.made(STOCK, fresh[where], where)
    return numbers


async def _lock(intake: Intake, batches: Iterable[plan.Batch]) -> dict[UUID, StockedProduct]:
    ids = {intake.id_of("medicine", batch.product_key) for batch in batches}
    found = sorted(one for one in ids if one is not None)
    return await lock_products(intake.db, found, for_stock=False) if found else {}


async def _take_batches(
    intake: Intake,
    items: Iterable[plan.Batch],
    products: Mapping[UUID, StockedProduct],
    prices: Mapping[str, Decimal | None],
) -> None:
    fresh = [item for item in items if not intake.meet(BATCHES, item)]
    keys = [_batch_key(intake, item, products, prices) for item in fresh]
    keys = _told_apart(intake, fresh, keys)
    ids = await _find_or_create(intake, fresh, keys, products) if keys else []
    for item, batch_id in zip(fresh, ids, strict=True):
        intake.made(BATCHES, item, batch_id)


def _batch_key(
    intake: Intake,
    item: plan.Batch,
    products: Mapping[UUID, StockedProduct],
    prices: Mapping[str, Decimal | None],
) -> BatchKey:
    product_id = intake.id_of("medicine", item.product_key)
    assert product_id is not None
    expires_on = rules.fitting_expiry(item.expires_on)
    if item.expires_on != expires_on:
        intake.mend(BATCHES, item, "expiry_impossible", expiry=str(item.expires_on))
    code = rules.batch_code(item.code, expires_on)
    if code != item.code:
        reason = "batch_code_made" if item.code else "batch_code_missing"
        intake.mend(BATCHES, item, reason, batch=item.code, given=code)
    if not products[product_id].batch_tracked:
        code, expires_on = "", None
    return BatchKey(
        product_id=product_id, code=code, expires_on=expires_on, unit_cost=prices.get(item.product_key), at=""
    )


def _told_apart(intake: Intake, items: list[plan.Batch], keys: list[BatchKey]) -> list[BatchKey]:
    """One code with two expiry dates is two batches; the second gets its date into the code."""
    first: dict[tuple[UUID, str], BatchKey] = {}
    apart: list[BatchKey] = []
    for index, (item, key) in enumerate(zip(items, keys, strict=True)):
        other = first.setdefault((key.product_id, key.code.lower()), key)
        one = key if other.expires_on == key.expires_on else _with_expiry(intake, item, key)
        first.setdefault((one.product_id, one.code.lower()), one)
        apart.append(msgspec.structs.replace(one, at=f"/{index}"))
    return apart


def _with_expiry(intake: Intake, item: plan.Batch, key: BatchKey) -> BatchKey:
    code = rules.batch_code_with_expiry(key.code, key.expires_on)
    intake.mend(BATCHES, item, "batch_code_shared", batch=key.code, given=code)
    return msgspec.structs.replace(key, code=code)


async def _find_or_create(
    intake: Intake, items: list[plan.Batch], keys: list[BatchKey], products: Mapping[UUID, StockedProduct]
) -> list[UUID]:
    """A batch that is here under this code with another expiry date is another batch."""
    keys = list(keys)
    for _ in range(len(keys) + 1):
        try:
            return await find_or_create_batches(intake.db, keys, products, expiry_required=False)
        except Refusal as refusal:
            at = next((error.at for error in refusal.errors if error.code == "batch.expiry_differs"), None)
            if at is None:
                raise
            index = int(at.split("/")[1])
            keys[index] = _with_expiry(intake, items[index], keys[index])
    return await find_or_create_batches(intake.db, keys, products, expiry_required=False)


def _fresh_keys(intake: Intake, openings: Iterable[plan.Opening]) -> dict[str, StockKey]:
    """By store and medicine: what no earlier import brought. A later backup's figure is a difference only."""
    totals: dict[str, Decimal] = {}
    for one in openings:
        totals[_where(one)] = totals.get(_where(one), Decimal(0)) + one.quantity
    keys = [
        StockKey(source_id=f"{SYSTEM}:stock:{where}", key=where, quantity=total)
        for where, total in totals.items()
    ]
    return {key.key: key for key in keys if not intake.meet(STOCK, key)}


def _part(
    intake: Intake,
    opening: plan.Opening,
    products: Mapping[UUID, StockedProduct],
    prices: Mapping[str, Decimal | None],
) -> Part | None:
    """None where nothing is left to post, which is said."""
    place_id, product_id = (
        intake.id_of("store", opening.place_key), intake.id_of("medicine", opening.product_key)
    )  # fmt: skip
    batch_id = intake.id_of("batch", opening.batch_key)
    assert place_id is not None
    assert product_id is not None
    quantity = _fitting_quantity(intake, opening, products[product_id].precision)
    if quantity <= 0 or quantity > LARGEST:
        _refuse(intake, opening, "quantity_out_of_range")
        return None
    line = AdjustmentLine(
        product_id=product_id, quantity=quantity, batch_id=batch_id, unit_cost=prices.get(opening.product_key)
    )
    return Part(opening, place_id, line)


def _fitting_quantity(intake: Intake, opening: plan.Opening, precision: int) -> Decimal:
    rounded = opening.quantity.quantize(Decimal(1).scaleb(-precision), rounding=ROUND_HALF_UP)
    if rounded != opening.quantity:
        details = {"quantity": show(opening.quantity), "given": show(rounded), "precision": str(precision)}
        intake.tell(STOCK, _where(opening), "changed", Finding("quantity_rounded", details))
    return rounded


def _refuse(intake: Intake, opening: plan.Opening, code: str) -> None:
    intake.tell(STOCK, _where(opening), "refused", Finding(code, {"quantity": show(opening.quantity)}))


def _where(opening: plan.Opening) -> str:
    return f"{opening.place_key}/{opening.product_key}"


def _by_place(parts: Iterable[Part]) -> dict[UUID, list[Part]]:
    places: dict[UUID, list[Part]] = {}
    for part in parts:
        places.setdefault(part.place_id, []).append(part)
    return places


async def _open(intake: Intake, place_id: UUID, parts: list[Part]) -> str | None:
    """Nothing comes into a place that was closed since; that is said."""
    opening = AdjustmentInput(place_id=place_id, reason=REASON, lines=[part.line for part in parts])
    try:
        posted = await open_stock(intake.db, opening=opening, actor=intake.actor, at=intake.stocked_at)
    except Refusal as refusal:
        if refusal.code != "place.not_usable":
            raise
        for part in parts:
            _refuse(intake, part.opening, "place_closed")
        return None
    return posted.number


def _require_equal(
    posted: Iterable[Part], before: Mapping[Shelf, Decimal], after: Mapping[Shelf, Decimal]
) -> None:
    planned: dict[Shelf, Decimal] = {}
    names: dict[Shelf, plan.Opening] = {}
    for part in posted:
        shelf = (part.place_id, part.line.product_id)
        planned[shelf] = planned.get(shelf, Decimal(0)) + part.line.quantity
        names[shelf] = part.opening
    for shelf, quantity in planned.items():
        grown = after.get(shelf, Decimal(0)) - before.get(shelf, Decimal(0))
        if grown != quantity:
            one = names[shelf]
            raise BalancesDiffer(
                product=one.product_key, place=one.place_key, posted=show(grown), planned=show(quantity)
            )
