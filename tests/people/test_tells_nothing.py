"""No answer tells whether there is an account: not its words, its size, its headers, the statements that it took,
nor how often a password was hashed for it (P2, P3, P4)."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher, extract_parameters

from stockroom.people import passwords
from stockroom.settings import Settings
from tests.api.test_every_page import counted
from tests.conftest import PASSWORD, Clones, SignIn
from tests.people.conftest import HandClock
from tests.people.factors import Authenticator, add_passkey, application, options_for
from tests.people.post import newest_token

WRONG = "Wr0ng&password"
Told = tuple[int, int, dict[str, int], list[str], int]
Ask = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every use of Argon2, as it happens."""
    done: list[str] = []
    for name in ("hash", "verify"):
        original = getattr(PasswordHasher, name)

        def noted(self: Any, *args: Any, _name: str = name, _original: Any = original, **more: Any) -> Any:
            done.append(_name)
            return _original(self, *args, **more)

        monkeypatch.setattr(PasswordHasher, name, noted)
    return done


@pytest.fixture
async def house(sign_in: SignIn) -> SignIn:
    """Of four people one can come in: one is disabled, one was never given a password, one is nobody."""
    admin = await sign_in("admin")
    for name, password in (("anna", PASSWORD), ("gone", PASSWORD), ("none", None)):
        body = {"username": name, "name": "Test", "role": "ward", "email": f"{name}@a.example"}
        made = await admin.post("/api/users", json=body | ({"password": password} if password else {}))
        assert made.status_code == 201, made.text
        if name == "gone":
            assert (await admin.post(f"/api/users/{made.json()['id']}/disable")).status_code < 300
    return sign_in


NAMES = ("anna", "gone", "none", "zoee")


async def told(house: SignIn, hashed: list[str], ask: Ask) -> Told:
    """What somebody outside could measure of one request by a new visitor."""
    visitor = await house.visitor()
    hashed.clear()
    with counted() as statements:
        answer = await ask(visitor)
    headers = {name: len(value) for name, value in answer.headers.items()}
    return answer.status_code, len(answer.content), headers, list(statements), len(hashed)


