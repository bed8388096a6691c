"""What the product imports it also asks for; nothing is there by the luck of another package."""

import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.sources import ROOT, Source, planted

PROVIDERS = packages_distributions()


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [line for lines in project.get("optional-dependencies", {}).values() for line in lines]
    return {canonicalize_name(Requirement(line).name) for line in project["dependencies"] + extras}


def undeclared(source: Source, asked_for: set[str]) -> list[str]:
    found = []
    for name, node in source.imports:
        package = name.partition(".")[0]
        if package in sys.stdlib_module_names or package in {"", "stockroom"}:
            continue
        if not asked_for & {canonicalize_name(name) for name in PROVIDERS.get(package, [package])}:
            found.append(source.finding(node, f"imports {package}, which pyproject.toml does not ask for"))
    return found


def test_every_import_is_asked_for(package):
    asked_for = declared()
    assert [finding for source in package for finding in undeclared(source, asked_for)] == []


@pytest.mark.parametrize(
    "code", ["import pytest", "from markupsafe import Markup", "def f():\n    import nowhere.found"]
)
def test_the_rule_sees_an_import_of_luck(code):
    assert undeclared(planted(code), {"jinja2", "psycopg"})


@pytest.mark.parametrize(
    "code", ["import json", "from stockroom.stock import issue", "from . import queries", "import psycopg"]
)
def test_own_standard_and_declared_ones_are_no_fault(code):
    assert undeclared(planted(code), {"psycopg"}) == []
