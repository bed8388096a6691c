"""Pure decisions about stock: what may be taken, from which batch, and what a quantity may be."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from uuid import UUID

import msgspec

from stockroom.platform.errors import N_
from stockroom.stock import errors

ZERO = Decimal(0)
LARGEST = Decimal("999999999999")
LINES_MOST = 1000

PREFIXES = {
    "receipt": "GRN", "issue": "ISS", "transfer": "TRF", "adjustment": "ADJ", "disposal": "DIS",
    "dispensing": "DSP", "return": "RET", "opening": "OPN", "reversal": "REV",
}  # fmt: skip
"""Document kind → prefix of its number."""

ADJUSTMENT_REASONS: dict[str, str] = {
    "count": N_("Count difference"),
    "found": N_("Found"),
    "lost": N_("Lost"),
    "damaged": N_("Damaged"),
    "entry_error": N_("Entry error"),
    "other": N_("Other"),
}
DISPOSAL_REASONS: dict[str, str] = {
    "expired": N_("Expired"),
    "damaged": N_("Damaged"),
    "recalled": N_("Recalled"),
    "contaminated": N_("Contaminated"),
    "other": N_("Other"),
}


class BatchBalance(msgspec.Struct, frozen=True):
    """What one place holds of one batch, in base units."""

    batch_id: UUID
    place_id: UUID
    product_id: UUID
    batch_code: str
    expires_on: date | None
    status: str
    status_reason: str
    unit_cost: Decimal | None
    on_hand: Decimal
    reserved: Decimal
    on_hold: Decimal

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved - self.on_hold


class Taken(msgspec.Struct, frozen=True):
    """A part of what was wanted, from one batch."""

    batch_id: UUID
    batch_code: str
    expires_on: date | None
    quantity: Decimal
    unit_cost: Decimal | None


class Skipped(msgspec.Struct, frozen=True):
    """A batch that holds stock and was passed over. ``reason`` is expired, on_hold, recalled or promised."""

    batch_id: UUID
    batch_code: str
    expires_on: date | None
    quantity: Decimal
    reason: str


class Allocation(msgspec.Struct, frozen=True):
    """From which batches a quantity comes, which were passed over and why, and what is missing."""

    taken: list[Taken]
    skipped: list[Skipped]
    missing: Decimal

    @property
    def total(self) -> Decimal:
        return sum((part.quantity for part in self.taken), ZERO)


def has_expired(expires_on: date | None, *, on: date) -> bool:
    """A batch may be used up to and including its expiry date."""
    return expires_on is not None and expires_on < on


def why_not(balance: BatchBalance, *, on: date) -> str | None:
    """The reason why nothing may be taken from this balance; None where something may."""
    if balance.status == "recalled":
        return "recalled"
    if balance.status == "on_hold":
        return "on_hold"
    if has_expired(balance.expires_on, on=on):
        return "expired"
    if balance.available <= 0:
        return "on_hold" if balance.on_hold > 0 else "promised"
    return None


def fefo_order(balance: BatchBalance) -> tuple[date, str, UUID]:
    """Earliest expiry first, batches without expiry last; then by code, so that the order stays the same."""
    return (balance.expires_on or date.max, balance.batch_code, balance.batch_id)


def allocate_fefo(candidates: Iterable[BatchBalance], wanted: Decimal, *, on: date) -> Allocation:
    """Take from the earliest expiry first; never what has expired by that day, is held or recalled."""
    taken: list[Taken] = []
    skipped: list[Skipped] = []
    missing = wanted
    for balance in sorted(candidates, key=fefo_order):
        if balance.on_hand <= 0:
            continue
        reason = why_not(balance, on=on)
        if reason is not None:
            skipped.append(
                Skipped(balance.batch_id, balance.batch_code, balance.expires_on, balance.on_hand, reason)
            )
            continue
        part = min(missing, balance.available)
        if part > 0:
            taken.append(take(balance, part))
            missing -= part
    return Allocation(taken, skipped, missing)


def take(balance: BatchBalance, quantity: Decimal) -> Taken:
    return Taken(balance.batch_id, balance.batch_code, balance.expires_on, quantity, balance.unit_cost)


def require_usable(balance: BatchBalance, *, on: date, at: str = "/batch_id") -> None:
    """Raises BatchRecalled, BatchOnHold or BatchExpired: a batch that a person chose must be fit for use."""
    if balance.status == "recalled":
        raise errors.BatchRecalled(at=at, batch=balance.batch_code, reason=balance.status_reason)
    if balance.status == "on_hold":
        raise errors.BatchOnHold(at=at, batch=balance.batch_code, reason=balance.status_reason)
    if has_expired(balance.expires_on, on=on):
        raise errors.BatchExpired(at=at, batch=balance.batch_code, expires_on=balance.expires_on)


def earlier_usable(
    candidates: Iterable[BatchBalance], chosen: BatchBalance, *, on: date
) -> BatchBalance | None:
    """The batch that FEFO would have taken before the chosen one; None where the choice follows FEFO."""
    for balance in sorted(candidates, key=fefo_order):
        if balance.batch_id == chosen.batch_id:
            return None
        if (
            why_not(balance, on=on) is None
            and balance.on_hand > 0
            and balance.expires_on != chosen.expires_on
        ):
            return balance
    return None


def check_quantity(quantity: Decimal, *, precision: int, product: str, at: str, signed: bool = False) -> None:
    """Raises QuantityNotPositive, QuantityZero, QuantityTooPrecise, QuantityTooLarge."""
    check_amount(quantity, at=at)
    if signed and quantity == 0:
        raise errors.QuantityZero(at=at)
    if not signed and quantity <= 0:
        raise errors.QuantityNotPositive(at=at)
    if decimals_of(quantity) > precision:
        raise errors.QuantityTooPrecise(at=at, product=product, precision=precision)


def check_amount(quantity: Decimal, *, at: str) -> None:
    """Raises QuantityTooLarge; NaN and the infinities, too, are more than fits."""
    if not quantity.is_finite() or abs(quantity) > LARGEST:
        raise errors.QuantityTooLarge(at=at)


def check_cost(cost: Decimal | None, *, at: str) -> None:
    """Raises CostImpossible. Costs are per base unit, kept with four decimals."""
    if cost is None:
        return
    if not cost.is_finite() or not 0 <= cost <= LARGEST or cost != round(cost, 4):
        raise errors.CostImpossible(at=at)


def check_level(
    minimum: Decimal, reorder_at: Decimal, maximum: Decimal | None, *, precision: int, product: str
) -> None:
    """Raises LevelNegative, LevelOrder, QuantityTooPrecise, QuantityTooLarge, each at its field."""
    given = {"minimum": minimum, "reorder_at": reorder_at, "maximum": maximum}
    for name, value in given.items():
        if value:
            check_quantity(value, precision=precision, product=product, at=f"/{name}", signed=True)
        if value is not None and value < 0:
            raise errors.LevelNegative(at=f"/{name}")
    if reorder_at < minimum:
        raise errors.LevelOrder(at="/reorder_at")
    if maximum is not None and maximum < reorder_at:
        raise errors.LevelOrder(at="/maximum")


def place_code(name: str) -> str:
    """A short code from a name: ``Oddział Położniczy`` → ``ODDZ-POLO``."""
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L"))
    words = re.findall(r"[A-Za-z0-9]+", plain.encode("ascii", "ignore").decode())
    return "-".join(word[:4].upper() for word in words[:3]) or "STORE"


def free_code(stem: str, taken: Collection[str]) -> str:
    """The stem, or the first of stem-2, stem-3 … that is free. ``taken`` are lower case."""
    numbered = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    return next(code for code in numbered if code.lower() not in taken)


def decimals_of(quantity: Decimal) -> int:
    """How many decimals a finite number has, trailing zeros left out; exact for any number of digits."""
    _, digits, exponent = quantity.as_tuple()
    decimals = -exponent if isinstance(exponent, int) else 0
    for digit in reversed(digits):
        if digit or decimals <= 0:
            break
        decimals -= 1
    return max(decimals, 0)


def check_line_count(lines: Sequence[object]) -> None:
    """Raises NothingToPost, TooManyLines."""
    if not lines:
        raise errors.NothingToPost
    if len(lines) > LINES_MOST:
        raise errors.TooManyLines(limit=LINES_MOST)


def check_batch_fields(
    *, product: str, batch_tracked: bool, expiry_tracked: bool, code: str, expires_on: date | None, at: str
) -> None:
    """What a tracked product must say, and an untracked one must not. ``at`` is the line's pointer."""
    if not batch_tracked and (code or expires_on):
        raise errors.BatchNotTracked(at=f"{at}/batch_code", product=product)
    if batch_tracked and not code:
        raise errors.BatchCodeMissing(at=f"{at}/batch_code", product=product)
    if expiry_tracked and expires_on is None:
        raise errors.BatchExpiryMissing(at=f"{at}/expires_on", product=product)
    if expires_on is not None:
        check_expiry_date(expires_on, at=f"{at}/expires_on")


def check_expiry_date(expires_on: date, *, at: str) -> None:
    if not 2000 <= expires_on.year <= 2100:
        raise errors.DateImpossible(at=at)
