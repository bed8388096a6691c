"""SQL keeps to the house: a module reads tables of its own and of lower modules, and writes its own alone.

docs/decisions/0008-sql-reads-down-writes-home.md says why.
"""

import re

import pytest

from tests.house.statements import Statement, composed, constants, list_specs

ORDER: tuple[frozenset[str], ...] = (
    frozenset({"platform"}),
    frozenset({"people"}),
    frozenset({"catalog"}),
    frozenset({"stock"}),
    frozenset({"buying", "selling"}),
    frozenset({"dispensing", "making"}),
    frozenset({"insight", "interchange"}),
)
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
NAMES = "|".join(RANK)
# Numbers of documents and files of patients come from the one counter of the house, in the statement that needs them.
MAY_WRITE_TOO = {
    ("stock", "platform.counter"),
    ("dispensing", "platform.counter"),
}
LITERAL = re.compile(r"'(?:[^']|'')*'")
COMMENT = re.compile(r"--[^\n]*")
TABLE = re.compile(rf"(?<![.\w])({NAMES})\.(\w+)")
WRITTEN = re.compile(
    rf"\b(?:insert\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?|merge\s+into|truncate(?:\s+table)?|copy)"
    rf"\s+({NAMES})\.(\w+)"
)


def strays(statement: Statement) -> list[str]:
    """Where a statement leaves the part of the house that is its own."""
    text = LITERAL.sub("''", COMMENT.sub("", statement.text)).lower()
    module = statement.module
    read = {
        f"{statement.name} reads {schema}.{table}"
        for schema, table in TABLE.findall(text)
        if schema != module and RANK[schema] >= RANK[module]
    }
    written = {
        f"{statement.name} writes {schema}.{table}"
        for schema, table in WRITTEN.findall(text)
        if schema != module and (module, f"{schema}.{table}") not in MAY_WRITE_TOO
    }
    return sorted(read | written)


def test_constants_keep_to_their_part_of_the_house():
    assert [stray for statement in constants() for stray in strays(statement)] == []


def test_lists_keep_to_their_part_of_the_house():
    assert {
        stray for spec in list_specs() for statement in composed(*spec) for stray in strays(statement)
    } == set()


def test_no_exception_is_kept_that_nothing_needs():
    used = {
        (statement.module, f"{schema}.{table}")
        for statement in constants()
        for schema, table in WRITTEN.findall(statement.text.lower())
        if schema != statement.module
    }
    assert used == MAY_WRITE_TOO


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("stock", "select 1 from dispensing.patient"),
        ("buying", "select 1 from selling.sales_order"),
        ("catalog", "select 1 from catalog.product p join stock.balance b on b.product_id = p.id"),
        ("platform", "select 1 from people.account"),
        ("dispensing", "insert into stock.movement (id) values (1)"),
        ("interchange", "with a as (update stock.batch set status = 'x' returning 1) select 1 from a"),
        ("buying", "delete from stock.balance"),
        ("buying", "merge into stock.balance b using x on true when matched then do nothing"),
        ("people", "insert into platform.counter (kind) values ('X')"),
    ],
)
def test_the_rule_sees_a_stray(module, text):
    assert strays(Statement(module, "planted", text))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("stock", "select 1 from catalog.product p where p.id = %(id)s for no key update"),
        ("stock", "insert into stock.batch (id) select id from catalog.product"),
        ("stock", "select 1 from stock.document where kind = 'dispensing.post' -- not buying.receipt"),
        ("insight", "select 1 from dispensing.patient join buying.receipt on true"),
        ("dispensing", "update dispensing.patient set name = '' where id = %(id)s"),
    ],
)
def test_reading_down_and_writing_home_is_no_fault(module, text):
    assert strays(Statement(module, "planted", text)) == []
