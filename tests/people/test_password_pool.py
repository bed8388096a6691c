"""Setting a password holds no connection while it is hashed, so that many at once leave the pool to the others."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from stockroom.main import create_app
from stockroom.people import choosing
from stockroom.people.passwords import ChosenPassword, hash_password
from stockroom.platform.db import fetch_value
from stockroom.settings import load_settings
from tests.conftest import PASSWORD, Clones, SignIn
from tests.people.post import newest_token

NEW = "Green-8-Kettles"
WAYS = (
    "own",
    "own page",
    "administrator",
    "administrator page",
    "new user",
    "new user page",
    "reset",
    "invitation",
)


class SlowHash:
    """Hashes once it is let go; ``all_here`` when as many are at it as were wanted."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.arrived = 0
        self.all_here = asyncio.Event()
        self.let_go = asyncio.Event()

    async def __call__(self, password: str) -> ChosenPassword:
        self.arrived += 1
        if self.arrived == self.wanted:
            self.all_here.set()
        await self.let_go.wait()
        return await hash_password(password)


@pytest.fixture
async def narrow(clones: Clones, tmp_path: Path) -> AsyncIterator[SignIn]:
    """The application with two connections; who waits longer than a second for one is refused."""
    settings = load_settings(
        _env_file=None, stockroom_data_dir=tmp_path, environment="test", default_language="en",
        db_pool_max=2, db_acquire_timeout=1,
    )  # fmt: skip
    app = create_app(settings, clones.make())
    litestar = app.app
    assert isinstance(litestar, Litestar)
    async with litestar.lifespan():
        made = SignIn(app, litestar.state.database)
        yield made
        await made.close()


def held(sign_in: SignIn) -> int:
    stats = sign_in.database.pool.get_stats()
    return stats["pool_size"] - stats["pool_available"]


async def user(admin: httpx.AsyncClient, name: str, **given: str) -> str:
    answer = await admin.post(
        "/api/users", json={"username": name, "name": f"Test {name}", "role": "ward", **given}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def requests(sign_in: SignIn) -> list[asyncio.Task[httpx.Response]]:
    """One for each way to set a password, under way at once."""
    admin, own, own_page = await sign_in("admin"), await sign_in("ward"), await sign_in("ward")
    given, given_page = await user(admin, "given"), await user(admin, "given-page")
    await user(admin, "invited", email="invited@b.example")
    forgot = await sign_in("ward", username="forgot")
    me = {"name": "F", "email": "forgot@b.example"}
    assert (await forgot.put("/api/me", json=me, headers={"If-Match": '"1"'})).status_code == 200
    visitor, invited = await sign_in.visitor(), await sign_in.visitor()
    assert (
        await visitor.post("/api/auth/request-reset", json={"email": "forgot@b.example"})
    ).status_code == 202
    token, welcome = await newest_token(sign_in, "/reset"), await newest_token(sign_in, "/welcome")
    twice = {"password": NEW, "password_repeat": NEW}
    change = {"old_password": PASSWORD, "password": NEW}
    page = {"username": "new-page", "name": "New Page", "role": "ward", **twice}
    return [
        asyncio.create_task(one)
        for one in (
            own.post("/api/me/password", json=change),
            own_page.post("/me/password", data={**change, **twice}),
            admin.post(f"/api/users/{given}/password", json={"password": NEW}),
            admin.post(f"/users/{given_page}/password", data=twice),
            admin.post("/api/users", json={"username": "n", "name": "N", "role": "ward", "password": NEW}
                       | {"username": "new-one"}),
            admin.post("/users/new", data=page),
            visitor.post("/api/auth/reset", json={"token": token, "password": NEW}),
            invited.post("/api/auth/reset", json={"token": welcome, "password": NEW}),
        )
    ]  # fmt: skip


async def test_many_at_once_leave_the_pool_to_the_others(
    narrow: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowHash(len(WAYS))
    reader = await narrow("pharmacist")
    under_way = await requests(narrow)
    monkeypatch.setattr(choosing, "hash_password", slow)
    async with asyncio.timeout(20):
        await slow.all_here.wait()
    assert held(narrow) == 0
    reads = await asyncio.gather(*(reader.get("/api/products") for _ in range(6)))
    assert {answer.status_code for answer in reads} == {200}
    slow.let_go.set()
    answers = dict(zip(WAYS, await asyncio.gather(*under_way), strict=True))
    assert {way: answer.status_code for way, answer in answers.items()} == {
        "own": 200, "own page": 303, "administrator": 200, "administrator page": 303, "new user": 201,
        "new user page": 303, "reset": 204, "invitation": 204,
    }  # fmt: skip
    for name in ("given", "given-page", "new-one", "new-page", "forgot", "invited"):
        visitor = await narrow.visitor()
        entered = await visitor.post("/api/auth/login", json={"username": name, "password": NEW})
        assert entered.status_code == 200, name


async def test_of_two_changes_at_once_the_second_proved_an_old_password(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await sign_in("ward", username="anna")
    slow = SlowHash(2)
    monkeypatch.setattr(choosing, "hash_password", slow)
    both = [
        asyncio.create_task(client.post("/api/me/password", json={"old_password": PASSWORD, "password": new}))
        for new in (NEW, "Brown-9-Kettles")
    ]
    await slow.all_here.wait()
    slow.let_go.set()
    answers = await asyncio.gather(*both)
    assert sorted(answer.status_code for answer in answers) == [200, 422]
    async with sign_in.database.connection() as db:
        changed = await fetch_value(
            db,
            "select count(*) from platform.audit_entry where action = 'people.profile.change_password'",
        )
    assert changed == 1


@pytest.fixture
def hashing(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many connections were held whenever a new password was hashed."""
    counts: list[int] = []

    async def counted(password: str) -> ChosenPassword:
        counts.append(held(sign_in))
        return await hash_password(password)

    monkeypatch.setattr(choosing, "hash_password", counted)
    return counts


async def test_a_password_for_somebody_is_hashed_while_no_connection_is_held(
    sign_in: SignIn, hashing: list[int]
) -> None:
    admin = await sign_in("admin")
    given = await user(admin, "given")
    answer = await admin.post(f"/api/users/{given}/password", json={"password": NEW})
    assert (answer.status_code, hashing) == (200, [0])


async def test_ones_own_password_is_hashed_while_no_connection_is_held(
    sign_in: SignIn, hashing: list[int]
) -> None:
    client = await sign_in("ward")
    answer = await client.post("/api/me/password", json={"old_password": PASSWORD, "password": NEW})
    assert (answer.status_code, hashing) == (200, [0])


async def test_a_weak_password_is_refused_before_it_is_hashed(sign_in: SignIn, hashing: list[int]) -> None:
    admin = await sign_in("admin")
    weak = {"username": "anna", "name": "Anna", "role": "ward", "password": "kettles"}
    answer = await admin.post("/api/users", json=weak)
    assert (answer.status_code, answer.json()["code"], hashing) == (422, "password.weak", [])
