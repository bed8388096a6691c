"""The ASVS table holds every requirement of levels 1 and 2 once, with a state, and evidence where it says met.

The counts at its top are made here: ``WRITE_DOCS=1 python -m pytest tests/house/test_asvs.py`` writes them anew.
"""

import os
import re
from collections import Counter

import pytest

from tests.house.sources import ROOT

PAGE = ROOT / "docs/security/asvs.md"
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE)
LEFT_OUT = re.compile(r"^\| (\d+(?:\.\d+)?) \| (\d+) \| [^|]+\|$", re.MULTILINE)
COUNTS = re.compile(r"(?<=^Version 5\.0\.0 has 253 requirements of levels 1 and 2\. ).*$", re.MULTILINE)
FILE = re.compile(r"`((?:src|tests|docs|scripts)/[^`]+|[A-Z]+\.md)`")
STATES = ("met", "partly", "not yet", "operator", "no such thing")
# Version 5.0.0: how many requirements of levels 1 and 2 each chapter has.
BY_CHAPTER = {
    1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7,
    10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16, 17: 7,
}  # fmt: skip
FIRST_LEVEL = 70 - 5  # of those, five stand in chapter 10

Row = tuple[str, str, str, str, str]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return ROW.findall(PAGE.read_text("utf-8"))


def counted(rows: list[Row], left_out: int) -> str:
    by_state = Counter(row[3].strip() for row in rows)
    in_scope = len(rows) - by_state["no such thing"]
    told = ", ".join(f"{by_state[state]} {state}" for state in STATES[:-1])
    return (
        f"Of them {left_out} are left out as a whole and {by_state['no such thing']} have nothing here that they"
        f" could be about; {in_scope} are in scope: {told}."
    )


def test_nothing_is_missing_and_nothing_stands_twice(rows):
    ids = [row[0] for row in rows]
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    found = Counter(int(name.partition(".")[0]) for name in ids)
    for section, count in LEFT_OUT.findall(PAGE.read_text("utf-8")):
        found[int(section.partition(".")[0])] += int(count)
    assert dict(found) == BY_CHAPTER
    assert sum(BY_CHAPTER.values()) == 253


def test_the_first_level_is_whole(rows):
    assert sum(row[1] == "1" for row in rows) == FIRST_LEVEL


def test_every_state_is_one_of_ours_and_what_is_open_says_why(rows):
    assert {row[3].strip() for row in rows} == set(STATES)
    silent = [row[0] for row in rows if row[3].strip() != "no such thing" and not row[4].strip()]
    assert silent == []


def test_every_file_that_is_named_is_there(rows):
    named = {name for row in rows for name in FILE.findall(row[4])}
    assert len(named) > 60
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_the_page_says_how_many_stand_where(rows):
    page = PAGE.read_text("utf-8")
    told = counted(rows, sum(int(count) for _, count in LEFT_OUT.findall(page)))
    if os.environ.get("WRITE_DOCS"):
        page = COUNTS.sub(told, page)
        PAGE.write_text(page, "utf-8")
    assert COUNTS.findall(page) == [told]
