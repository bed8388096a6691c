"""Codes of a second factor: each once, a little early or late, and what people mistype."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyotp.totp import TOTP

from stockroom.people.codes import (
    find_totp_step,
    new_recovery_codes,
    new_totp_secret,
    plain_recovery_code,
    step_of,
    totp_address,
)
from stockroom.platform.sealing import Unsealable, derive_key, seal, unseal
from tests.conftest import NOON

SECRET = new_totp_secret()
NOW = step_of(NOON)


def code(step: int) -> str:
    return TOTP(SECRET).generate_otp(step)


@pytest.mark.parametrize(("skew", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_takes_a_code_one_step_early_or_late(skew: int, taken: bool) -> None:
    found = find_totp_step(SECRET, code(NOW + skew), at=NOON, after=0)
    assert found == (NOW + skew if taken else None)


def test_takes_no_code_of_a_step_that_was_used_or_passed() -> None:
    assert find_totp_step(SECRET, code(NOW), at=NOON, after=NOW) is None
    assert find_totp_step(SECRET, code(NOW - 1), at=NOON, after=NOW) is None
    assert find_totp_step(SECRET, code(NOW + 1), at=NOON, after=NOW) == NOW + 1


def test_takes_a_code_typed_with_a_space_and_no_other() -> None:
    shown = code(NOW)
    assert find_totp_step(SECRET, f"{shown[:3]} {shown[3:]}", at=NOON, after=0) == NOW
    for wrong in ("", shown[:5], shown + "0", "١٢٣٤٥٦", "－" * 6):
        assert find_totp_step(SECRET, wrong, at=NOON, after=0) is None


def test_a_step_is_half_a_minute() -> None:
    start = NOON.replace(second=0)
    assert step_of(start + timedelta(seconds=29.9)) == step_of(start)
    assert step_of(start + timedelta(seconds=30)) == step_of(start) + 1


def test_matches_the_example_of_the_standard() -> None:
    """RFC 6238, appendix B: the last six digits of 94287082 at 59 s."""
    from datetime import UTC, datetime

    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert find_totp_step(secret, "287082", at=datetime.fromtimestamp(59, UTC), after=0) == 1


def test_the_address_for_the_app_names_the_organisation_and_the_person() -> None:
    address = totp_address(SECRET, username="anna.nowak", issuer="Szpital Św. Anny")
    assert address.startswith("otpauth://totp/Szpital%20%C5%9Aw.%20Anny:anna.nowak?secret=" + SECRET)


def test_makes_ten_different_recovery_codes_that_can_be_read_aloud() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert all(len(one) == 14 and not set(one) & set("OILU") for one in codes)


def test_reads_a_recovery_code_as_people_write_it() -> None:
    assert plain_recovery_code(" 7kq2 9xfm-3tra ") == "7KQ29XFM3TRA"
    assert plain_recovery_code("OIL1-0000-0000") == "011100000000"


@given(st.binary(max_size=64), st.binary(max_size=16))
def test_what_is_sealed_opens_for_its_owner_alone(plain: bytes, owner: bytes) -> None:
    key, other = derive_key(b"s" * 32, "totp"), derive_key(b"s" * 32, "recovery")
    sealed = seal(key, plain, belongs_to=owner)
    assert unseal(key, sealed, belongs_to=owner) == plain
    assert plain not in sealed or len(plain) < 4
    spoilt = bytes([sealed[0] ^ 1]) + sealed[1:]
    for wrong_key, wrong, whose in (
        (other, sealed, owner), (key, sealed, owner + b"x"), (key, spoilt, owner), (key, b"", owner),
    ):  # fmt: skip
        with pytest.raises(Unsealable):
            unseal(wrong_key, wrong, belongs_to=whose)
