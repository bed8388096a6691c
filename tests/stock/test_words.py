"""How stock is spoken of in the reader's language."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from stockroom.platform.i18n import set_language
from stockroom.stock.pages.words import batch_state, place_name

TODAY = date(2026, 11, 21)


@pytest.fixture
def polish() -> Iterator[None]:
    set_language("pl")
    yield
    set_language("en")


@pytest.mark.usefixtures("polish")
@pytest.mark.parametrize(
    ("name", "shown"), [("Customer", "Klient"), ("Pharmacy", "Pharmacy"), ("Ward", "Ward"), (None, "")]
)
def test_only_the_outside_places_are_translated(name, shown):
    assert place_name(name) == shown


@pytest.mark.usefixtures("polish")
@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "Ważne do dzisiaj"),
        (1, "Ważne jeszcze 1 dzień"),
        (2, "Ważne jeszcze 2 dni"),
        (22, "Ważne jeszcze 22 dni"),
    ],
)
def test_days_left_are_counted_in_the_right_plural(days, words):
    assert batch_state("available", TODAY + timedelta(days=days), TODAY) == (words, "warn")
