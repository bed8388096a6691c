"""Lock files pin everything with hashes, follow pyproject.toml and name no registry."""

import json
import re
import tomllib
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.sources import ROOT

LOCKS = {"runtime": None, "dev": "dev", "build": "build", "node": "node"}
PINNED = re.compile(r"^(?P<name>[\w.-]+)(\[[\w,-]+\])?==(?P<version>[^\s;\\]+)", re.MULTILINE)
REGISTRY = re.compile(
    r"--(extra-)?index-url|--find-links|index[-_]url\s*=|find[-_]links\s*=|//registry\.|pypi\.org|pythonhosted|npmjs",
    re.IGNORECASE,
)
BUILD_FILES = (
    "pyproject.toml",
    "Makefile",
    "package.json",
    "scripts/*",
    ".ci/*",
    "Dockerfile",
    "compose.yaml",
    ".npmrc",
)


def pins(lock: str) -> dict[str, str]:
    return {canonicalize_name(pin["name"]): pin["version"] for pin in PINNED.finditer(lock)}


def unpinned(requirements: list[str], lock: str) -> list[str]:
    """Requirements that the lock leaves out or holds at a version they do not allow."""
    held = pins(lock)
    wanted = [Requirement(line) for line in requirements]
    return [
        str(requirement)
        for requirement in wanted
        if not requirement.specifier.contains(
            held.get(canonicalize_name(requirement.name), "0"), prereleases=True
        )
    ]


def without_hash(lock: str) -> list[str]:
    entries = re.split(r"\n(?=\S)", lock)
    return [
        entry.splitlines()[0] for entry in entries if PINNED.match(entry) and "--hash=sha256:" not in entry
    ]


def addresses(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if REGISTRY.search(line)]


def downloads(package_lock: dict[str, object]) -> Iterator[str]:
    """Entries of a package-lock.json that say where they come from, or lack an integrity hash."""
    for name, entry in package_lock["packages"].items():
        if "resolved" in entry or (name and "integrity" not in entry and not entry.get("link")):
            yield name


def _lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_python_locks_are_hashed_and_name_no_address(name):
    lock = _lock(name)
    assert pins(lock)
    assert without_hash(lock) == []
    assert "://" not in lock
    assert addresses(lock) == []


@pytest.mark.parametrize("name", LOCKS)
def test_python_locks_follow_pyproject(name):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    group = LOCKS[name]
    requirements = project["dependency-groups"][group] if group else project["project"]["dependencies"]
    assert unpinned(requirements, _lock(name)) == [], "run: make lock"


def test_what_runs_is_what_is_tested():
    tested = pins(_lock("dev"))
    assert {name: tested.get(name) for name in pins(_lock("runtime"))} == pins(_lock("runtime"))


def test_the_npm_lock_names_no_address():
    for path in ROOT.glob("package-lock.json"):
        assert list(downloads(json.loads(path.read_text("utf-8")))) == []


def test_build_files_name_no_registry():
    found = {
        path.name: lines
        for pattern in BUILD_FILES
        for path in ROOT.glob(pattern)
        if path.is_file() and (lines := addresses(path.read_text("utf-8")))
    }
    assert found == {}


def test_the_rules_see_a_poor_lock():
    assert unpinned(["click>=8.5"], "click==8.1.0 \\\n    --hash=sha256:00\n") == ["click>=8.5"]
    assert unpinned(["click>=8.5"], "rich==15.0.0 \\\n    --hash=sha256:00\n") == ["click>=8.5"]
    assert unpinned(["Typing_Extensions>=4"], "typing-extensions==4.1 \\\n    --hash=sha256:00\n") == []
    assert without_hash("click==8.5.1\nrich==15.0.0 \\\n    --hash=sha256:00\n") == ["click==8.5.1"]
    assert addresses("--extra-index-url file:///mirror")
    assert addresses("fetch https://registry.example.org/simple")
    assert list(
        downloads({"packages": {"": {}, "node_modules/htmx.org": {"resolved": "x", "integrity": "y"}}})
    )
    assert list(downloads({"packages": {"": {}, "node_modules/htmx.org": {}}}))
