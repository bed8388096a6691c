"""Secrets never leave the source: not into the plan, not into the report."""

import re
from collections.abc import Iterable

from stockroom.interchange.alorf.fields import as_list, as_map, as_text, canonical_name

SECRET_NAME = re.compile(r"passw|passphrase|(^|_)(pwd|pass|secret|token|api_key|otp|pin|pin_code)(_|$)")
SECRET_IN_TEXT = re.compile(
    r"((?:passw|pwd|passphrase|secret|token)\w{0,40}[\"']?\s{0,20}[:=]\s{0,20})(\"[^\"]*\"|'[^']*'|[^\s,;}\"']+)",
    re.IGNORECASE,
)
REMOVED = "[removed]"
SHORTEST_IN_TEXT = 5


def is_secret(name: str) -> bool:
    return SECRET_NAME.search(canonical_name(name)) is not None


def without_secrets(value: object) -> object:
    """The same tree without members whose name says password, token or the like."""
    if (members := as_map(value)) is not None:
        return {name: without_secrets(member) for name, member in members.items() if not is_secret(name)}
    if (items := as_list(value)) is not None:
        return [without_secrets(item) for item in items]
    return value


def secrets_in(value: object) -> set[str]:
    """Every text under a secret name."""
    if (members := as_map(value)) is not None:
        own = {as_text(member) for name, member in members.items() if is_secret(name)}
        return own.union(*(secrets_in(member) for member in members.values()))
    if (items := as_list(value)) is not None:
        return set[str]().union(*(secrets_in(item) for item in items))
    return set()


def blot_out(value: object, secrets: Iterable[str]) -> object:
    """The same tree with every known secret in its texts replaced, and whatever follows "password:"."""
    known = sorted((text for text in secrets if len(text) >= SHORTEST_IN_TEXT), key=len, reverse=True)
    return _blot(value, re.compile("|".join(re.escape(text) for text in known) or "(?!)"))


def _blot(value: object, pattern: re.Pattern[str]) -> object:
    if isinstance(value, str):
        return pattern.sub(REMOVED, SECRET_IN_TEXT.sub(rf"\1{REMOVED}", value))
    if (members := as_map(value)) is not None:
        return {name: _blot(member, pattern) for name, member in members.items()}
    if (items := as_list(value)) is not None:
        return [_blot(item, pattern) for item in items]
    return value
