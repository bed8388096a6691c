"""A pytest plugin: the code that is tested is the copy, and how each test ended is written down.

``GUARDS_TREE`` names the folder of the copy, ``GUARDS_ANSWER`` the file that the outcomes go to.
"""

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

import stockroom

SAID_BY_A_TEST = (AssertionError, pytest.fail.Exception)
TRIPPED_OVER_AN_ANSWER = (*SAID_BY_A_TEST, KeyError, IndexError, ValueError)
"""An answer that lacks what was promised: a success where a test reads the code of the refusal. Where the program
itself raised it, the copy is broken."""

_outcomes: dict[str, dict[str, str]] = {}


def pytest_configure() -> None:
    tree = Path(os.environ["GUARDS_TREE"])
    assert Path(stockroom.__file__).is_relative_to(tree), f"{stockroom.__file__} runs, not the copy"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" or not report.passed:
        before = _outcomes.get(item.nodeid, {"ended": "passed", "why": ""})
        ended = _ended(report, call)
        _outcomes[item.nodeid] = {"ended": ended, "why": _why(call)} if ended != "passed" else before
    return report


def _ended(report: pytest.TestReport, call: pytest.CallInfo[Any]) -> str:
    if report.passed:
        return "passed"
    if report.skipped or call.excinfo is None:
        return "skipped"
    return "wrong answer" if call.when == "call" and _is_an_answer(call.excinfo) else "broken"


def _is_an_answer(error: pytest.ExceptionInfo[BaseException]) -> bool:
    product = Path(os.environ["GUARDS_TREE"]) / "src"
    raised_by = [Path(entry.path).is_relative_to(product) for entry in error.traceback]
    if isinstance(error.value, SAID_BY_A_TEST):
        return not raised_by[-1]
    return isinstance(error.value, TRIPPED_OVER_AN_ANSWER) and not any(raised_by)


def _why(call: pytest.CallInfo[Any]) -> str:
    return "" if call.excinfo is None else call.excinfo.exconly()[:500]


def pytest_sessionfinish() -> None:
    Path(os.environ["GUARDS_ANSWER"]).write_text(json.dumps(_outcomes), "utf-8")
