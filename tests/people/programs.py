"""Programs that come with an API key."""

from typing import Any

import httpx

from tests.conftest import SignIn

SCOPES = ["catalog.product.read", "stock.balance.read"]
KEY: dict[str, Any] = {"name": "Spreadsheet", "scopes": SCOPES, "expires_on": "2026-04-30"}
COUNT = "select count(*) from people.api_key"


async def make(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    made = await client.post("/api/keys", json=KEY | changes)
    assert made.status_code == 201, made.text
    return made.json()


async def program(sign_in: SignIn, secret: str) -> httpx.AsyncClient:
    client = await sign_in.visitor()
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


async def works(client: httpx.AsyncClient) -> bool:
    answer = await client.get("/api/auth/me")
    assert (answer.status_code, answer.json().get("code")) in ((200, None), (401, "auth.key_invalid"))
    client.cookies.clear()
    return answer.status_code == 200
