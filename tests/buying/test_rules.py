"""What lines come to, and what an invoice number means."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from stockroom.buying import rules
from stockroom.buying.errors import AmountTooLarge
from tests.conftest import NOON, WARSAW


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [
        ("3", "0.335", "1.01"),
        ("1", "0.005", "0.01"),
        ("1", "0.0049", "0.00"),
        ("7", "0.0001", "0.00"),
        ("999999999999", "99.9999", "99999899999900.00"),
    ],
)
def test_rounds_the_line_half_up_to_two_decimals(quantity: str, price: str, amount: str) -> None:
    terms = rules.terms_of(
        quantity=Decimal(quantity), packs=None, factor=Decimal(1), unit_price=Decimal(price), pack_price=None,
        at="/lines/0",
    )  # fmt: skip
    assert str(terms.amount) == amount


def test_the_amount_of_packs_is_made_from_the_pack_price() -> None:
    terms = rules.terms_of(
        quantity=None, packs=Decimal(3), factor=Decimal(30), unit_price=None, pack_price=Decimal("10"), at=""
    )
    assert (terms.quantity, terms.unit_price, terms.amount) == (90, Decimal("0.3333"), Decimal("30.00"))


def test_large_packs_are_multiplied_exactly() -> None:
    terms = rules.terms_of(
        quantity=None, packs=Decimal("123456789012.123456"), factor=Decimal("123456.654321"), unit_price=None,
        pack_price=None, at="",
    )  # fmt: skip
    assert str(terms.quantity) == "15241562124650356.585567853376"


def test_a_total_beyond_money_is_refused() -> None:
    with pytest.raises(AmountTooLarge):
        rules.total_of([rules.LARGEST_AMOUNT, Decimal("0.01")])


@pytest.mark.parametrize(
    ("number", "key"), [("", None), (" \t", None), ("Fv 1 / ÄÉ", "fv1/äé"), ("STRASSE", "strasse")]
)
def test_an_invoice_number_is_its_signs(number: str, key: str | None) -> None:
    assert rules.invoice_key(number) == key


def test_today_is_now_and_an_earlier_day_its_noon() -> None:
    assert rules.received_at(NOON.date(), at=NOON) == NOON
    assert rules.received_at(date(2026, 1, 5), at=NOON) == datetime(2026, 1, 5, 12, tzinfo=WARSAW)
    summer = rules.received_at(date(2025, 7, 1), at=NOON).astimezone(UTC)
    assert summer.hour == 10
