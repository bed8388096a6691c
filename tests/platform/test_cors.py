"""Other origins: nothing, unless CORS_ORIGINS names them; and then never a person's session (P8)."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from stockroom.main import create_app
from stockroom.settings import Settings, SettingsInvalid, load_settings
from tests.conftest import Clones, SignIn

NAMED = "https://intranet.example"
PREFLIGHT = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization"}


@pytest.fixture
async def opened(clones: Clones, settings: Settings) -> AsyncIterator[SignIn]:
    app = create_app(settings.model_copy(update={"cors_origins": (NAMED,)}), clones.make())
    assert isinstance(app.app, Litestar)
    async with app.app.lifespan():
        made = SignIn(app, app.app.state.database)
        yield made
        await made.close()


def cors_of(answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize("path", ["/api/auth/me", "/api/nothing", "/sign-in", "/api/products?page=0"])
async def test_nobody_is_named_at_first(sign_in: SignIn, path: str) -> None:
    visitor = await sign_in.visitor()
    for headers in ({"Origin": NAMED}, {"Origin": "null"}, {"Origin": NAMED, **PREFLIGHT}):
        assert cors_of(await visitor.get(path, headers=headers)) == {}
        assert cors_of(await visitor.options(path, headers=headers)) == {}


async def test_a_named_origin_may_read_every_answer_of_the_api(opened: SignIn) -> None:
    visitor = await opened.visitor()
    for path, status in (("/api/auth/me", 401), ("/api/nothing", 404), ("/api/openapi.json", 200)):
        answer = await visitor.get(path, headers={"Origin": NAMED})
        assert answer.status_code == status
        told = cors_of(answer)
        assert told.pop("access-control-allow-origin") == NAMED
        assert "X-Request-Id" in told.pop("access-control-expose-headers")
        assert told == {}
        assert answer.headers["vary"] == "Origin"
        assert answer.headers.get_list("cross-origin-resource-policy") == ["cross-origin"]


async def test_a_preflight_is_answered_for_named_origins_alone(opened: SignIn) -> None:
    visitor = await opened.visitor()
    allowed = await visitor.options("/api/products", headers={"Origin": NAMED, **PREFLIGHT})
    assert allowed.status_code == 204
    assert allowed.content == b""
    assert allowed.headers["access-control-allow-origin"] == NAMED
    assert "PUT" in allowed.headers["access-control-allow-methods"]
    assert "Authorization" in allowed.headers["access-control-allow-headers"]
    assert allowed.headers["content-security-policy"].startswith("default-src 'none'")
    for origin in ("https://intranet.example.evil", "http://intranet.example", "null", ""):
        refused = await visitor.options("/api/products", headers={"Origin": origin, **PREFLIGHT})
        assert cors_of(refused) == {}, origin


async def test_pages_stay_closed_and_credentials_are_never_allowed(opened: SignIn) -> None:
    client = await opened("admin")
    for path in ("/users", "/sign-in", "/healthz"):
        assert cors_of(await client.get(path, headers={"Origin": NAMED})) == {}
    answer = await client.get("/api/users", headers={"Origin": NAMED})
    assert "access-control-allow-credentials" not in answer.headers


async def test_a_preflight_of_a_page_is_answered_for_nobody(opened: SignIn) -> None:
    visitor = await opened.visitor()
    for path in ("/users", "/sign-in", "/api"):
        assert cors_of(await visitor.options(path, headers={"Origin": NAMED, **PREFLIGHT})) == {}, path


async def test_a_named_origin_cannot_change_anything_with_a_persons_session(opened: SignIn) -> None:
    client = await opened("admin")
    for headers in ({"Origin": NAMED}, {"Origin": NAMED, "Sec-Fetch-Site": "same-site"}):
        answer = await client.post("/api/departments", json={"name": "Cardiology"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf.refused")


@pytest.mark.parametrize(
    "origins",
    ["*", "intranet.example", "https://a.example/", "https://A.example", "null", "https://*.a.example"],
)
def test_what_is_no_origin_stops_the_start(origins: str, tmp_path) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        load_settings(
            _env_file=None, stockroom_data_dir=tmp_path, cors_origins=f"https://b.example, {origins}"
        )
    assert "CORS_ORIGINS" in str(refused.value)
