"""Returning commits and raising rolls back, in one place."""

import ast

import pytest

from tests.house.sources import Source, planted

THE_PLACE = ("platform", "db")


def endings(source: Source) -> list[str]:
    if source.place == THE_PLACE:
        return []
    return [
        source.finding(node, f"ends a transaction with .{node.func.attr}()")
        for node in source.nodes(ast.Call)
        if isinstance(node.func, ast.Attribute) and node.func.attr in {"commit", "rollback"}
    ]


def test_only_the_database_module_ends_transactions(package):
    assert [finding for source in package for finding in endings(source)] == []


@pytest.mark.parametrize("code", ["await db.commit()", "connection.rollback()", "self.db.commit()"])
def test_the_rule_sees_an_ending_elsewhere(code):
    assert endings(planted(f"async def issue(self, db, connection):\n    {code}\n"))


def test_the_database_module_may():
    assert endings(planted("db.commit()", "src/stockroom/platform/db.py")) == []
