"""A pytest plugin: the code that is tested is the copy, and how each test ended is written down.

``GUARDS_TREE`` names the folder of the copy, ``GUARDS_ANSWER`` the file that the outcomes go to.
"""

import json
import os
from collections.abc import Generator
from pathlib import Path
from traceback import extract_tb
from typing import Any

import pytest

import stockroom

WRONG_ANSWERS = (AssertionError, pytest.fail.Exception, KeyError, IndexError, ValueError)
"""What a test raises over a wrong answer, or trips over: a success where it reads the code of the refusal. Where the
program itself raised it, on the way of no test's own, the copy is broken."""

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
    is_answer = call.when == "call" and all(map(_is_wrong_answer, _leaves(call.excinfo.value)))
    return "wrong answer" if is_answer else "broken"


def _leaves(error: BaseException) -> list[BaseException]:
    """What task groups bundle, one by one."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for part in error.exceptions for leaf in _leaves(part)]
    return [error]


def _is_wrong_answer(error: BaseException) -> bool:
    """Nothing of the program ran after the last line of a test."""
    tree = Path(os.environ["GUARDS_TREE"])
    files = [Path(frame.filename) for frame in extract_tb(error.__traceback__)]
    lines_of_tests = [index for index, file in enumerate(files) if file.is_relative_to(tree / "tests")]
    after = files[max(lines_of_tests, default=0) :]
    return isinstance(error, WRONG_ANSWERS) and not any(file.is_relative_to(tree / "src") for file in after)


def _why(call: pytest.CallInfo[Any]) -> str:
    return "" if call.excinfo is None else call.excinfo.exconly()[:500]


def pytest_sessionfinish() -> None:
    Path(os.environ["GUARDS_ANSWER"]).write_text(json.dumps(_outcomes), "utf-8")
