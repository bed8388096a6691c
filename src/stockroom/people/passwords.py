"""Password rules and hashing (P2). Argon2id with OWASP's parameters, in a worker thread.

Sources: OWASP Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane); NIST SP 800-63B-4 for ``passphrase``.
"""

import asyncio
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Literal

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from stockroom.people.errors import PasswordWeak
from stockroom.platform.errors import N_, FieldError

Policy = Literal["composition", "passphrase"]

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_BOUNDS: dict[Policy, tuple[int, int]] = {"composition": (8, 72), "passphrase": (15, 128)}
_PRODUCT_NAMES = ("stockroom",)

POLICY_WORDS: dict[Policy, str] = {
    "composition": N_(
        "8 to 72 characters: a lower-case and an upper-case letter, a digit and a special character."
    ),
    "passphrase": N_("15 to 128 characters of any kind; several words are easy to remember."),
}
"""What a form says beside the field."""


class PolicyRules(msgspec.Struct, frozen=True):
    """What the meter beside a field checks by itself: the policy's name, and its bounds in characters."""

    policy: Policy
    least: int
    most: int


def policy_rules(policy: Policy) -> PolicyRules:
    return PolicyRules(policy, *_BOUNDS[policy])


TOO_SHORT = N_("The password needs at least {limit} characters.")
TOO_LONG = N_("The password may have at most {limit} characters.")
NO_LOWER = N_("Add a lower-case letter.")
NO_UPPER = N_("Add an upper-case letter.")
NO_DIGIT = N_("Add a digit.")
NO_SPECIAL = N_("Add a special character such as ! or #.")
COMMON = N_("This password is on the lists that attackers try first. Choose another.")
PERSONAL = N_("The password must not contain your name, your e-mail address or the product's name.")


def password_problems(
    password: str, *, policy: Policy, personal: tuple[str, ...], at: str = "/password"
) -> list[FieldError]:
    """Every rule that the password breaks, all at once; empty for a good one."""
    least, most = _BOUNDS[policy]
    found: list[FieldError] = []
    if len(password) < least:
        found.append(FieldError(at, "password.too_short", TOO_SHORT, {"limit": least}))
    if len(password) > most:
        found.append(FieldError(at, "password.too_long", TOO_LONG, {"limit": most}))
    if policy == "composition":
        found += _composition_problems(password, at)
    if is_common(password):
        found.append(FieldError(at, "password.common", COMMON))
    if _contains_personal(password, personal):
        found.append(FieldError(at, "password.personal", PERSONAL))
    return found


def _composition_problems(password: str, at: str) -> list[FieldError]:
    checks: tuple[tuple[Callable[[str], bool], str, str], ...] = (
        (str.islower, "password.no_lower", NO_LOWER),
        (str.isupper, "password.no_upper", NO_UPPER),
        (str.isdigit, "password.no_digit", NO_DIGIT),
        (_is_special, "password.no_special", NO_SPECIAL),
    )
    return [FieldError(at, code, text) for test, code, text in checks if not any(map(test, password))]


def _is_special(char: str) -> bool:
    return not char.isalnum() and not char.isspace()


def _contains_personal(password: str, personal: tuple[str, ...]) -> bool:
    lowered = password.casefold()
    words = [word for text in personal for word in re.split(r"[\s@._-]+", text.casefold()) if len(word) >= 4]
    return any(word in lowered for word in (*words, *_PRODUCT_NAMES))


@cache
def _common_passwords() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def is_common(password: str) -> bool:
    """On the list of common passwords, also with the decorations people add to satisfy composition rules."""
    lowered = password.casefold()
    plain = re.sub(r"[^a-z]+$", "", lowered)
    common = _common_passwords()
    return lowered in common or (len(plain) >= 4 and plain in common and len(lowered) - len(plain) <= 4)


def require_good_password(
    password: str, *, policy: Policy, personal: tuple[str, ...], at: str = "/password"
) -> None:
    """Raises PasswordWeak with every broken rule."""
    problems = password_problems(password, policy=policy, personal=personal, at=at)
    if problems:
        raise PasswordWeak(errors=problems)


_THREADS = ThreadPoolExecutor(max_workers=os.cpu_count() or 1, thread_name_prefix="passwords")
"""As many at once as there are cores, each with its 19 MiB; the others wait their turn without holding anything."""


class ChosenPassword(msgspec.Struct, frozen=True):
    """A new password with its hash, made before the transaction that keeps it: hashing takes long."""

    plain: str
    hashed: str


def hash_now(password: str) -> ChosenPassword:
    """Blocks, for tens of milliseconds."""
    return ChosenPassword(password, _HASHER.hash(password))


async def hash_password(password: str) -> ChosenPassword:
    """Hold no connection meanwhile: many at once wait for each other."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, hash_now, password)


_DECOY = (
    f"$argon2id$v=19$m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    f"${'A' * (_HASHER.salt_len * 4 // 3 + 1)}${'A' * (_HASHER.hash_len * 4 // 3 + 1)}"
)
"""No password's hash (its salt and its bytes are zero), made without hashing: an unknown user costs the same time as a
wrong password, the first one of a process too."""


def _verify(hashed: str | None, password: str) -> bool:
    try:
        _HASHER.verify(hashed or _DECOY, password)
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


async def password_matches(hashed: str | None, password: str) -> bool:
    """False for a missing hash too, after the same work."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, hashed, password)
