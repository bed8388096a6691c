"""English and Polish: sentences from the catalogue, numbers and dates as people write them there."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_day_names, get_month_names

LANGUAGES = ("en", "pl")
LOCALE = Path(__file__).parent.parent / "locale"
NBSP = "\N{NO-BREAK SPACE}"

_language: ContextVar[str] = ContextVar("language", default="en")


@cache
def _catalogue(language: str) -> NullTranslations:
    path = LOCALE / language / "LC_MESSAGES" / "stockroom.mo"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        return GNUTranslations(file)


def set_language(language: str) -> None:
    """For the rest of this request (a context variable, so requests do not disturb each other)."""
    _language.set(language)


@contextmanager
def speaking(language: str) -> Generator[None]:
    """A language for the block alone: mail is written in its reader's."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    return _language.get()


def translate(message: str, language: str) -> str:
    """In a named language, whatever the request's is."""
    return _catalogue(language).gettext(message) if message else ""


def gettext(message: str) -> str:
    return _catalogue(_language.get()).gettext(message) if message else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    return _catalogue(_language.get()).ngettext(singular, plural, n)


def sentence(template: str, facts: dict[str, Any]) -> str:
    """A refusal's sentence in the current language, its facts as people write them."""
    return gettext(template).format(**{name: _fact(value) for name, value in facts.items()})


def _fact(value: Any) -> str:
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return day(value)
    return str(value)


def choose_language(preferred: str | None, accept: str | None, default: str) -> str:
    """The person's own choice, else the browser's, else the organisation's."""
    if preferred in LANGUAGES:
        return preferred
    ranked: list[tuple[float, str]] = []
    for part in (accept or "").split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), tag.split("-")[0].strip().lower()))
        except ValueError:
            continue
    return next((tag for _, tag in sorted(ranked, key=lambda item: item[0]) if tag in LANGUAGES), default)


def number(value: Decimal | int, *, places: int | None = None) -> str:
    """``1234.50`` as ``1,234.5`` or ``1 234,5``; ``places`` fixes the decimals."""
    text = f"{value:,.{places}f}" if places is not None else f"{value:,f}"
    if places is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    if _language.get() == "pl":
        return text.replace(",", NBSP).replace(".", ",")
    return text


def money(value: Decimal, currency: str) -> str:
    """Two decimals, more only where the price has them: ``12.50 PLN``, ``0.0345 PLN``."""
    exact = f"{value.normalize():f}"
    places = max(2, len(exact.partition(".")[2]))
    return f"{number(value, places=places)}{NBSP}{currency}"


@cache
def _months(language: str) -> tuple[str, ...]:
    names = get_month_names("abbreviated", locale=language)
    return tuple(str(names[index]) for index in range(1, 13))


@cache
def _weekdays(language: str) -> tuple[str, ...]:
    names = get_day_names("abbreviated", locale=language)
    return tuple(str(names[index]) for index in range(7))


def day(value: date | None, *, weekday: bool = False) -> str:
    """``21 Nov 2026`` or ``21 lis 2026``; an absent date is empty."""
    if value is None:
        return ""
    current = _language.get()
    text = f"{value.day}{NBSP}{_months(current)[value.month - 1]}{NBSP}{value.year}"
    return f"{_weekdays(current)[value.weekday()]} {text}" if weekday else text


@cache
def zone_names() -> frozenset[str]:
    """Every zone that this machine knows."""
    return frozenset(available_timezones())


def known_zone(name: str | None) -> ZoneInfo | None:
    """None for no zone, and for one that this machine no longer knows."""
    return ZoneInfo(name) if name is not None and name in zone_names() else None


def moment(value: datetime | None, zone: ZoneInfo) -> str:
    """A moment in this zone, to the minute."""
    if value is None:
        return ""
    local = value.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M}"
