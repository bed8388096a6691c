"""SQL is written out: a whole statement in a named constant, where queries and actions live.

Optional filters, sorting and paging are composed with psycopg.sql in platform/lists.py and nowhere else.
A migration holds its statements inline; there too they are never put together.
"""

import ast
import re

import pytest

from tests.house.sources import SHOP_MODULES, Source, planted

THE_COMPOSER = ("platform", "lists")
FORMS = frozenset({"psycopg.sql.Composed", "psycopg.sql.Composable"})
ROOMS = frozenset({"queries", "actions"})
STATEMENT = re.compile(
    r"""\s*(--[^\n]*\s+)*(
        select\s.*?(\sfrom\s|\()  | select\s+[\d*]+\s*$   | insert\s+into\s | update\s+[\w.]+(\s+\w+)?\s+set\s
        | delete\s+from\s         | merge\s+into\s      | with\s+(recursive\s+)?\w+(\s*\([^)]*\))?\s+as\s
        | (create|alter|drop)\s+(or\s+replace\s+)?(unique\s+|temp(orary)?\s+|unlogged\s+|materialized\s+)?
          (table|index|view|schema|role|database|function|trigger|type|sequence|extension|policy)\s
        | truncate\s+(table\s|\w+\.) | lock\s+table\s   | notify\s+\w+\s*,
        | copy\s+[\w.]+\s*(\([^)]*\)\s*)?(from|to)\s+std
        | listen\s+\w+\s*$        | refresh\s+materialized\s | set\s+(local|session|role)\s
    )""",
    re.VERBOSE | re.DOTALL,
)
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")


