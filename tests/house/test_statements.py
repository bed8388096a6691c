"""Every statement fits the migrated schema: PostgreSQL itself reads each of them."""

import psycopg
import pytest

from tests.house.statements import Statement, composed, constants, list_specs, numbered

# psycopg says each value's type; PostgreSQL cannot always guess it.
SAID_BY_THE_DRIVER = {"since": "timestamptz", "privileged_since": "timestamptz", "today": "date"}


def type_of(name: str, text: str) -> str:
    return "unknown" if f"%({name})s::" in text else SAID_BY_THE_DRIVER.get(name, "unknown")


def refused(db: psycopg.Connection, statement: Statement) -> str | None:
    """What PostgreSQL says against the statement; None where it can be prepared."""
    text, names = numbered(statement.text)
    types = f"({', '.join(type_of(name, statement.text) for name in names)})" if names else ""
    try:
        db.execute(f"prepare tried{types} as {text}".encode())
    except psycopg.Error as error:
        return f"{statement.name}: {error.diag.message_primary}"
    db.execute("deallocate tried")
    return None


@pytest.fixture(scope="module")
def connection(shared_database):
    with psycopg.connect(shared_database, autocommit=True) as db:
        yield db


def test_every_constant_can_be_prepared(connection):
    statements = [statement for statement in constants() if statement.is_preparable]
    assert len(statements) > 50
    assert [fault for one in statements if (fault := refused(connection, one))] == []


def test_every_shape_of_every_list_can_be_prepared(connection):
    specs = list(list_specs())
    assert specs
    faults = {fault for spec in specs for one in composed(*spec) if (fault := refused(connection, one))}
    assert sorted(faults) == []


@pytest.mark.parametrize(
    "text",
    [
        "select no_such_column from stock.balance",
        "select id from stock.no_such_table",
        "insert into stock.batch (id, product_id) values (%(id)s)",
        "select %(a)s::uuid = 3",
    ],
)
def test_a_statement_that_does_not_fit_is_seen(connection, text):
    assert refused(connection, Statement("stock", "planted", text))


def test_placeholders_become_numbers():
    assert numbered("select %(a)s, '50%%', %(b)s, %(a)s") == ("select $1, '50%', $2, $1", ["a", "b"])
