"""The password rules: both policies, both languages, all failures at once."""

from collections.abc import Iterator

import pytest

from stockroom.people.passwords import (
    Policy,
    hash_password,
    is_common,
    password_matches,
    password_problems,
)
from stockroom.platform.i18n import sentence, set_language

PERSONAL = ("anna.nowak", "anna.nowak@szpital.example", "Anna Nowak")


def codes(password: str, policy: Policy = "composition") -> list[str]:
    found = password_problems(password, policy=policy, personal=PERSONAL)
    return [problem.code.removeprefix("password.") for problem in found]


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("Tr0ub4dor&zip", []),
        ("Zażółć-7", []),
        ("aB1!" * 18, []),
        ("aB1!" * 18 + "x", ["too_long"]),
        ("aB1!xyz", ["too_short"]),
        ("", ["too_short", "no_lower", "no_upper", "no_digit", "no_special"]),
        ("BLUE-KETTLE-7", ["no_lower"]),
        ("blue-kettle-7", ["no_upper"]),
        ("Blue-Kettles", ["no_digit"]),
        ("BlueKettle7", ["no_special"]),
        ("Blue Kettle 7", ["no_special"]),
        ("Password1!", ["common"]),
        ("Qwerty123!", ["common"]),
        ("Nowak-Kettle-7", ["personal"]),
        ("Szpital-Kettle-7", ["personal"]),
        ("my-StockRoom-77", ["personal"]),
    ],
)
def test_composition_names_every_broken_rule(password: str, expected: list[str]) -> None:
    assert codes(password) == expected


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("cztery puste wiadra", []),
        ("x" * 14, ["too_short"]),
        ("fourteen chars", ["too_short"]),
        ("fifteen chars !", []),
        ("blue kettle on " * 8 + "the hill", []),
        ("blue kettle on " * 8 + "the hill.", ["too_long"]),
        ("anna nowak's four kettles", ["personal"]),
        ("qazwsxedcrfvtgb", ["common"]),
    ],
)
def test_passphrase_asks_length_and_the_lists_only(password: str, expected: list[str]) -> None:
    assert codes(password, "passphrase") == expected


def test_the_list_of_common_passwords_is_long_enough() -> None:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    listed = FREQUENCY_LISTS["passwords"]
    assert len(listed) >= 10_000
    assert all(is_common(password) for password in listed[:500])


@pytest.fixture
def polish() -> Iterator[None]:
    set_language("pl")
    yield
    set_language("en")


def said(password: str) -> list[str]:
    problems = password_problems(password, policy="composition", personal=())
    return [sentence(problem.sentence, problem.facts) for problem in problems]


def test_says_it_in_english() -> None:
    assert said("abc") == [
        "The password needs at least 8 characters.",
        "Add an upper-case letter.",
        "Add a digit.",
        "Add a special character such as ! or #.",
    ]


@pytest.mark.usefixtures("polish")
def test_says_it_in_polish() -> None:
    found = said("abc")
    assert found[0] == "Hasło musi mieć co najmniej tyle znaków: 8."
    assert "Dodaj cyfrę." in found
    assert len(found) == 4


async def test_a_hash_matches_its_password_and_no_other() -> None:
    hashed = (await hash_password("Tr0ub4dor&zip")).hashed
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await password_matches(hashed, "Tr0ub4dor&zip")
    assert not await password_matches(hashed, "Tr0ub4dor&zip ")
    assert not await password_matches(None, "Tr0ub4dor&zip")
    assert not await password_matches("no hash at all", "Tr0ub4dor&zip")
