"""People are told by mail when the security of their account changes, and where they were reachable before."""

import httpx

from stockroom.settings import Settings
from tests.conftest import PASSWORD, Clones, SignIn
from tests.people.conftest import HandClock
from tests.people.factors import ORIGIN, Authenticator, add_passkey, application, set_up_app
from tests.people.post import mail_of
from tests.people.programs import make
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


async def words(sign_in: SignIn) -> list[str]:
    return [what for recipient, what in await told(sign_in) if recipient == EWA]


async def test_every_change_of_a_second_factor_is_told(timed: SignIn, hand_clock: HandClock) -> None:
    client = await person(timed)
    secret, _ = await set_up_app(client, hand_clock)
    assert await words(timed) == ["Do Twojego konta dodano aplikację uwierzytelniającą jako drugi składnik."]
    assert (await client.post("/api/me/factors/recovery-codes")).status_code == 200
    assert (await words(timed))[0].startswith("Utworzono nowe kody zapasowe")
    assert (await client.delete("/api/me/factors/totp")).status_code in (200, 204)
    assert (await words(timed))[0] == "Z Twojego konta usunięto aplikację uwierzytelniającą."
    assert len(await words(timed)) == 3
    del secret


async def test_passkeys_are_told(settings: Settings, clones: Clones, hand_clock: HandClock) -> None:
    async with application(settings.model_copy(update={"base_url": ORIGIN}), clones, hand_clock) as house:
        client = await person(house)
        made = await add_passkey(client, Authenticator())
        assert made.status_code == 201, made.text
        assert await words(house) == ["Do Twojego konta dodano klucz dostępu."]
        (passkey,) = (await client.get("/api/me/factors")).json()["passkeys"]
        gone = await client.delete(f"/api/me/factors/passkeys/{passkey['id']}")
        assert gone.status_code == 204, gone.text
        assert (await words(house))[0] == "Z Twojego konta usunięto klucz dostępu."


async def test_keys_are_told(timed: SignIn) -> None:
    client = await person(timed)
    made = await make(client, scopes=["stock.balance.read"])
    assert await words(timed) == ["Do Twojego konta utworzono klucz API."]
    key = made["key"]
    rotated = await client.post(f"/api/keys/{key['id']}/rotate", headers={"If-Match": f'"{key["version"]}"'})
    assert rotated.status_code == 200, rotated.text
    assert (await words(timed))[0] == "Klucz API Twojego konta otrzymał nowy sekret."


async def test_what_an_administrator_does_to_an_account_is_told(sign_in: SignIn) -> None:
    admin, client = await sign_in("admin"), await person(sign_in)
    url = f"/api/users/{await own_id(client)}"
    assert (await admin.delete(f"{url}/factors")).status_code in (200, 204)
    assert (await words(sign_in))[0].startswith("Administrator usunął wszystkie drugie składniki")
    found = await admin.get(url)
    change = {"username": "ewa", "name": "Ewa Lis", "email": EWA, "language": "pl"}
    headers = {"If-Match": found.headers["ETag"]}
    assert (await admin.put(url, json={**change, "role": "ward"}, headers=headers)).status_code == 200
    assert len(await words(sign_in)) == 1
    headers = {"If-Match": (await admin.get(url)).headers["ETag"]}
    assert (await admin.put(url, json={**change, "role": "technician"}, headers=headers)).status_code == 200
    assert (await words(sign_in))[0] == "Administrator zmienił Twoją rolę. Wylogowano Cię wszędzie."
    assert (await admin.post(f"{url}/disable")).status_code == 200
    assert (await words(sign_in))[0] == "Administrator wyłączył Twoje konto. Wylogowano Cię wszędzie."


async def test_other_rights_of_a_role_are_told_to_who_holds_it(sign_in: SignIn) -> None:
    admin, client = await sign_in("admin"), await person(sign_in)
    role = {"name": "Night", "permissions": ["catalog.product.read"]}
    made = (await admin.post("/api/roles", json=role)).json()
    url = f"/api/users/{await own_id(client)}"
    headers = {"If-Match": (await admin.get(url)).headers["ETag"]}
    change = {"username": "ewa", "name": "Ewa Lis", "email": EWA, "language": "pl", "role": made["code"]}
    assert (await admin.put(url, json=change, headers=headers)).status_code == 200
    headers = {"If-Match": f'"{made["version"]}"'}
    more = {**role, "permissions": ["catalog.product.read", "stock.balance.read"]}
    assert (await admin.put(f"/api/roles/{made['code']}", json=more, headers=headers)).status_code == 200
    assert (await words(sign_in))[
        0
    ] == "Administrator zmienił uprawnienia Twojej roli. Wylogowano Cię wszędzie."