def looks_like_sql(text: str) -> bool:
    """All lower or all upper case keywords; a sentence such as "Select a place" is none."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    return bool(STATEMENT.match(text.lower())) if first.islower() or first.isupper() else False


def may_hold_sql(source: Source) -> bool:
    module, *rooms = source.place
    return module == "platform" or (module in SHOP_MODULES and rooms[:1] and rooms[0] in ROOMS)


def misplaced(source: Source) -> list[str]:
    """Statements that are no constant, or stand in the wrong room."""
    if "migrations" in source.place:
        return []
    allowed = {id(value) for value in _constants(source).values()} if may_hold_sql(source) else set()
    passed_over = allowed | _docstrings(source) | _pieces_of_formatted(source)
    passed_over |= _given_to_the_composer(source)
    return [
        source.finding(
            node, f"SQL outside a named constant of queries or actions: {node.value.strip()[:40]!r}"
        )
        for node in source.nodes(ast.Constant)
        if isinstance(node.value, str) and id(node) not in passed_over and looks_like_sql(node.value)
    ]


def composed(source: Source) -> list[str]:
    """Statements put together from pieces by Python."""
    found = [
        source.finding(node, "composes SQL")
        for node in source.nodes(ast.JoinedStr, ast.BinOp, ast.Call)
        if any(_is_sql(source, piece) for piece in _pieces(node))
    ]
    if source.place != THE_COMPOSER:
        found += [
            source.finding(node, "composes SQL with psycopg.sql outside platform/lists.py")
            for name, node in source.imports
            if (name == "psycopg.sql" or name.startswith("psycopg.sql.")) and name not in FORMS
        ]
    return found


def _pieces(node: ast.AST) -> list[ast.AST]:
    match node:
        case ast.JoinedStr(values=values):
            return [value.value if isinstance(value, ast.FormattedValue) else value for value in values]
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            return [left, right]
        case ast.Call(func=ast.Attribute(value=owner, attr="format" | "format_map" | "replace")):
            return [owner]
        case ast.Call(func=ast.Attribute(attr="join"), args=[ast.List() | ast.Tuple() as parts]):
            return list(parts.elts)
    return []


def _is_sql(source: Source, node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return looks_like_sql(text)
        case ast.Name(id=name):
            return name in sql_constants(source)
        case ast.Attribute(value=ast.Name(id="queries"), attr=name):
            return bool(CONSTANT.fullmatch(name))
    return False


def _constants(source: Source) -> dict[str, ast.expr]:
    values: dict[str, ast.expr] = {}
    for node in source.tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                values[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                values[name] = value
    return {name: value for name, value in values.items() if CONSTANT.fullmatch(name)}


def sql_constants(source: Source) -> dict[str, str]:
    """The statements that stand as constants in a file, by name."""
    return {
        name: value.value
        for name, value in _constants(source).items()
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and looks_like_sql(value.value)
    }


def _docstrings(source: Source) -> set[int]:
    return {id(node.value) for node in source.nodes(ast.Expr)}


def _pieces_of_formatted(source: Source) -> set[int]:
    return {id(piece) for node in source.nodes(ast.JoinedStr) for piece in node.values}


def _given_to_the_composer(source: Source) -> set[int]:
    """Text inside SQL(…), in the one file that composes."""
    if source.place != THE_COMPOSER:
        return set()
    return {
        id(text)
        for call in source.nodes(ast.Call)
        if source.qualified(call.func) == "psycopg.sql.SQL"
        for text in call.args
    }


def test_statements_stand_where_they_belong(package):
    assert [finding for source in package for finding in misplaced(source)] == []


def test_statements_are_never_put_together(package):
    assert [finding for source in package for finding in composed(source)] == []


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ('db.execute("select on_hand from stock.balance")', "src/stockroom/stock/queries.py"),
        ('balances = "select on_hand from stock.balance"', "src/stockroom/stock/queries.py"),
        ('BALANCES = "select on_hand from stock.balance"', "src/stockroom/stock/pages.py"),
        ('BALANCES = "select on_hand from stock.balance"', "src/stockroom/stock/rules.py"),
        ('db.execute("DELETE FROM stock.batch")', "src/stockroom/stock/actions.py"),
        ('db.execute("""\n  update stock.balance b set on_hand = 0""")', "src/stockroom/stock/actions.py"),
        ('db.execute("select 1 from stock.batch")', "src/stockroom/platform/lists.py"),
        ('ALL = {"old": "with old as (select 1) select * from old"}', "src/stockroom/insight/queries.py"),
    ],
)
def test_the_rule_sees_a_misplaced_statement(code, path):
    assert misplaced(planted(code, path))


@pytest.mark.parametrize(
    "code",
    [
        'QUERY = f"select on_hand from stock.{table}"',
        'QUERY = "select on_hand from stock.%s" % table',
        'QUERY = "select on_hand from stock.balance" + where',
        'QUERY = "select on_hand from {}".format(table)',
        'QUERY = " ".join(["select on_hand from stock.balance", where])',
        'QUERY = "select on_hand from stock.balance"\nwider = QUERY + " where true"',
        'QUERY = "select on_hand from stock.balance"\nwider = f"{QUERY} where true"',
        "wider = queries.BALANCES + where",
        "wider = queries.BALANCES.replace('where true', where)",
        "from psycopg import sql",
        "from psycopg.sql import SQL",
    ],
)
def test_the_rule_sees_a_composed_statement(code):
    assert composed(planted(code, "src/stockroom/stock/queries.py"))


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ('BALANCES = """\n    select on_hand\n    from stock.balance\n"""', "src/stockroom/stock/queries.py"),
        ('BALANCES: Final = "select on_hand from stock.balance"', "src/stockroom/stock/actions/issue.py"),
        ('ALIVE = "select 1"', "src/stockroom/platform/health.py"),
        ('"""Select from the earliest batch."""', "src/stockroom/stock/rules.py"),
        ('raise Invalid(_("Select a batch from the list."))', "src/stockroom/stock/actions.py"),
        ('words = f"update {name} set aside"', "src/stockroom/stock/pages.py"),
        ("from psycopg.sql import Composed", "src/stockroom/platform/db.py"),
        (
            "from psycopg.sql import SQL\nSQL('select {} from {}').format(columns, source)",
            "src/stockroom/platform/lists.py",
        ),
        ('op.execute("create table stock.place (id uuid)")', "src/stockroom/platform/migrations/001.py"),
    ],
)
def test_whole_statements_and_plain_words_are_no_fault(code, path):
    source = planted(code, path)
    assert misplaced(source) + composed(source) == []
