"""Users from the command line, against a database of their own."""

import psycopg
import pytest
from click.testing import CliRunner

from stockroom.cli import main
from tests.conftest import PASSWORD, Clones, as_owner


@pytest.fixture
def conninfo(clones: Clones, monkeypatch: pytest.MonkeyPatch) -> str:
    made = clones.make()
    monkeypatch.setenv("DATABASE_URL", made)
    monkeypatch.setenv("DATABASE_OWNER_URL", as_owner(made))
    return made


def run(*arguments: str, stdin: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(main, arguments, input=stdin)
    return done.exit_code, done.output


CREATE = ("user", "create", "--username", "boss", "--role", "admin", "--password-stdin")


def hash_of(conninfo: str) -> str:
    with psycopg.connect(conninfo) as db:
        row = db.execute("select password_hash from people.account where username = 'boss'").fetchone()
    assert row is not None
    return row[0]


def test_creates_a_user_and_resets_the_password(conninfo: str) -> None:
    assert run(*CREATE, stdin=PASSWORD + "\n")[0] == 0
    first = hash_of(conninfo)
    assert run("user", "reset-password", "BOSS", "--password-stdin", stdin="New-Kettle-77\n")[0] == 0
    assert hash_of(conninfo) != first


def test_refuses_a_weak_password_and_an_unknown_user(conninfo: str) -> None:
    assert run(*CREATE, stdin="short\n")[0] == 2
    assert run("user", "reset-password", "nobody", "--password-stdin", stdin="New-Kettle-77\n")[0] == 2
    with psycopg.connect(conninfo) as db:
        assert db.execute("select count(*) from people.account").fetchone() == (0,)


def test_takes_away_second_factors(conninfo: str) -> None:
    assert run(*CREATE, stdin=PASSWORD + "\n")[0] == 0
    with psycopg.connect(conninfo) as db:
        db.execute(
            "insert into people.totp (account_id, secret, created_at, confirmed_at)"
            " select id, 'sealed', now(), now() from people.account"
        )
        db.execute(
            "insert into people.recovery_code (account_id, code_hash)"
            " select id, sha256('a') from people.account"
        )
    assert run("user", "reset-factors", "nobody")[0] == 2
    code, said = run("user", "reset-factors", "BOSS")
    assert code == 0, said
    with psycopg.connect(conninfo) as db:
        left = db.execute(
            "select (select count(*) from people.totp), (select count(*) from people.recovery_code)"
        )
        assert left.fetchone() == (0, 0)


def test_verifies_a_sound_ledger_and_says_so(conninfo: str) -> None:
    code, said = run("verify", "--json")
    assert code == 0, said
    assert '"ok":true' in said
