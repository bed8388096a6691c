"""A module is entered by its front door: `from stockroom.stock import issue_stock`, never a room behind it.

The composition root and the command line put the rooms together, so they may name them.
"""

import pytest

from tests.house.sources import PACKAGE, ROOT, SHOP_MODULES, Source, planted

ROOMS = frozenset({"rules", "errors", "queries", "actions", "api", "pages", "jobs"})


def is_behind_the_door(module: str, name: str) -> bool:
    """A room of the house's plan, or any file the module holds."""
    behind = ROOT / PACKAGE / module / name
    return name in ROOMS or behind.is_dir() or behind.with_suffix(".py").is_file()


def intrusions(source: Source) -> list[str]:
    own = source.place[0]
    if own in {"main", "cli"}:
        return []
    found = []
    for name, node in source.imports:
        parts = name.split(".")
        if parts[0] != "stockroom" or len(parts) < 3 or parts[1] not in SHOP_MODULES - {own}:
            continue
        if len(parts) > 3 or is_behind_the_door(parts[1], parts[2]):
            found.append(source.finding(node, f"enters {parts[1]} past its front door: {name}"))
    return found


def test_modules_meet_at_the_front_door(package):
    assert [finding for source in package for finding in intrusions(source)] == []


@pytest.mark.parametrize(
    "code",
    [
        "from stockroom.stock.queries import BALANCES",
        "from stockroom.stock import queries",
        "import stockroom.stock.actions",
        "from ..stock.actions import issue_stock",
        "from ..stock import rules",
        "def dispense():\n    from stockroom.stock.actions.issue import issue_stock",
    ],
)
def test_the_rule_sees_an_intrusion(code):
    assert intrusions(planted(code, "src/stockroom/dispensing/actions.py"))


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("from stockroom.stock import issue_stock", "src/stockroom/dispensing/actions.py"),
        ("from stockroom.stock.queries import BALANCES", "src/stockroom/stock/actions/issue.py"),
        ("from . import queries", "src/stockroom/stock/actions.py"),
        ("from stockroom.platform.db import Connection", "src/stockroom/stock/actions.py"),
        ("from stockroom.stock.api import router", "src/stockroom/main.py"),
    ],
)
def test_the_front_door_is_open(code, path):
    assert intrusions(planted(code, path)) == []
