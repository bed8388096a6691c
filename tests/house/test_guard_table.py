"""The table of guards cannot rot: what is taken out is still there, once, and the tests that must fail exist."""

import ast
import re
from functools import cache

import msgspec
import pytest

from scripts.guards.page import PAGE, row_of
from scripts.guards.table import Guard, NotOnce, read_guards
from tests.house.sources import ROOT

ROW = re.compile(r"P([1-9]|[12]\d|30)")
LEAST = 60


@pytest.fixture(scope="module")
def guards() -> list[Guard]:
    return read_guards()


@cache
def functions_in(file: str) -> frozenset[str]:
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def faults_of(guard: Guard) -> list[str]:
    path = ROOT / guard.path
    file, _, test = guard.test.partition("::")
    found = []
    if not path.is_file():
        found.append(f"{guard.path} is not there")
    elif (times := guard.cuts(path.read_text("utf-8"))) != 1:
        found.append(f"{guard.guard}: its text stands {times} times in {guard.path}")
    if guard.cut == guard.leave or not guard.cut.strip():
        found.append(f"{guard.guard}: nothing is taken out")
    if test not in functions_in(file):
        found.append(f"{guard.guard}: there is no {guard.test}")
    if not ROW.fullmatch(guard.row):
        found.append(f"{guard.guard}: {guard.row} is no row of the product")
    return found


def test_every_guard_stands_where_the_table_says_and_has_its_test(guards):
    assert [fault for guard in guards for fault in faults_of(guard)] == []


def test_there_are_many_guards_and_each_is_named_once(guards):
    assert len(guards) >= LEAST
    assert len({guard.guard for guard in guards}) == len(guards)
    assert len({(guard.path, guard.cut, guard.leave) for guard in guards}) == len(guards)


def test_the_page_names_the_guards_of_the_table(guards):
    """What it says was made by doing it; a guard that is new or has changed asks for `make guards`."""
    shown = [line for line in PAGE.read_text("utf-8").splitlines() if re.match(r"\| \d+ \|", line)]
    assert shown == [row_of(number, guard) for number, guard in enumerate(guards, start=1)]


REAL = Guard(
    guard="x", row="P1", file="platform/cookies.py", cut="httponly=True", leave="",
    test="tests/platform/test_cookies.py::test_cookies_are_made_in_one_place",
)  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"file": "platform/nowhere.py"},
        {"cut": "httponly=Maybe"},
        {"cut": "e"},
        {"leave": "httponly=True"},
        {"test": "tests/platform/test_cookies.py::test_nothing"},
        {"test": "tests/platform/test_nowhere.py::test_cookies_are_made_in_one_place"},
        {"row": "P31"},
    ],
)
def test_the_rule_sees_what_has_gone(wrong):
    assert faults_of(REAL) == []
    assert faults_of(msgspec.structs.replace(REAL, **wrong))


def test_a_text_that_stands_twice_is_never_taken_out():
    with pytest.raises(NotOnce):
        REAL.planted("httponly=True httponly=True")
    assert REAL.planted("a httponly=True b") == "a  b"
