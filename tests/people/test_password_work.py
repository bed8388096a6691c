"""What looking at a password costs, where it is done, and what is held meanwhile (P2)."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from argon2.exceptions import VerifyMismatchError

from stockroom.people import passwords, web
from stockroom.people.passwords import hash_password, password_matches
from tests.conftest import PASSWORD, SignIn


class Watched:
    """In place of the hasher: remembers in which thread it worked, and says no to every password."""

    def __init__(self) -> None:
        self.threads: list[int] = []

    def hash(self, password: str) -> str:
        self.threads.append(threading.get_ident())
        return f"hash of {len(password)} characters"

    def verify(self, hashed: str, password: str) -> bool:
        self.threads.append(threading.get_ident())
        raise VerifyMismatchError(f"{hashed} {len(password)}")


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    made = Watched()
    monkeypatch.setattr(passwords, "_HASHER", made)
    return made


async def test_an_unknown_user_costs_the_work_of_a_wrong_password(sign_in: SignIn, watched: Watched) -> None:
    await sign_in_without_password(sign_in, "anna")
    visitor = await sign_in.visitor()
    work = {}
    for name in ("anna", "nobody"):
        watched.threads.clear()
        answer = await visitor.post("/api/auth/login", json={"username": name, "password": "wrong"})
        assert answer.status_code == 401
        work[name] = len(watched.threads)
    assert work == {"anna": 1, "nobody": 1}


async def sign_in_without_password(sign_in: SignIn, username: str) -> None:
    async with sign_in.database.transaction() as db:
        await db.execute(
            "insert into people.account (id, username, email, name, role_code, password_hash, created_at)"
            " values (gen_random_uuid(), %s, '', 'Anna', 'ward', 'some hash', now())",
            [username],
        )


async def test_hashing_leaves_the_loop_to_others(watched: Watched) -> None:
    await hash_password(PASSWORD)
    await password_matches("some hash", PASSWORD)
    await password_matches(None, PASSWORD)
    assert len(watched.threads) >= 3
    assert threading.get_ident() not in watched.threads


async def test_signing_in_holds_no_connection_while_it_hashes(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_in("ward", username="anna")
    taken: list[int] = []
    monkeypatch.setattr(web, "password_matches", counting(sign_in, taken, password_matches))
    visitor = await sign_in.visitor()
    answer = await visitor.post("/api/auth/login", json={"username": "anna", "password": PASSWORD})
    assert (answer.status_code, taken) == (200, [0])


def counting(sign_in: SignIn, taken: list[int], work: Callable[..., Any]) -> Callable[..., Any]:
    """``work``, and beside it how many connections of the pool are in somebody's hands."""

    async def done(hashed: str | None, password: str) -> bool:
        stats = sign_in.database.pool.get_stats()
        taken.append(stats["pool_size"] - stats["pool_available"])
        return await work(hashed, password)

    return done
