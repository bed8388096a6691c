"""A file that passes 400 lines is split by what a person does."""

import pytest

from tests.house.sources import ROOT, files_under

LIMIT = 400
WRITTEN_BY_HAND = frozenset({".py", ".html", ".css", ".js", ".mjs", ".sql", ".typ"})


def is_too_long(text: str) -> bool:
    return len(text.splitlines()) > LIMIT


def test_no_file_passes_the_limit():
    paths = files_under(["src", "tests", "assets", "benchmarks", "scripts"], WRITTEN_BY_HAND)
    assert [path for path in paths if is_too_long((ROOT / path).read_text("utf-8"))] == []


@pytest.mark.parametrize(("lines", "too_long"), [(400, False), (401, True)])
def test_the_limit_itself_is_allowed(lines, too_long):
    assert is_too_long("x = 1\n" * lines) is too_long