def posting(path: str, **body: str) -> Ask:
    async def ask(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post(path, json=body)

    return ask


def filling(page: str, path: str, **fields: str) -> Ask:
    async def ask(client: httpx.AsyncClient) -> httpx.Response:
        found = re.search(r'name="csrf_token" value="([^"]+)"', (await client.get(page)).text)
        assert found is not None
        return await client.post(path, data={"csrf_token": found[1], **fields})

    return ask


SIGN_IN: dict[str, Callable[[str], Ask]] = {
    "api": lambda name: posting("/api/auth/login", username=name, password=WRONG),
    "by e-mail": lambda name: posting("/api/auth/login", username=f"{name}@a.example", password=WRONG),
    "page": lambda name: filling("/sign-in", "/sign-in", username=name, password=WRONG),
}
RESET: dict[str, Callable[[str], Ask]] = {
    "api": lambda name: posting("/api/auth/request-reset", email=f"{name}@a.example"),
    "page": lambda name: filling("/forgot", "/forgot", email=f"{name}@a.example"),
}


@pytest.mark.parametrize("way", SIGN_IN)
async def test_signing_in(house: SignIn, hashed: list[str], way: str) -> None:
    found = {name: await told(house, hashed, SIGN_IN[way](name)) for name in NAMES}
    assert found["zoee"][0] in (401, 422)
    assert found["zoee"][4] == 1
    assert [name for name in NAMES if found[name] != found["zoee"]] == []


async def test_signing_in_where_it_is_locked(house: SignIn, hashed: list[str], settings: Settings) -> None:
    found = {}
    for name in NAMES:
        for _ in range(settings.lock_failures):
            await told(house, hashed, SIGN_IN["api"](name))
        found[name] = await told(house, hashed, SIGN_IN["api"](name))
    assert (found["zoee"][0], found["zoee"][4]) == (429, 0)
    assert [name for name in NAMES if found[name] != found["zoee"]] == []


@pytest.mark.parametrize("way", RESET)
async def test_asking_for_a_new_password(house: SignIn, hashed: list[str], way: str) -> None:
    found = {name: await told(house, hashed, RESET[way](name)) for name in NAMES}
    assert (found["zoee"][0] in (202, 303), found["zoee"][4]) == (True, 0)
    assert [name for name in NAMES if found[name] != found["zoee"]] == []


async def test_links_that_open_nothing(house: SignIn, hashed: list[str]) -> None:
    """Used, replaced, of somebody who is disabled by now, and never given: all alike, invitations too."""
    tokens = {"never given": "x" * 43, "invitation": await newest_token(house, "/welcome")}
    admin = await house("admin")
    users = {one["username"]: one["id"] for one in (await admin.get("/api/users")).json()["items"]}
    for kind in ("replaced", "used", "disabled"):
        await RESET["api"]("anna")(await house.visitor())
        tokens[kind] = await newest_token(house, "/reset")
        if kind == "used":
            used = posting("/api/auth/reset", token=tokens[kind], password="Green-8-Kettles")
            assert (await used(await house.visitor())).status_code == 204
    for name in ("anna", "none"):
        assert (await admin.post(f"/api/users/{users[name]}/disable")).status_code < 300
    for path in ("/reset", "/welcome"):

        async def look(client: httpx.AsyncClient, path: str = path, token: str = "") -> httpx.Response:
            return await client.get(path, params={"token": token}, follow_redirects=True)

        pages = [
            await told(house, hashed, lambda client, t=token: look(client, token=t))
            for token in tokens.values()
        ]
        assert [page for page in pages if page != pages[0]] == []
    by_api = {
        kind: await told(house, hashed, posting("/api/auth/reset", token=token, password="Green-8-Kettles"))
        for kind, token in tokens.items()
    }
    assert (by_api["never given"][0], by_api["never given"][4]) == (422, 0)
    assert [kind for kind in by_api if by_api[kind] != by_api["never given"]] == []


@pytest.fixture
async def keyed(clones: Clones, settings: Settings, hand_clock: HandClock) -> AsyncIterator[SignIn]:
    there = settings.model_copy(update={"base_url": "https://stockroom.test"})
    async with application(there, clones, hand_clock) as made:
        yield made


async def test_passkeys(keyed: SignIn, hashed: list[str]) -> None:
    """A passkey of somebody's, signed by another key, and one that nobody has; what a browser is asked before."""
    device, stranger = Authenticator(), Authenticator()
    added = await add_passkey(await keyed("ward", username="anna"), device)
    assert added.status_code < 300
    stranger.handle = device.handle
    device.key = stranger.key
    asked = [
        await told(keyed, hashed, lambda client: client.post("/api/auth/passkey/options")) for _ in range(2)
    ]
    assert asked[0] == asked[1]
    found = []
    for one in (device, stranger):

        async def enter(client: httpx.AsyncClient, one: Authenticator = one) -> httpx.Response:
            return await client.post("/api/auth/passkey", json=one.get(await options_for(client)))

        found.append(await told(keyed, hashed, enter))
    assert found[0][0] == 401
    assert found[0] == found[1]


async def test_a_second_factor_is_asked_of_nobody_who_has_not_proved_the_first(
    house: SignIn, hashed: list[str]
) -> None:
    found = [
        await told(house, hashed, posting("/api/auth/second-factor", totp=code))
        for code in ("123456", "654321")
    ]
    assert found[0][0] == 401
    assert found[0] == found[1]


async def test_the_decoy_costs_what_a_real_hash_costs() -> None:
    real = extract_parameters((await passwords.hash_password(PASSWORD)).hashed)
    assert extract_parameters(passwords._DECOY) == real  # pyright: ignore[reportPrivateUsage]
    assert not await passwords.password_matches(None, PASSWORD)
