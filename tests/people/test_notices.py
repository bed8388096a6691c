"""People are told by mail when the security of their account changes, and where they were reachable before."""

import httpx

from tests.conftest import PASSWORD, SignIn
from tests.people.post import mail_of
from tests.people.test_reset import EWA, NEW, person


async def told(sign_in: SignIn) -> list[tuple[str, str]]:
    """Recipient and third line of every message, the newest first."""
    return [(message.recipient, message.text.splitlines()[2]) for message in await mail_of(sign_in)]


async def own_id(client: httpx.AsyncClient) -> str:
    return (await client.get("/api/me")).json()["id"]


async def test_a_changed_password_is_told(sign_in: SignIn) -> None:
    client = await person(sign_in)
    refused = await client.post("/api/me/password", json={"old_password": "wrong", "password": NEW})
    assert refused.status_code == 422
    assert await told(sign_in) == []
    await client.post("/api/me/password", json={"old_password": PASSWORD, "password": NEW})
    assert await told(sign_in) == [(EWA, "Twoje hasło zostało zmienione.")]


async def test_a_password_that_an_administrator_set_is_told(sign_in: SignIn) -> None:
    admin, client = await sign_in("admin"), await person(sign_in)
    await admin.post(f"/api/users/{await own_id(client)}/password", json={"password": NEW})
    assert await told(sign_in) == [(EWA, "Administrator ustawił nowe hasło do Twojego konta.")]


async def test_a_new_address_is_told_to_the_old_one(sign_in: SignIn) -> None:
    client = await person(sign_in)
    await client.put(
        "/api/me", json={"name": "Ewa Lis", "email": "new@szpital.example"}, headers={"If-Match": '"2"'}
    )
    (only,) = await told(sign_in)
    assert only[0] == EWA
    assert only[1].startswith("Adres e-mail Twojego konta został zmieniony.")
    await client.put(
        "/api/me", json={"name": "Ewa Kos", "email": "new@szpital.example"}, headers={"If-Match": '"3"'}
    )
    assert len(await told(sign_in)) == 1


async def test_somebody_without_an_address_is_told_nothing(sign_in: SignIn) -> None:
    client = await sign_in("ward")
    done = await client.post("/api/me/password", json={"old_password": PASSWORD, "password": NEW})
    assert done.status_code == 200
    assert await told(sign_in) == []
