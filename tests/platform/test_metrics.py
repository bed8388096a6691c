"""Who reads metrics and the parts of the system's health (P17)."""

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar
from pydantic import SecretStr

from stockroom.main import create_app
from stockroom.settings import Settings
from tests.conftest import Clones, SignIn

TOKEN = "a-token-for-the-monitoring"
PATHS = ("/metrics", "/health/metrics")


@pytest.fixture
async def tokened(clones: Clones, settings: Settings) -> AsyncIterator[SignIn]:
    app = create_app(settings.model_copy(update={"metrics_token": SecretStr(TOKEN)}), clones.make())
    assert isinstance(app.app, Litestar)
    async with app.app.lifespan():
        made = SignIn(app, app.app.state.database)
        yield made
        await made.close()


async def asked_from(ground: SignIn, address: str, path: str, **headers: str) -> int:
    transport = httpx.ASGITransport(app=ground.app, client=(address, 40_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://stockroom.test") as client:
        return (await client.get(path, headers=headers)).status_code


@pytest.mark.parametrize("path", PATHS)
async def test_metrics_are_for_the_holder_of_the_token(tokened: SignIn, path: str) -> None:
    for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
        assert await asked_from(tokened, "127.0.0.1", path, **given) == 403
    assert await asked_from(tokened, "192.0.2.1", path, Authorization=f"Bearer {TOKEN}") == 200


@pytest.mark.parametrize("path", PATHS)
async def test_without_a_token_metrics_are_for_this_machine(sign_in: SignIn, path: str) -> None:
    for address, status in (("127.0.0.1", 200), ("::1", 200), ("192.0.2.1", 403), ("10.0.0.1", 403)):
        assert await asked_from(sign_in, address, path) == status, address


async def test_the_parts_of_the_health_are_for_operators(sign_in: SignIn) -> None:
    for who, told in (
        (await sign_in.visitor(), False),
        (await sign_in("ward"), False),
        (await sign_in("admin"), True),
    ):
        answer = await who.get("/health")
        assert answer.json()["status"] == "ok"
        assert ("pool" in answer.json()) is told
