"""Pure decisions about goods in: when, how much, for what price, and what to point out."""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, localcontext

import msgspec

from stockroom.buying import errors

CENT = Decimal("0.01")
PRICE_STEP = Decimal("0.0001")
PACK_STEP = Decimal("0.000001")
LARGEST_PACKS = Decimal("999999999999")
LARGEST_PRICE = Decimal("999999999.9999")
LARGEST_AMOUNT = Decimal("99999999999999.99")
EARLIEST_YEAR = 2000
ZERO = Decimal(0)


class Terms(msgspec.Struct, frozen=True):
    """What a line comes to: quantity and unit price of the base unit, an amount with two decimals."""

    packs: Decimal
    quantity: Decimal
    unit_price: Decimal | None
    pack_price: Decimal | None
    amount: Decimal


def invoice_key(number: str) -> str | None:
    """What two ways of writing one invoice number have in common; None for no number.

    Letter case, spaces and width do not count; every other sign does.
    """
    folded = unicodedata.normalize("NFKC", number).casefold()
    return "".join(folded.split()) or None


def received_day(day: date | None, *, today: date) -> date:
    """Raises ReceivedInFuture, ReceivedTooEarly."""
    if day is None:
        return today
    if day > today:
        raise errors.ReceivedInFuture(today=today)
    if day.year < EARLIEST_YEAR:
        raise errors.ReceivedTooEarly
    return day


def received_at(day: date, *, at: datetime) -> datetime:
    """The moment of the document: now, or noon of an earlier day in the zone of ``at``.

    The ledger is ordered by its own sequence and goods in only add, so that back-dating can make no
    balance negative, then or since.
    """
    return at if day == at.date() else datetime.combine(day, time(12), tzinfo=at.tzinfo)


def terms_of(
    *,
    quantity: Decimal | None,
    packs: Decimal | None,
    factor: Decimal,
    unit_price: Decimal | None,
    pack_price: Decimal | None,
    at: str,
) -> Terms:
    """Convert packs, price the line and round its amount half-up to two decimals.

    ``factor`` is base units a pack, 1 without one; ``quantity`` is finite; ``at`` is the line's pointer.
    The unit price that follows from a pack price is rounded to four decimals; the amount is not made from
    it but from the pack price.
    Raises QuantityOrPacks, PacksNotRight, PriceTwice, PriceWithoutPack, PriceNotRight, AmountTooLarge.
    """
    if (quantity is None) == (packs is None):
        raise errors.QuantityOrPacks(at=f"{at}/quantity")
    if packs is not None and not _fits(packs, PACK_STEP, LARGEST_PACKS, above_zero=True):
        raise errors.PacksNotRight(at=f"{at}/packs")
    _check_prices(packs, unit_price, pack_price, at)
    with localcontext(prec=60):
        if packs is not None:
            quantity = packs * factor
        assert quantity is not None
        exact = _exact_amount(quantity, packs, unit_price, pack_price)
        if exact > LARGEST_AMOUNT:
            raise errors.AmountTooLarge(at=f"{at}/{'unit_price' if pack_price is None else 'pack_price'}")
        if pack_price is not None:
            unit_price = round_half_up(pack_price / factor, PRICE_STEP)
        return Terms(
            packs=quantity if packs is None else packs,
            quantity=quantity,
            unit_price=unit_price,
            pack_price=pack_price,
            amount=round_half_up(exact, CENT),
        )


def _exact_amount(
    quantity: Decimal, packs: Decimal | None, unit_price: Decimal | None, pack_price: Decimal | None
) -> Decimal:
    if pack_price is not None and packs is not None:
        return packs * pack_price
    return ZERO if unit_price is None else quantity * unit_price


def _check_prices(
    packs: Decimal | None, unit_price: Decimal | None, pack_price: Decimal | None, at: str
) -> None:
    if unit_price is not None and pack_price is not None:
        raise errors.PriceTwice(at=f"{at}/pack_price")
    if pack_price is not None and packs is None:
        raise errors.PriceWithoutPack(at=f"{at}/pack_price")
    for name, price in (("unit_price", unit_price), ("pack_price", pack_price)):
        if price is not None:
            check_price(price, at=f"{at}/{name}")


def check_price(price: Decimal, *, at: str) -> None:
    """Raises PriceNotRight."""
    if not _fits(price, PRICE_STEP, LARGEST_PRICE):
        raise errors.PriceNotRight(at=at, limit=LARGEST_PRICE)


def check_invoice_total(total: Decimal | None) -> None:
    """Raises InvoiceTotalNotRight."""
    if total is not None and not _fits(total, CENT, LARGEST_AMOUNT):
        raise errors.InvoiceTotalNotRight(limit=LARGEST_AMOUNT)


def _fits(value: Decimal, step: Decimal, limit: Decimal, *, above_zero: bool = False) -> bool:
    if not value.is_finite() or not ZERO <= value <= limit or (above_zero and value == 0):
        return False
    with localcontext(prec=60):
        return value.quantize(step) == value


def round_half_up(value: Decimal, step: Decimal) -> Decimal:
    return value.quantize(step, rounding=ROUND_HALF_UP)


def total_of(amounts: Iterable[Decimal]) -> Decimal:
    """Raises AmountTooLarge."""
    total = sum(amounts, ZERO)
    if total > LARGEST_AMOUNT:
        raise errors.AmountTooLarge(at="/lines")
    return total


def check_total(*, total: Decimal, invoice_total: Decimal | None, accepted: bool) -> None:
    """Raises TotalDiffers, unless the difference was accepted."""
    if invoice_total is not None and invoice_total != total and not accepted:
        raise total_differs(total=total, invoice_total=invoice_total)


def total_differs(*, total: Decimal, invoice_total: Decimal) -> errors.TotalDiffers:
    return errors.TotalDiffers(
        total=total, invoice_total=invoice_total, difference=abs(invoice_total - total)
    )


def expired_on_arrival(expires_on: date | None, *, received_on: date) -> bool:
    """A batch may be used up to and including its expiry date."""
    return expires_on is not None and expires_on < received_on
