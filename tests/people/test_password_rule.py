"""The policy holds where passwords are kept, whoever calls and whatever was looked at before (P2)."""

from datetime import datetime
from uuid import UUID

import pytest

from stockroom.people import AccountInput, create_account, set_password
from stockroom.people.errors import PasswordWeak
from stockroom.people.passwords import ChosenPassword, hash_now
from stockroom.platform.access import system_actor
from stockroom.platform.db import Database, fetch_values
from tests.conftest import PASSWORD

WEAK = ChosenPassword("kettles", "some hash")
ACTOR = system_actor("tests")
HASHES = "select coalesce(password_hash, '') from people.account"


async def make(database: Database, at: datetime, password: ChosenPassword) -> UUID:
    account = AccountInput(username="anna", name="Anna Nowak", role="ward", password=password.plain)
    async with database.transaction() as db:
        return await create_account(
            db, account=account, policy="composition", password=password, actor=ACTOR, at=at
        )


async def kept(database: Database) -> list[str]:
    async with database.connection() as db:
        return await fetch_values(db, HASHES)


async def test_no_way_makes_a_user_with_a_weak_password(database: Database, at: datetime) -> None:
    with pytest.raises(PasswordWeak):
        await make(database, at, WEAK)
    assert await kept(database) == []


async def test_no_way_replaces_a_password_by_a_weak_one(database: Database, at: datetime) -> None:
    good = hash_now(PASSWORD)
    anna = await make(database, at, good)

    async def replace() -> None:
        async with database.transaction() as db:
            await set_password(db, account_id=anna, password=WEAK, policy="composition", actor=ACTOR, at=at)

    with pytest.raises(PasswordWeak):
        await replace()
    assert await kept(database) == [good.hashed]
