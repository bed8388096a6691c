"""Passkeys: what is taken, what is refused, and signing in with one alone (P4)."""

from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockroom.people import passkeys
from stockroom.people.errors import PasskeyRefused
from stockroom.people.passkeys import NewPasskeyAnswer, PasskeyAnswer, Place, find_place
from stockroom.platform.db import execute, fetch_value, fetch_values
from stockroom.settings import Settings
from tests.conftest import Clones, SignIn
from tests.people.conftest import HandClock
from tests.people.factors import ORIGIN, Authenticator, add_passkey, application, login, options_for, second

PLACE = Place(rp_id="stockroom.test", origin=ORIGIN, name="Stockroom")
MAKE = "/api/me/factors/passkeys/options"


@pytest.fixture
async def house(clones: Clones, settings: Settings, hand_clock: HandClock) -> AsyncIterator[SignIn]:
    """An application where passkeys are good."""
    async with application(settings.model_copy(update={"base_url": ORIGIN}), clones, hand_clock) as made:
        yield made


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


@pytest.fixture
async def anna(house: SignIn, device: Authenticator) -> httpx.AsyncClient:
    client = await house("pharmacist", username="anna")
    made = await add_passkey(client, device)
    assert made.status_code == 201, made.text
    assert len(made.json()["recovery_codes"]) == 10
    return client


async def half_in(house: SignIn) -> httpx.AsyncClient:
    client = await house.visitor()
    assert (await login(client, "anna")).json()["second_factor"] == ["passkey", "recovery"]
    return client


async def alone(client: httpx.AsyncClient, device: Authenticator) -> httpx.Response:
    return await client.post("/api/auth/passkey", json=device.get(await options_for(client)))


async def counter(house: SignIn) -> int:
    async with house.database.connection() as db:
        return await fetch_value(db, "select sign_count from people.passkey")


async def test_is_the_second_factor_after_the_password(
    house: SignIn, anna: httpx.AsyncClient, device: Authenticator
) -> None:
    client = await half_in(house)
    done = await second(client, passkey=device.get(await options_for(client)))
    assert done.status_code == 200, done.text
    assert await counter(house) == 1


async def test_alone_is_both_factors(house: SignIn, anna: httpx.AsyncClient, device: Authenticator) -> None:
    client = await house.visitor()
    done = await alone(client, device)
    assert done.status_code == 200, done.text
    assert done.json()["user"]["username"] == "anna"
    client.headers["X-CSRF-Token"] = done.json()["csrf_token"]
    assert (await client.get("/patients/export")).status_code == 200


async def test_an_answer_is_good_once(house: SignIn, anna: httpx.AsyncClient, device: Authenticator) -> None:
    device.counts = False
    client = await house.visitor()
    answer = device.get(await options_for(client))
    assert (await client.post("/api/auth/passkey", json=answer)).status_code == 200
    replay = await (await house.visitor()).post("/api/auth/passkey", json=answer)
    assert (replay.status_code, replay.json()["code"]) == (401, "auth.passkey_invalid")


async def test_a_challenge_is_good_for_who_asked_and_for_five_minutes(
    house: SignIn, anna: httpx.AsyncClient, device: Authenticator, hand_clock: HandClock
) -> None:
    client, thief = await half_in(house), await half_in(house)
    stolen = device.get(await options_for(client))
    assert (await second(thief, passkey=stolen)).status_code == 401
    options = await options_for(client)
    hand_clock.turn(minutes=5)
    assert (await second(client, passkey=device.get(options))).status_code == 401
    assert (await second(client, passkey=device.get(await options_for(client)))).status_code == 200
    async with house.database.connection() as db:
        assert await fetch_values(db, "select purpose from people.passkey_challenge") == []


async def test_a_copied_authenticator_is_seen_by_its_counter(
    house: SignIn, anna: httpx.AsyncClient, device: Authenticator
) -> None:
    device.counter = 7
    assert (await alone(await house.visitor(), device)).status_code == 200
    for copied in (7, 3):
        device.counter = copied
        assert (await alone(await house.visitor(), device)).status_code == 401
    assert await counter(house) == 8
    assert (
        await alone(await house.visitor(), Authenticator(**vars(device) | {"counter": 8}))
    ).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"verifies": False},
        {"origin": "https://evil.example"},
        {"origin": "http://stockroom.test"},
        {"rp_id": "evil.example"},
        {"handle": b"somebody else's "},
        {"credential_id": b"unknown"},
        {"handle": b""},
    ],
)
async def test_refuses_what_an_honest_browser_would_not_say(
    house: SignIn, anna: httpx.AsyncClient, device: Authenticator, wrong: dict[str, object]
) -> None:
    for name, value in wrong.items():
        setattr(device, name, value)
    refused = await alone(await house.visitor(), device)
    assert (refused.status_code, refused.json()["code"]) == (401, "auth.passkey_invalid")
    assert await counter(house) == 0


async def test_refuses_a_signature_of_another_key(
    house: SignIn, anna: httpx.AsyncClient, device: Authenticator
) -> None:
    device.key = Authenticator().key
    assert (await alone(await house.visitor(), device)).status_code == 401


async def test_somebody_elses_passkey_finishes_no_sign_in(house: SignIn, anna: httpx.AsyncClient) -> None:
    other = Authenticator()
    await add_passkey(await house("ward", username="ewa"), other)
    client = await half_in(house)
    assert (await second(client, passkey=other.get(await options_for(client)))).status_code == 401
    other.handle = b""  # not every authenticator says whose it is
    assert (await second(client, passkey=other.get(await options_for(client)))).status_code == 401


