"""How a planned item is brought within the rules of the house. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Container, Iterable
from datetime import date
from decimal import Decimal

import msgspec

CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
LINE_ENDS = re.compile(r"[ \t]*[\r\n]+[ \t]*")
LINE_LIMIT = 200
NOTE_LIMIT = 4000
CODE_LIMIT = 64
USERNAME_LIMIT = 64
FORM_NAME_LIMIT = 80
BATCH_CODE_LIMIT = 64
EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+\.[^@\s\x00-\x1f\x7f]+")
EMAIL_LIMIT = 254
EXPIRY_YEARS = range(2000, 2101)
FIRST_BIRTH_YEAR = 1900
NOT_COMPARED = frozenset({"source_id", "key", "flags", "precision", "raw"})
"""Fields of a planned item that say nothing about the record, or change with the day of the import."""


class Fitting:
    """Texts brought within the limits of their fields. ``cut`` names the fields that lost something."""

    def __init__(self) -> None:
        self.cut: list[str] = []

    def line(self, field: str, text: str, limit: int = LINE_LIMIT) -> str:
        """One line; line ends become commas."""
        joined = CONTROL.sub(" ", LINE_ENDS.sub(", ", text.strip())).strip()
        return self._short(field, joined, limit)

    def text(self, field: str, *parts: str) -> str:
        """Several lines, the parts that hold something below each other."""
        joined = "\n".join(part.strip() for part in parts if part.strip())
        return self._short(field, CONTROL_IN_TEXT.sub(" ", joined), NOTE_LIMIT)

    def _short(self, field: str, text: str, limit: int) -> str:
        if len(text) <= limit:
            return text
        self.cut.append(field)
        return text[: limit - 1].rstrip() + "…"


def fitting_email(text: str) -> tuple[str, str]:
    """The address, or nothing and what stood there instead."""
    plain = text.strip()
    return (plain, "") if len(plain) <= EMAIL_LIMIT and EMAIL.fullmatch(plain) else ("", plain)


def code_of(key: str) -> str:
    """The code of a place or product by its old id: ``ALORF-01``."""
    return CONTROL.sub("-", f"ALORF-{key}")[:CODE_LIMIT].strip()


def another(text: str, key: str, number: int, limit: int = LINE_LIMIT) -> str:
    """The same name once more, told apart by its old id: ``Cardiology (ALORF 02)``."""
    suffix = f" (ALORF {key})" if number == 1 else f" (ALORF {key}-{number})"
    suffix = CONTROL.sub("-", suffix)
    return text[: limit - len(suffix)].rstrip() + suffix


def another_code(text: str, number: int, limit: int = CODE_LIMIT) -> str:
    """``ALORF-01`` taken: ``ALORF-01-2``."""
    suffix = f"-{number + 1}"
    return text[: limit - len(suffix)].rstrip() + suffix


def username_of(text: str, key: str) -> str:
    """Two to 64 characters without spaces and ``@``; an address gives its first part."""
    plain = "".join(CONTROL.sub("", text.partition("@")[0]).split())[:USERNAME_LIMIT]
    return (
        plain
        if len(plain) >= 2
        else f"user-{plain or ''.join(CONTROL.sub('', key).split()).replace('@', '')}"
    )


def form_code(name: str, taken: Container[str]) -> str:
    """Small letters and underscores made from the name; ``form_a``, ``form_b`` … where it has none of ours."""
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L").casefold())
    stem = re.sub(r"[^a-z]+", "_", plain.encode("ascii", "ignore").decode()).strip("_")[:30] or "form"
    if stem != "form" and stem not in taken:
        return stem
    return next(code for letters in _letters() if (code := f"{stem}_{letters}") not in taken)


def _letters() -> Iterable[str]:
    """a … z, aa … zz, …"""
    words = [""]
    while True:
        words = [word + chr(letter) for word in words for letter in range(ord("a"), ord("z") + 1)]
        yield from words


def fitting_expiry(expires_on: date | None) -> date | None:
    """None for a year no box of medicine bears."""
    return expires_on if expires_on and expires_on.year in EXPIRY_YEARS else None


def batch_code(code: str, expires_on: date | None) -> str:
    """The code on the box; where nobody knows it, one that says where the stock came from."""
    plain = CONTROL.sub(" ", code).strip()[:BATCH_CODE_LIMIT].strip()
    return plain or (f"ALORF-{expires_on.isoformat()}" if expires_on else "ALORF")


def batch_code_with_expiry(code: str, expires_on: date | None) -> str:
    """One code with two expiry dates becomes two: ``A1 (2027-03-31)``."""
    suffix = f" ({expires_on.isoformat() if expires_on else '?'})"
    return code[: BATCH_CODE_LIMIT - len(suffix)].rstrip() + suffix


def birth_date(born: date | None, year: int | None) -> date | None:
    """An estimated year stands for its first day. None for what nobody alive can have."""
    found = born or (date(year, 1, 1) if year and year >= 1 else None)
    return found if found and found.year >= FIRST_BIRTH_YEAR else None


def digests(item: msgspec.Struct) -> dict[str, str]:
    """A short hash of each field that holds something: tells what changed without keeping what was there."""
    return {
        name: _hash(value)[:10]
        for name in item.__struct_fields__
        if name not in NOT_COMPARED and (value := getattr(item, name)) not in (None, "", (), {})
    }


def changed_fields(before: dict[str, str], now: dict[str, str]) -> list[str]:
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def digest(item: msgspec.Struct) -> str:
    """One hash of all that was understood of the item, whatever layout it stood in."""
    return _hash(digests(item))[:32]


def _hash(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(_plain(value), order="deterministic")).hexdigest()


def _plain(value: object) -> object:
    """3.5 and 3.50 are the same."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple):
        many: tuple[object, ...] = value  # pyright: ignore[reportUnknownVariableType]  # of a planned item
        return [_plain(one) for one in many]
    return value
