"""Nobody lets in, or unlocks, somebody who may do more than they (P9)."""

import httpx
import pytest

from stockroom.platform.db import execute, fetch_value
from tests.conftest import SignIn
from tests.people.post import mail_of

BOSS = {"username": "boss", "name": "Boss", "role": "admin", "email": "boss@szpital.example"}
CLERK = """
insert into people.role (code, name, permissions) values ('clerk', 'Clerk',
    array['people.account.read', 'people.account.write', 'people.password.write', 'platform.security.read'])
"""


@pytest.fixture
async def clerk(sign_in: SignIn) -> httpx.AsyncClient:
    """Somebody who may change users and is no administrator."""
    async with sign_in.database.transaction() as db:
        await execute(db, CLERK)
    return await sign_in("clerk")


@pytest.fixture
async def boss(sign_in: SignIn) -> str:
    """The id of an administrator without a password, invited once."""
    made = await (await sign_in("admin")).post("/api/users", json=BOSS)
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def test_nobody_invites_somebody_who_may_do_more(
    sign_in: SignIn, clerk: httpx.AsyncClient, boss: str
) -> None:
    before = len(await mail_of(sign_in))
    refused = await clerk.post(f"/api/users/{boss}/invite")
    assert (refused.status_code, refused.json()["code"]) == (403, "account.role_beyond_own")
    assert len(await mail_of(sign_in)) == before


async def test_nobody_clears_the_locks_of_somebody_who_may_do_more(
    sign_in: SignIn, clerk: httpx.AsyncClient, boss: str
) -> None:
    visitor = await sign_in.visitor()
    await visitor.post("/api/auth/login", json={"username": "boss", "password": "wrong"})
    refused = await clerk.delete(f"/api/users/{boss}/locks")
    assert (refused.status_code, refused.json()["code"]) == (403, "account.role_beyond_own")
    async with sign_in.database.connection() as db:
        kept = "select count(*) from people.sign_in_attempt where account_id = %(id)s"
        assert await fetch_value(db, kept, {"id": boss}) == 2


async def test_nobody_takes_the_factors_of_somebody_who_may_do_more(
    clerk: httpx.AsyncClient, boss: str
) -> None:
    refused = await clerk.delete(f"/api/users/{boss}/factors")
    assert (refused.status_code, refused.json()["code"]) == (403, "account.role_beyond_own")
