"""Names, ids and text of dirty records, brought to one shape."""

import hashlib
import json
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import cast

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
NOT_WORD = re.compile(r"[\W_]+")
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
KEY_LIMIT = 40
EMPTY_WORDS = frozenset({"null", "nan", "undefined"})


@lru_cache(maxsize=4096)
def canonical_name(name: str) -> str:
    """One spelling for a field: "Store ID", "storeId" and "store_id" are the same."""
    return NOT_WORD.sub("_", CAMEL.sub("_", name.strip())).strip("_").casefold()


def western_digits(text: str) -> str:
    """Arabic-Indic and other decimal digits as 0 to 9."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def as_key(value: object) -> str:
    """One key for "1", "01", 1 and 1.0 ("01"); other ids in capitals, cut at 40; "" for none."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 30:
        value = int(value) if value == value.to_integral_value() else value
    text = as_text(value)
    digits = western_digits(text)
    if digits.isascii() and digits.isdecimal() and len(digits) <= KEY_LIMIT:
        return digits.lstrip("0").rjust(2, "0")
    return _short(text.upper())


def _short(text: str) -> str:
    if len(text) <= KEY_LIMIT:
        return text
    return f"{text[: KEY_LIMIT - 9]}-{hashlib.sha256(text.encode()).hexdigest()[:8].upper()}"


def as_text(value: object) -> str:
    """A scalar as a person would read it, stripped; "" for null and its spellings."""
    if value is None:
        return ""
    if isinstance(value, bool) or as_map(value) is not None or as_list(value) is not None:
        return json_text(value)
    text = str(value).strip()
    return "" if text.casefold() in EMPTY_WORDS else text


def as_map(value: object) -> dict[str, object] | None:
    return cast("dict[str, object]", value) if isinstance(value, dict) else None  # JSON keys are text


def as_list(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None  # items stay unknown


def clean(value: object) -> object:
    """The same tree without characters that neither UTF-8 nor PostgreSQL can hold."""
    if isinstance(value, str):
        return FORBIDDEN.sub("", value)
    if (members := as_map(value)) is not None:
        return {FORBIDDEN.sub("", key): clean(member) for key, member in members.items()}
    if (items := as_list(value)) is not None:
        return [clean(item) for item in items]
    return value


def is_blank(value: object) -> bool:
    """True for null, empty text, and containers that hold nothing but blanks."""
    if (members := as_map(value)) is not None:
        return all(is_blank(member) for member in members.values())
    if (items := as_list(value)) is not None:
        return all(is_blank(item) for item in items)
    return as_text(value) == ""


def json_text(value: object) -> str:
    """JSON with sorted keys; exact decimals stay numbers where a float holds them, else text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        near = float(value)
        return near if Decimal(repr(near)) == value else str(value)
    return str(value)
