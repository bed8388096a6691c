"""What a GS1 code says: product, batch, expiry, serial, quantity.

Reads what scanners send for a DataMatrix or GS1-128 (with FNC1 as the group separator, with a symbology
identifier, with FNC1 lost) and what people copy from the box: ``(01)…(17)…(10)…``.
Source: GS1 General Specifications, sections 3 and 7.8; the parsing itself is biip's.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import msgspec
from biip import ParseError
from biip.gs1_messages import GS1Message
from stdnum import ean

from stockroom.catalog.rules import GTIN_LENGTHS, normalise_barcode
from stockroom.platform.errors import Invalid

SEPARATOR = "\x1d"
SHORTEST = 16
LONGEST = 400

_SYMBOLOGY = re.compile(r"^\](C1|d2|Q3|e0|J1)", re.IGNORECASE)
# None of these signs may stand in a GS1 value (character set 82), so they can only be the separator.
_WRITTEN_SEPARATOR = re.compile(
    r"[<{\[](?:GS|FNC1)[>}\]]|\\x1d|\\u001d|\^\]|[\x1c-\x1e\u241d\u241e\u00e8~|^]", re.IGNORECASE
)
_STARTS = re.compile(r"^(01\d{14}|02\d{14}|(11|12|13|15|16|17)\d{6}|10|21)")
_VARIABLE = {"10": 20, "21": 20}
_DATES = ("17", "11", "15")
_SHORTEST_SERIAL = 8
_SHORTEST_BATCH = 3


class Gs1(msgspec.Struct, frozen=True):
    """``gtin`` has 14 digits. ``certain`` is False where lost separators left a choice: have it compared."""

    gtin: str
    batch: str = ""
    expires_on: date | None = None
    serial: str = ""
    quantity: Decimal | None = None
    certain: bool = True


def parse_gs1(code: str) -> Gs1 | None:
    """What the code says; None for anything that is no GS1 code with a valid GTIN (a bare EAN is none)."""
    text = code.strip()
    if not SHORTEST <= len(text) <= LONGEST:
        return None
    if text.startswith("("):
        return _facts(_parsed_as_printed(text), certain=True)
    text = _WRITTEN_SEPARATOR.sub(SEPARATOR, _SYMBOLOGY.sub("", text)).strip(SEPARATOR)
    if not _STARTS.match(text):
        return None
    if SEPARATOR in text:
        return _facts(_parsed(text), certain=True)
    return _read_without_separators("".join(text.split()))


def barcode_of(code: str) -> str:
    """How the barcode that was typed or scanned is stored: the GTIN of a GS1 code, a GTIN as 14 digits."""
    scanned = parse_gs1(code)
    if scanned is not None:
        return scanned.gtin
    try:
        return normalise_barcode(code)
    except Invalid:
        return code.strip()


def is_barcode(text: str) -> bool:
    """Whether this can only be meant as a barcode: a GS1 code, or digits with the right check digit."""
    if parse_gs1(text) is not None:
        return True
    digits = text.strip()
    return digits.isascii() and digits.isdigit() and len(digits) in GTIN_LENGTHS and ean.is_valid(digits)


def _parsed(text: str) -> GS1Message | None:
    try:
        return GS1Message.parse(text)
    except (ParseError, ValueError):
        return None


def _parsed_as_printed(text: str) -> GS1Message | None:
    try:
        return GS1Message.parse_hri(text)
    except (ParseError, ValueError):
        return None


def _facts(message: GS1Message | None, *, certain: bool) -> Gs1 | None:
    if message is None:
        return None
    values = {element.ai.ai: element for element in reversed(message.element_strings)}
    gtin = values.get("01") or values.get("02")
    if gtin is None or not ean.is_valid(gtin.value):
        return None
    expiry = values.get("17") or values.get("15")
    count = values.get("30") or values.get("37")
    return Gs1(
        gtin=gtin.value,
        batch=values["10"].value if "10" in values else "",
        expires_on=None if expiry is None else expiry.date,
        serial=values["21"].value if "21" in values else "",
        quantity=None if count is None else Decimal(count.value),
        certain=certain,
    )


def _read_without_separators(text: str) -> Gs1 | None:
    """The plain reading, unless a split at a lost FNC1 finds more of product, expiry, batch and serial."""
    plain = _facts(_parsed(text), certain=True)
    best = plain
    for split in _splits(text, frozenset()):
        reading = _facts(_parsed(split), certain=False) if SEPARATOR in split else None
        if reading is not None and _told(reading) > _told(best):
            best = reading
    return best


def _told(reading: Gs1 | None) -> int:
    if reading is None:
        return 0
    return 1 + bool(reading.batch) + (reading.expires_on is not None) + bool(reading.serial)


def _splits(text: str, seen: frozenset[str]) -> Iterator[str]:
    """Ways to put the lost separators back: each identifier once, dates possible, likely lengths."""
    ai = text[:2]
    if not text:
        yield ""
    elif ai in seen:
        return
    elif ai in ("01", "02") and len(text) >= 16:
        yield from _joined(text[:16], text[16:], seen | {ai})
    elif ai in _DATES and _is_date(text[2:8]):
        yield from _joined(text[:8], text[8:], seen | {ai})
    elif ai in _VARIABLE:
        yield from _variable(ai, text[2:], seen | {ai})


def _joined(part: str, rest: str, seen: frozenset[str]) -> Iterator[str]:
    for split in _splits(rest, seen):
        yield part + split


def _variable(ai: str, rest: str, seen: frozenset[str]) -> Iterator[str]:
    for length in range(1, min(_VARIABLE[ai], len(rest)) + 1):
        value, after = rest[:length], rest[length:]
        if not after:
            yield ai + value
        elif _may_end(ai, value, after):
            for split in _splits(after, seen):
                yield f"{ai}{value}{SEPARATOR}{split}"


def _may_end(ai: str, value: str, after: str) -> bool:
    """Before a possible date always; before a serial or a batch where both parts have a likely length."""
    following = after[:2]
    if following in _DATES:
        return _is_date(after[2:8])
    if ai == "10" and following == "21":
        return len(value) >= _SHORTEST_BATCH and len(after) - 2 >= _SHORTEST_SERIAL
    if ai == "21" and following == "10":
        return len(value) >= _SHORTEST_SERIAL and len(after) - 2 >= _SHORTEST_BATCH
    return False


def _is_date(digits: str) -> bool:
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return False
    return 1 <= int(digits[2:4]) <= 12 and int(digits[4:6]) <= 31
