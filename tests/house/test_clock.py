"""The moment is given to an action; only one file reads the clock."""

import ast

import pytest

from tests.house.sources import Source, planted

THE_PLACE = ("platform", "clock")
CLOCKS = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "time.time",
        "time.time_ns",
        "time.localtime",
        "time.gmtime",
        "time.ctime",
    }
)


def readings(source: Source) -> list[str]:
    if source.place == THE_PLACE:
        return []
    return [
        source.finding(node, f"reads the clock: {name}")
        for node in source.nodes(ast.Attribute, ast.Name)
        if isinstance(node.ctx, ast.Load) and (name := source.qualified(node)) in CLOCKS
    ]


def test_only_one_file_reads_the_clock(package):
    assert [finding for source in package for finding in readings(source)] == []


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import UTC, datetime\nat = datetime.now(UTC)",
        "import datetime as dt\nat = dt.datetime.utcnow()",
        "from datetime import date as day\non = day.today()",
        "import time\nat = time.time()",
        "from time import time as now\nat = now()",
        "from datetime import datetime\nfield(default_factory=datetime.now)",
    ],
)
def test_the_rule_sees_a_reading(code):
    assert readings(planted(code))


@pytest.mark.parametrize(
    ("code", "path"),
    [
        (
            "from datetime import UTC, datetime\nat = datetime.now(UTC)",
            "src/stockroom/platform/clock.py",
        ),
        ("import time\nstarted = time.perf_counter()", "src/stockroom/platform/logs.py"),
        ("def issue(clock):\n    return clock.now()", "src/stockroom/stock/pages.py"),
    ],
)
def test_the_clock_itself_and_durations_are_no_fault(code, path):
    assert readings(planted(code, path)) == []
