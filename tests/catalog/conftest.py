"""Products and suppliers to test with, and a count of statements."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from psycopg import AsyncCursor

from stockroom.catalog import SupplierInput, create_product, create_supplier
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from tests.catalog.ground import tablets
from tests.counting import is_beside

MakeProduct = Callable[..., Awaitable[UUID]]


@pytest.fixture
def make_product(db: Connection, actor: Actor, at: datetime) -> MakeProduct:
    async def make(**changes: Any) -> UUID:
        return await create_product(db, product=tablets(**changes), actor=actor, at=at)

    return make


@pytest.fixture
async def supplier(db: Connection, actor: Actor, at: datetime) -> UUID:
    return await create_supplier(db, supplier=SupplierInput(name="Hurtownia Leków"), actor=actor, at=at)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that runs from here on; clear it before what is counted."""
    ran: list[str] = []
    plain = AsyncCursor.execute

    async def counting(self: AsyncCursor[Any], query: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_beside():
            ran.append(str(query))
        return await plain(self, query, *args, **kwargs)

    monkeypatch.setattr(AsyncCursor, "execute", counting)
    return ran