async def test_a_disabled_account_stays_out(
    house: SignIn, anna: httpx.AsyncClient, device: Authenticator
) -> None:
    async with house.database.transaction() as db:
        await execute(db, "update people.account set active = false where username = 'anna'")
    assert (await alone(await house.visitor(), device)).status_code == 401


@pytest.mark.parametrize(
    "wrong", [{"verifies": False}, {"origin": "https://evil.example"}, {"rp_id": "evil.example"}]
)
async def test_registers_no_passkey_that_is_not_good_here(house: SignIn, wrong: dict[str, object]) -> None:
    client = await house("ward")
    refused = await add_passkey(client, Authenticator(**wrong))  # type: ignore[arg-type]
    assert (refused.status_code, refused.json()["code"]) == (422, "factor.passkey_refused")
    assert (await client.get("/api/me/factors")).json()["passkeys"] == []


async def test_registers_each_passkey_once(
    house: SignIn, anna: httpx.AsyncClient, device: Authenticator
) -> None:
    again = await add_passkey(anna, device)
    assert (again.status_code, again.json()["code"]) == (409, "factor.passkey_known")
    other = await house("ward")
    stolen = await add_passkey(other, device)
    assert (stolen.status_code, stolen.json()["code"]) == (409, "factor.passkey_known")


async def test_a_person_has_several_and_removes_one(house: SignIn, anna: httpx.AsyncClient) -> None:
    key = Authenticator()
    more = await add_passkey(anna, key, name="Security key")
    assert more.json() == {"recovery_codes": []}
    found = (await anna.get("/api/me/factors")).json()["passkeys"]
    assert [passkey["name"] for passkey in found] == ["Phone", "Security key"]
    stranger = await house("ward")
    assert (await stranger.delete(f"/api/me/factors/passkeys/{found[1]['id']}")).status_code == 404
    assert (await anna.delete(f"/api/me/factors/passkeys/{found[1]['id']}")).status_code == 204
    assert (await alone(await house.visitor(), key)).status_code == 401


async def test_what_a_browser_is_asked_names_no_account(house: SignIn, anna: httpx.AsyncClient) -> None:
    options = await options_for(await house.visitor())
    assert options["allowCredentials"] == []
    assert (options["rpId"], options["userVerification"]) == ("stockroom.test", "required")
    made = await options_for(anna, MAKE)
    assert made["authenticatorSelection"] == {
        "residentKey": "required", "requireResidentKey": True, "userVerification": "required",
    }  # fmt: skip
    assert len(made["excludeCredentials"]) == 1


async def test_a_challenge_for_making_does_not_sign_in(
    house: SignIn, anna: httpx.AsyncClient, device: Authenticator
) -> None:
    answer = device.get(await options_for(anna, MAKE))
    refused = await anna.post("/api/auth/step-up", json={"passkey": answer})
    assert (refused.status_code, refused.json()["code"]) == (401, "auth.passkey_invalid")


async def test_where_passkeys_cannot_be_it_is_said(sign_in: SignIn) -> None:
    client = await sign_in("ward")
    refused = await client.post(MAKE)
    assert (refused.status_code, refused.json()["code"]) == (409, "factor.passkeys_impossible")
    assert "BASE_URL" in (await client.get("/me/security")).text


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("https://stock.example.org", ("stock.example.org", "https://stock.example.org")),
        ("https://Stock.example.org:443/", ("stock.example.org", "https://stock.example.org")),
        ("https://stock.example.org:8443", ("stock.example.org", "https://stock.example.org:8443")),
        ("http://localhost:8080", ("localhost", "http://localhost:8080")),
        ("http://stock.example.org", None),
        ("http://127.0.0.1:8080", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]:8443", None),
    ],
)
def test_where_passkeys_are_good(address: str, place: tuple[str, str] | None) -> None:
    found = find_place(address, "Stockroom")
    assert (None if found is None else (found.rp_id, found.origin)) == place


JUNK = st.one_of(
    st.binary(max_size=200), st.sampled_from([b"", b"{}", b"[]", b"null", b"\xff", b'{"type":1}'])
)


def text(raw: bytes) -> str:
    import base64

    return base64.urlsafe_b64encode(raw).decode()


@given(JUNK, JUNK, JUNK)
def test_junk_is_refused_and_never_a_fault(one: bytes, two: bytes, three: bytes) -> None:
    made = NewPasskeyAnswer(id=text(one), client_data=text(two), attestation=text(three))
    used = PasskeyAnswer(id=text(one), client_data=text(two), authenticator_data=text(three), signature="")
    with pytest.raises(PasskeyRefused):
        passkeys.challenge_of(text(one))
    with pytest.raises(PasskeyRefused):
        passkeys.check_new(made, PLACE, challenge=b"c")
    with pytest.raises(PasskeyRefused):
        passkeys.check_used(used, PLACE, challenge=b"c", public_key=three, sign_count=0)


@given(st.binary(max_size=300))
def test_junk_behind_honest_client_data_is_refused(junk: bytes) -> None:
    device = Authenticator()
    options = {"challenge": text(b"c" * 32), "user": {"id": text(b"u")}}
    made = device.create(options) | {"attestation": text(junk)}
    made.pop("name")
    with pytest.raises(PasskeyRefused):
        passkeys.check_new(NewPasskeyAnswer(**made), PLACE, challenge=b"c" * 32)
    used = device.get(options) | {"authenticator_data": text(junk)}
    with pytest.raises(PasskeyRefused):
        passkeys.check_used(PasskeyAnswer(**used), PLACE, challenge=b"c" * 32, public_key=junk, sign_count=0)
