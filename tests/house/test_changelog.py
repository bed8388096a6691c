"""A user-visible change adds a line under the version that will carry it."""

import re
import tomllib

import pytest

import stockroom
from tests.house.sources import ROOT

HEADING = re.compile(r"^## (Unreleased|\d+\.\d+\.\d+ - \d{4}-\d{2}-\d{2})$", re.MULTILINE)


def faults(changelog: str) -> list[str]:
    headings = HEADING.findall(changelog)
    stray = [
        line for line in changelog.splitlines() if line.startswith("## ") and not HEADING.fullmatch(line)
    ]
    return stray + ([] if headings else ["no version"])


def test_the_changelog_has_a_place_for_the_next_line():
    assert faults((ROOT / "CHANGELOG.md").read_text("utf-8")) == []


def test_the_package_knows_its_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert stockroom.__version__ == project["version"]


@pytest.mark.parametrize("text", ["# Changelog\n", "# Changelog\n\n## Soon\n\n- A thing\n"])
def test_the_rule_sees_a_poor_changelog(text):
    assert faults(text)
