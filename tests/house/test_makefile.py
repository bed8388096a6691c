"""Every target that a person may call says what it does in `make help`."""

import re

import pytest

from tests.house.sources import ROOT

TARGET = re.compile(r"^([a-z][a-z-]*):(?!=)(.*)$", re.MULTILINE)


def unexplained(makefile: str) -> list[str]:
    return [name for name, rest in TARGET.findall(makefile) if not re.search(r"## \S", rest)]


def undeclared(makefile: str) -> set[str]:
    """Targets that a file of the same name would silence."""
    phony = {name for line in re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE) for name in line.split()}
    return {name for name, _ in TARGET.findall(makefile)} ^ phony


@pytest.fixture(scope="module")
def makefile() -> str:
    return (ROOT / "Makefile").read_text("utf-8")


def test_every_target_is_explained_and_declared(makefile):
    assert unexplained(makefile) == []
    assert undeclared(makefile) == set()


def test_the_promised_targets_are_there(makefile):
    assert {"run", "test", "check", "lock", "messages", "bench", "clean"} <= {
        name for name, _ in TARGET.findall(makefile)
    }


def test_the_rules_see_a_silent_target():
    assert unexplained(".PHONY: run\nrun: install\n\tserve\n") == ["run"]
    assert undeclared("run: ## Serve\n") == {"run"}
