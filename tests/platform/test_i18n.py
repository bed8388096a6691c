"""Numbers, dates and sentences as people write them in English and in Polish."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from stockroom.platform import i18n

NBSP = "\u00a0"


@pytest.fixture(params=["en", "pl"])
def lang(request: pytest.FixtureRequest) -> Iterator[str]:
    i18n.set_language(request.param)
    yield request.param
    i18n.set_language("en")


@pytest.mark.parametrize(
    ("value", "english", "polish"),
    [
        (Decimal("1234567.500"), "1,234,567.5", f"1{NBSP}234{NBSP}567,5"),
        (Decimal("1E+3"), "1,000", f"1{NBSP}000"),
        (Decimal("0.000"), "0", "0"),
        (Decimal("-0.0010"), "-0.001", "-0,001"),
        (12, "12", "12"),
    ],
)
def test_numbers(lang: str, value: Decimal | int, english: str, polish: str) -> None:
    assert i18n.number(value) == {"en": english, "pl": polish}[lang]


@pytest.mark.parametrize(
    ("value", "english", "polish"),
    [
        (Decimal("12.5"), f"12.50{NBSP}PLN", f"12,50{NBSP}PLN"),
        (Decimal("0.0345"), f"0.0345{NBSP}PLN", f"0,0345{NBSP}PLN"),
        (Decimal(1200), f"1,200.00{NBSP}PLN", f"1{NBSP}200,00{NBSP}PLN"),
    ],
)
def test_money(lang: str, value: Decimal, english: str, polish: str) -> None:
    assert i18n.money(value, "PLN") == {"en": english, "pl": polish}[lang]


def test_days_and_moments(lang: str) -> None:
    day = date(2026, 11, 21)
    assert i18n.day(day) == {"en": f"21{NBSP}Nov{NBSP}2026", "pl": f"21{NBSP}lis{NBSP}2026"}[lang]
    assert i18n.day(day, weekday=True).split()[0].rstrip(".,") == {"en": "Sat", "pl": "sob"}[lang]
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert i18n.moment(late, ZoneInfo("Europe/Warsaw")) == f"{i18n.day(day)}, 00:30"
    assert i18n.day(None) == ""
    assert i18n.moment(None, ZoneInfo("Europe/Warsaw")) == ""


def test_a_sentence_carries_its_facts_as_people_write_them(lang: str) -> None:
    said = i18n.sentence("{n} on {day}: {x}", {"n": Decimal("1.50"), "day": date(2026, 1, 2), "x": "{x}"})
    assert (
        said
        == {"en": f"1.5 on 2{NBSP}Jan{NBSP}2026: {{x}}", "pl": f"1,5 on 2{NBSP}sty{NBSP}2026: {{x}}"}[lang]
    )


@pytest.mark.parametrize(
    ("preferred", "accept", "chosen"),
    [
        ("pl", "en", "pl"),
        (None, "pl-PL,pl;q=0.9", "pl"),
        (None, "en;q=0.2, pl;q=0.9", "pl"),
        (None, "de, fr;q=0.9", "en"),
        (None, "de;q=1, pl;q=0.1", "pl"),
        (None, None, "en"),
        (None, "pl;q=high", "en"),
        (None, "," * 1000, "en"),
        ("xx", "pl", "pl"),
        ("", "", "en"),
    ],
)
def test_the_language_is_the_persons_then_the_browsers(
    preferred: str | None, accept: str | None, chosen: str
) -> None:
    assert i18n.choose_language(preferred, accept, "en") == chosen
