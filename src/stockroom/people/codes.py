"""Codes of a second factor: those an authenticator app shows, and those kept on paper. Pure.

Sources: RFC 6238 (TOTP: 6 digits, 30 s, SHA-1, the only shape that every app knows), RFC 4226 §4 (a secret of
160 bits), NIST SP 800-63B-4 §3.1.2 and §3.1.4 (look-up secrets and one-time passwords are accepted once).
"""

import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from pyotp import random_base32
from pyotp.totp import TOTP

STEP_SECONDS = 30
SKEW_STEPS = 1
"""A clock may be off, and a person slow, by this many steps either way."""

RECOVERY_CODES = 10
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RECOVERY_LENGTH = 12
_GROUP = 4
_MISREAD = str.maketrans("OIL", "011")


def new_totp_secret() -> str:
    """160 random bits in base32, as apps want it."""
    return random_base32(32)


def totp_address(secret: str, *, username: str, issuer: str) -> str:
    """The ``otpauth:`` address that an app reads from the QR code."""
    return TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def step_of(at: datetime) -> int:
    """The number of the half minute since 1970 in which a moment falls."""
    return int(at.timestamp()) // STEP_SECONDS


def find_totp_step(secret: str, code: str, *, at: datetime, after: int) -> int | None:
    """The step whose code this is, of those near ``at`` and later than ``after``; None for a wrong or used one."""
    totp, now = TOTP(secret), step_of(at)
    given = re.sub(r"\s", "", code).encode()
    found = None
    for step in range(now - SKEW_STEPS, now + SKEW_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), given) and step > after:
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes of 60 random bits, in groups that can be read aloud: ``7KQ2-9XFM-3TRA``."""
    return [_grouped(_random_code()) for _ in range(RECOVERY_CODES)]


def _random_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH))


def _grouped(code: str) -> str:
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def plain_recovery_code(typed: str) -> str:
    """As it was made, whatever the case and the dashes; O, I and L are read as the digits they look like."""
    return re.sub(r"[\s-]", "", typed).upper().translate(_MISREAD)


def groups_of(secret: str) -> Sequence[str]:
    """A secret in groups of four, to be typed by hand."""
    return [secret[start : start + _GROUP] for start in range(0, len(secret), _GROUP)]
