"""The whole application over a small stock, for tests of endpoints and pages."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec

from stockroom.people import NewDepartment, create_department
from stockroom.people.rules import ALL
from stockroom.platform.access import Actor
from stockroom.platform.clock import utc_now
from tests.conftest import SignIn
from tests.stock.ground import Ground, lay_ground


class Shop(msgspec.Struct, frozen=True):
    """The ground's ids as texts, who may do everything in it, and the department of its ward."""

    sign_in: SignIn
    client: httpx.AsyncClient
    ground: Ground
    department: UUID

    @property
    def store(self) -> str:
        return str(self.ground.store)

    @property
    def ward(self) -> str:
        return str(self.ground.ward)

    @property
    def quarantine(self) -> str:
        return str(self.ground.quarantine)

    @property
    def tablets(self) -> str:
        return str(self.ground.tablets)

    @property
    def gauze(self) -> str:
        return str(self.ground.gauze)

    def nurse(self) -> Awaitable[httpx.AsyncClient]:
        """Somebody bound to the ward's department."""
        return self.sign_in("ward", departments=[self.department])

    async def put(
        self,
        quantity: float,
        code: str = "A1",
        *,
        days: int = 300,
        place: str = "",
        cost: float | None = None,
    ) -> str:
        """Tablets of a batch onto the shelf; answers the batch's id."""
        line: dict[str, Any] = {
            "product_id": self.tablets,
            "quantity": quantity,
            "batch_code": code,
            "expires_on": str(utc_now().date() + timedelta(days=days)),
            "unit_cost": cost,
        }
        body = {"place_id": place or self.store, "reason": "found", "lines": [line]}
        made = await self.client.post("/api/adjustments", json=body)
        assert made.status_code == 201, made.text
        return made.json()["lines"][0]["batch_id"]

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        made = await self.client.post(path, json=body)
        assert made.status_code == 201, made.text
        return made.json()

    async def move(self, quantity: float, **changes: Any) -> dict[str, Any]:
        """Tablets from the store to the ward."""
        lines = [{"product_id": self.tablets, "quantity": quantity}]
        body = {"from_place_id": self.store, "to_place_id": self.ward, "lines": lines}
        return await self.post("/api/transfers", **(body | changes))

    async def documents(self) -> int:
        """How many there are: equal before and after a refusal."""
        return (await self.client.get("/api/documents")).json()["total"]


async def lay_shop(sign_in: SignIn) -> Shop:
    everybody = Actor(id=None, name="Test", permissions=ALL)
    async with sign_in.database.transaction() as db:
        ground = await lay_ground(db)
        department = await create_department(
            db, department=NewDepartment(name="Surgery"), actor=everybody, at=utc_now()
        )
        await db.execute("update stock.place set department_id = %s where id = %s", [department, ground.ward])
    return Shop(sign_in, await sign_in("pharmacist"), ground, department)
