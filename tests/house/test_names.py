"""Files are named by what a person does, never by being of use."""

from pathlib import PurePath

import pytest

from tests.house.sources import files_under

NAMELESS = frozenset({"util", "utils", "helper", "helpers", "common", "misc"})


def nameless(path: str) -> bool:
    return any(PurePath(part).stem.strip("_") in NAMELESS for part in PurePath(path).parts)


def test_no_file_or_folder_is_nameless():
    paths = files_under(["src", "tests", "benchmarks", "scripts"], frozenset({".py", ".html"}))
    assert [path for path in paths if nameless(path)] == []


@pytest.mark.parametrize(
    "path", ["src/stockroom/stock/utils.py", "tests/helpers/db.py", "src/stockroom/common/__init__.py"]
)
def test_the_rule_sees_a_nameless_file(path):
    assert nameless(path)


def test_a_word_inside_a_name_is_no_fault():
    assert not nameless("src/stockroom/people/common_passwords.py")
