"""Every cookie is for this host, out of reach of scripts, and with TLS behind __Host- (P1, P7)."""

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie

import httpx
import pytest
from litestar import Litestar

from stockroom.main import create_app
from stockroom.settings import Settings
from tests.conftest import PASSWORD, Clones, SignIn
from tests.house.sources import PACKAGE, python_sources
from tests.people.test_users_pages import form_of

KNOWN = {"session", "csrf", "flash", "language", "theme"}


@pytest.fixture
async def over_tls(clones: Clones, settings: Settings) -> AsyncIterator[SignIn]:
    app = create_app(settings.model_copy(update={"secure_cookies": True}), clones.make())
    assert isinstance(app.app, Litestar)
    async with app.app.lifespan():
        made = SignIn(app, app.app.state.database)
        yield made
        await made.close()


def given(answers: list[httpx.Response]) -> dict[str, list[str]]:
    """The attributes of each cookie, as they were set last."""
    found: dict[str, list[str]] = {}
    for answer in answers:
        for line in answer.headers.get_list("set-cookie"):
            name = next(iter(SimpleCookie(line)))
            found[name] = sorted(part.strip().lower() for part in line.split(";")[1:])
    return found


async def a_day(made: SignIn, base: str) -> list[httpx.Response]:
    """Everything that sets a cookie: a visit, choices, signing in, a change with its message, signing out."""
    await made("admin", username="boss")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=made.app), base_url=base) as browser:
        answers = [await browser.get("/sign-in")]
        token = form_of(answers[0])["csrf_token"]
        for path, data in (
            ("/me/theme", {"theme": "dark"}),
            ("/me/language", {"language": "pl"}),
            ("/sign-in", {"username": "boss", "password": PASSWORD}),
        ):
            answers.append(await browser.post(path, data={**data, "csrf_token": token}))
        assert answers[-1].status_code == 303, answers[-1].text
        own = form_of(await browser.get("/me"))["csrf_token"]
        answers.append(await browser.post("/departments/new", data={"name": "Cardiology", "csrf_token": own}))
        assert answers[-1].status_code == 303
        answers.append(await browser.get("/departments"))
        assert "Cardiology" in answers[-1].text
        answers.append(await browser.post("/sign-out", data={"csrf_token": own}))
        assert not [name for name in browser.cookies if "session" in name or "csrf" in name]
    return answers


async def test_over_tls_every_name_is_bound_to_the_host(over_tls: SignIn) -> None:
    found = given(await a_day(over_tls, "https://stockroom.test"))
    assert found.keys() == {f"__Host-{name}" for name in KNOWN}
    for name, attributes in found.items():
        assert {"httponly", "path=/", "samesite=lax", "secure"} <= set(attributes), name
        assert not [part for part in attributes if part.startswith("domain")], name


async def test_without_tls_the_names_are_plain(sign_in: SignIn) -> None:
    found = given(await a_day(sign_in, "http://stockroom.test"))
    assert found.keys() == KNOWN
    for name, attributes in found.items():
        assert {"httponly", "path=/", "samesite=lax"} <= set(attributes), name
        assert "secure" not in attributes, name


def test_cookies_are_made_in_one_place() -> None:
    """Past platform/cookies.py none of this would hold."""
    others = [source for source in python_sources(PACKAGE) if source.place != ("platform", "cookies")]
    assert [source.path for source in others if "delete_cookie(" in source.text] == []
    assert [source.path for source in others if " Cookie(" in source.text] == []
