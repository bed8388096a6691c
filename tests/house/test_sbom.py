"""The bill of materials names every package that a lock file names."""

import json
import re
import runpy
from collections.abc import Callable
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.house.sources import ROOT

PIN = re.compile(r"(?m)^([\w.-]+)==([^\s;\\]+)")


@pytest.fixture(scope="module")
def make_bom() -> Callable[[], str]:
    return runpy.run_path(str(ROOT / "scripts/sbom.py"))["make_bom"]


def named(text: str) -> dict[str, dict[str, Any]]:
    return {component["purl"]: component for component in json.loads(text)["components"]}


def locked() -> tuple[set[str], set[str]]:
    """Of Python and npm, as package addresses."""
    python = {
        f"pkg:pypi/{name.lower().replace('_', '-').replace('.', '-')}@{version}"
        for path in (ROOT / "requirements").glob("*.txt")
        for name, version in PIN.findall(path.read_text("utf-8"))
    }
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    npm = {
        f"pkg:npm/{place.rpartition('node_modules/')[2].replace('@', '%40')}@{entry['version']}"
        for place, entry in packages.items()
        if place
    }
    return python, npm


def test_every_locked_package_is_named_once_and_nothing_else(make_bom):
    python, npm = locked()
    assert len(python) > 100
    assert len(npm) > 50
    assert named(make_bom()).keys() == python | npm


def test_what_runs_is_told_from_what_only_builds(make_bom):
    found = named(make_bom())
    scopes = {purl.partition("@")[0] if "%40" not in purl else purl: c["scope"] for purl, c in found.items()}
    assert scopes["pkg:pypi/litestar"] == scopes["pkg:npm/htmx.org"] == "required"
    assert scopes["pkg:pypi/pytest"] == scopes["pkg:npm/esbuild"] == "excluded"


def test_it_is_valid_and_carries_the_hashes_of_the_lock(make_bom):
    text = make_bom()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert all(c["hashes"] for purl, c in named(text).items() if purl.startswith("pkg:npm/"))
