"""Rules decide without database and web; actions know nothing of the web.

import-linter holds the same; this says it faster and names the line.
"""

import pytest

from tests.house.sources import SHOP_MODULES, Source, planted

FORBIDDEN = {
    "rules": frozenset({"psycopg", "psycopg_pool", "litestar", "httpx", "jinja2", "asyncio", "anyio"}),
    "actions": frozenset({"litestar", "jinja2"}),
    "queries": frozenset({"litestar", "jinja2"}),
}


def impurities(source: Source) -> list[str]:
    module, room, *_ = (*source.place, "", "")
    if module not in SHOP_MODULES:
        return []
    return [
        source.finding(node, f"{room} import {name}")
        for name, node in source.imports
        if name.partition(".")[0] in FORBIDDEN.get(room, ())
    ]


def test_rules_actions_and_queries_are_pure(package):
    assert [finding for source in package for finding in impurities(source)] == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("src/stockroom/stock/rules.py", "import psycopg"),
        ("src/stockroom/stock/rules/fefo.py", "from psycopg.rows import dict_row"),
        ("src/stockroom/stock/rules.py", "from litestar import Request"),
        ("src/stockroom/stock/actions/issue.py", "from litestar.exceptions import HTTPException"),
        ("src/stockroom/stock/actions.py", "def issue():\n    import litestar"),
    ],
)
def test_the_rule_sees_an_impurity(path, code):
    assert impurities(planted(code, path))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("src/stockroom/stock/actions.py", "from psycopg import AsyncConnection"),
        ("src/stockroom/stock/api.py", "from litestar import get"),
        ("src/stockroom/stock/rules.py", "from decimal import Decimal"),
    ],
)
def test_each_room_may_use_what_it_needs(path, code):
    assert impurities(planted(code, path)) == []
