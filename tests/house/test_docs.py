"""Docs are true: the files, links and make targets that they name exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from stockroom.settings import Settings
from tests.house.sources import PACKAGE, ROOT, files_under

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
MAKE = re.compile(r"\bmake((?:\s+(?:-\S+|[A-Z_]+=\S*))*)\s+([a-z][a-z-]*)")
PATH = re.compile(r"\.?[\w@-][\w@.()-]*(/[\w@.()-]+)*/?")
SUFFIXES = frozenset(
    {
        ".py",
        ".md",
        ".html",
        ".css",
        ".js",
        ".mjs",
        ".toml",
        ".txt",
        ".json",
        ".yaml",
        ".yml",
        ".sql",
        ".po",
        ".sh",
    }
)
MADE_HERE = ("var/", "build/", ".venv", "node_modules", f"{PACKAGE}/static")


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def untrue(text: str, folder: Path = ROOT) -> list[str]:
    """What a page in the folder names and the repository does not have."""
    prose = FENCED.sub("", text)
    named = [code for code in CODE.findall(prose) if _names_a_file(code)]
    links = [link for link in LINK.findall(prose) if "://" not in link and not link.startswith("mailto:")]
    code = " ; ".join([*CODE.findall(prose), *FENCED.findall(text)])
    return [
        *(path for path in named if not _exists(path, folder)),
        *(link for link in links if not (folder / link).exists()),
        *(f"make {target}" for target in _made(code) if target not in targets()),
    ]


def _made(code: str) -> Iterator[str]:
    for _, target in MAKE.findall(code):
        yield target


def _names_a_file(code: str) -> bool:
    if not PATH.fullmatch(code) or code.startswith(MADE_HERE):
        return False
    first = code.partition("/")[0]
    if "/" not in code:
        return Path(code).suffix in {".md", ".toml", ".yaml"}
    return Path(code).suffix in SUFFIXES or (ROOT / first).is_dir()


def _exists(path: str, folder: Path) -> bool:
    return any((base / path).exists() for base in (ROOT, folder, ROOT / PACKAGE))


def pages() -> list[str]:
    own = sorted(path.name for path in ROOT.glob("*.md"))
    return own + files_under(["docs", "assets"], frozenset({".md"}))


@pytest.mark.parametrize("page", pages())
def test_a_page_names_only_what_exists(page):
    path = ROOT / page
    assert untrue(path.read_text("utf-8"), path.parent) == []


@pytest.mark.parametrize(
    "text",
    [
        "See `src/stockroom/nowhere.py`.",
        "See `platform/nowhere.py`.",
        "See `docs/nowhere/`.",
        "See [the guide](docs/nowhere.md).",
        "Run `make nowhere`.",
        "Run `make JOBS=2 nowhere`.",
        "```\nmake nowhere\n```",
    ],
)
def test_the_rule_sees_what_does_not_exist(text):
    assert untrue(text)


@pytest.mark.parametrize(
    "text",
    [
        "See `src/stockroom/__init__.py`, `Makefile`, `.ci/run`.",
        "Data lies under `var/`, rates as `text/html`, options `HOST`.",
        "Run `make test ARGS='-k stock'`; it does not make sense otherwise.",
        "See [the rules](CONTRIBUTING.md) and [elsewhere](https://example.org/x.md).",
        "```\nmake run\n```",
    ],
)
def test_what_exists_is_no_fault(text):
    assert untrue(text) == []


def test_the_limits_are_told_with_the_numbers_of_the_settings():
    page = (ROOT / "docs/security.md").read_text("utf-8")
    told = re.findall(r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \| `(LIMIT_\w+)` \|$", page, re.MULTILINE)
    fields = Settings.model_fields
    settings = {name: fields[name].default for name in fields if name.startswith("limit_")}
    assert {f"limit_{name}": number for name, number, _ in told} == settings
    assert [setting.lower() for *_, setting in told] == [f"limit_{name}" for name, *_ in told]
