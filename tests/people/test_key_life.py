"""API keys from making to revoking, what is kept of them, and who sees and touches them (P10)."""

import hashlib
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from stockroom.platform.db import fetch_value, fetch_values
from tests.conftest import NOON, SignIn
from tests.people.conftest import HandClock
from tests.people.programs import COUNT, KEY, SCOPES, make, program, works

EVERYTHING = """
select row_to_json(t)::text from platform.audit_entry t
union all select row_to_json(t)::text from platform.idempotency t
union all select row_to_json(t)::text from people.api_key t
"""


@pytest.mark.parametrize(
    ("change", "pointer", "code", "status"),
    [
        ({"scopes": []}, "/scopes", "key.scopes_missing", 422),
        ({"scopes": ["stock.everything"]}, "/scopes/0", "role.permission_unknown", 422),
        ({"scopes": ["stock.balance.read", "catalog.price.read"]}, "/scopes/1", "key.beyond_own", 403),
        ({"scopes": "stock.balance.read"}, "/scopes", "field.type", 422),
        ({"expires_on": "2026-03-02"}, "/expires_on", "key.expiry", 422),
        ({"expires_on": "2027-03-03"}, "/expires_on", "key.expiry", 422),
        ({"expires_on": "9999-12-31"}, "/expires_on", None, 422),
        ({"expires_on": None}, "/expires_on", None, 422),
        ({"name": " "}, "/name", "field.characters", 422),
        ({"secret": "mine"}, "/secret", "field.unknown", 422),
    ],
)
async def test_refuses_a_bad_key_and_keeps_nothing(
    timed: SignIn, change: dict[str, Any], pointer: str, code: str | None, status: int
) -> None:
    owner = await timed("technician")
    refused = await owner.post("/api/keys", json=KEY | change)
    assert refused.status_code == status, refused.text
    errors = refused.json()["errors"]
    assert [error["pointer"] for error in errors] == [pointer]
    assert code is None or errors[0]["code"] == code
    async with timed.database.connection() as db:
        assert await fetch_value(db, COUNT) == 0


async def test_the_longest_life_is_a_setting_and_a_year(timed: SignIn) -> None:
    assert (await make(await timed("pharmacist"), expires_on="2027-03-02"))["key"]["state"] == "working"


async def test_a_name_is_free_again_once_its_key_is_dead(timed: SignIn) -> None:
    owner = await timed("pharmacist")
    made = await make(owner)
    taken = await owner.post("/api/keys", json=KEY | {"name": "SPREADSHEET "})
    assert (taken.status_code, taken.json()["code"]) == (409, "key.name_taken")
    await owner.delete(f"/api/keys/{made['key']['id']}")
    await make(owner)


async def test_nobody_has_more_than_fifty(timed: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stockroom.people.actions.keys.MOST_KEYS", 2)
    owner = await timed("pharmacist")
    for name in ("a", "b"):
        await make(owner, name=name)
    refused = await owner.post("/api/keys", json=KEY)
    assert (refused.status_code, refused.json()["code"]) == (409, "key.limit")


async def test_the_secret_is_told_once_and_kept_nowhere(timed: SignIn) -> None:
    owner = await timed("admin")
    first = await owner.post("/api/keys", json=KEY, headers={"Idempotency-Key": "once"})
    secret = first.json()["secret"]
    again = await owner.post("/api/keys", json=KEY, headers={"Idempotency-Key": "once"})
    assert (again.status_code, again.json()["code"]) == (409, "idempotency.secret")
    rotated = await owner.post(
        f"/api/keys/{first.json()['key']['id']}/rotate",
        headers={"If-Match": '"1"', "Idempotency-Key": "twice"},
    )
    secrets = [secret, rotated.json()["secret"]]
    assert len(secret) >= len("srk_12345678_") + 43  # 256 bits in base64
    for path in (
        "/api/keys",
        f"/api/keys/{first.json()['key']['id']}",
        "/api/audit",
        "/me/keys",
        "/api-keys",
    ):
        text = (await owner.get(path)).text
        assert not any(one in text for one in secrets), path
    async with timed.database.connection() as db:
        assert await fetch_value(db, COUNT) == 1
        stored = await fetch_values(db, "select secret_hash from people.api_key")
        assert stored == [hashlib.sha256(secrets[1].encode()).digest()]
        assert await fetch_values(db, "select body from platform.idempotency") == [None, None]
        rows = await fetch_values(db, EVERYTHING)
    assert len(rows) > 4
    assert not any(one in row for row in rows for one in secrets)


@pytest.mark.parametrize("grace", [0, 15])
async def test_rotating_replaces_the_secret(
    timed: SignIn, hand_clock: HandClock, grace: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: Any = timed.app.app
    changed = app.state.settings.model_copy(update={"api_key_grace_minutes": grace})
    monkeypatch.setattr(app.state, "settings", changed)
    owner = await timed("pharmacist")
    made = await make(owner)
    url = f"/api/keys/{made['key']['id']}/rotate"
    assert (await owner.post(url)).json()["code"] == "version.missing"
    rotated = await owner.post(url, headers={"If-Match": '"1"'})
    assert rotated.status_code == 200, rotated.text
    assert (await owner.post(url, headers={"If-Match": '"1"'})).json()["code"] == "version.stale"
    old, new = await program(timed, made["secret"]), await program(timed, rotated.json()["secret"])
    assert [await works(old), await works(new)] == [grace > 0, True]
    hand_clock.turn(minutes=15)
    assert [await works(old), await works(new)] == [False, True]


async def test_a_dead_key_is_not_rotated_to_life(timed: SignIn) -> None:
    owner = await timed("pharmacist")
    made = await make(owner)
    await owner.delete(f"/api/keys/{made['key']['id']}")
    refused = await owner.post(f"/api/keys/{made['key']['id']}/rotate", headers={"If-Match": '"2"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "key.stopped")


async def test_a_rotated_key_that_is_revoked_is_dead_under_both_secrets(
    timed: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: Any = timed.app.app
    monkeypatch.setattr(
        app.state, "settings", app.state.settings.model_copy(update={"api_key_grace_minutes": 60})
    )
    owner = await timed("pharmacist")
    made = await make(owner)
    url = f"/api/keys/{made['key']['id']}"
    rotated = (await owner.post(f"{url}/rotate", headers={"If-Match": '"1"'})).json()
    assert (await owner.delete(url)).status_code == 204
    assert not await works(await program(timed, made["secret"]))
    assert not await works(await program(timed, rotated["secret"]))


async def test_others_see_and_touch_no_key_unless_they_may(timed: SignIn) -> None:
    owner, stranger = await timed("pharmacist"), await timed("pharmacist")
    auditor, admin = await timed("auditor"), await timed("admin")
    made = await make(owner)
    url = f"/api/keys/{made['key']['id']}"
    etag = {"If-Match": '"1"'}
    assert (await stranger.get("/api/keys")).json()["items"] == []
    for answer in (await stranger.get(url), await stranger.delete(url)):
        assert answer.status_code == 404
    for client in (stranger, auditor, admin):
        assert (await client.post(f"{url}/rotate", headers=etag)).status_code == 404
        page = await client.post(f"/me/keys/{made['key']['id']}/revoke", data={})
        assert page.status_code == 404
    assert [key["id"] for key in (await auditor.get("/api/keys")).json()["items"]] == [made["key"]["id"]]
    assert (await auditor.delete(url)).status_code == 403
    robot = await program(timed, made["secret"])
    assert await works(robot)
    assert (await admin.delete(url)).status_code == 204
    assert not await works(robot)
    assert (await admin.delete(url)).status_code == 204


async def test_use_is_noted_at_most_once_a_minute(timed: SignIn, hand_clock: HandClock) -> None:
    owner = await timed("pharmacist")
    made = await make(owner)
    robot = await program(timed, made["secret"])
    seen = []
    for seconds in (0, 30, 30, 1):
        hand_clock.turn(seconds=seconds)
        await robot.get("/api/products")
        async with timed.database.connection() as db:
            last = await fetch_value(db, "select last_used_at from people.api_key")
        seen.append(last - NOON)
    assert seen == [timedelta(), timedelta(), timedelta(), timedelta(seconds=61)]


async def test_use_and_refusal_are_security_events(timed: SignIn, hand_clock: HandClock) -> None:
    owner = await timed("pharmacist", username="anna")
    made = await make(owner)
    robot = await program(timed, made["secret"])
    for _ in range(3):
        await robot.get("/api/products")
    hand_clock.turn(seconds=61)
    await robot.get("/api/products")
    for _ in range(2):
        await (await program(timed, "srk_nonsense")).get("/api/products")
    async with timed.database.connection() as db:
        told = await fetch_values(
            db,
            "select event || ' ' || account || ' ' || times || ' ' || facts::text from platform.security_event"
            " where event like '%key%' order by id",
        )
    assert told == [
        f'people.key.create anna 1 {{"about": "{made["key"]["id"]}"}}',
        'key.used anna 1 {"key": "Spreadsheet"}',
        'key.used anna 1 {"key": "Spreadsheet"}',
        "key.refused  2 {}",
    ]


async def test_guessing_keys_counts_as_anonymous(timed: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    app: Any = timed.app.app
    limits = app.state.limits
    few = msgspec.structs.replace(limits["api"], most=2)
    monkeypatch.setitem(limits._named, "api", few)
    robot = await program(timed, "srk_nonsense")
    statuses = [(await robot.get("/api/products")).status_code for _ in range(3)]
    assert statuses == [401, 401, 429]


async def test_everything_done_with_a_key_is_in_the_audit_trail(timed: SignIn) -> None:
    owner = await timed("admin")
    made = await make(owner)
    url = f"/api/keys/{made['key']['id']}"
    await owner.post(f"{url}/rotate", headers={"If-Match": '"1"'})
    await owner.delete(url)
    entries = (await owner.get("/api/audit", params={"entity": "api_key"})).json()["items"]
    assert [entry["action"] for entry in entries] == [
        "people.key.revoke", "people.key.rotate", "people.key.create",
    ]  # fmt: skip


async def test_a_key_does_not_get_the_answers_kept_for_its_owner(timed: SignIn) -> None:
    owner = await timed("purchasing")
    made = await make(owner, scopes=["catalog.supplier.read"])
    once = {"Idempotency-Key": "supplier-1"}
    first = await owner.post("/api/suppliers", json={"name": "Farmacol"}, headers=once)
    assert first.status_code == 201
    robot = await program(timed, made["secret"])
    refused = await robot.post("/api/suppliers", json={"name": "Farmacol"}, headers=once)
    assert (refused.status_code, refused.json()["code"]) == (403, "access.denied")


async def test_pages_make_show_rotate_and_revoke(timed: SignIn) -> None:
    owner, admin = await timed("pharmacist", username="anna"), await timed("admin")
    form = {"name": "Sheet", "scopes": SCOPES, "expires_on": "2026-04-30", "idempotency_key": "one"}
    bare = await owner.post("/me/keys", data=form | {"scopes": []})
    assert bare.status_code == 422
    assert "at least one thing" in bare.text
    made = await owner.post("/me/keys", data=form)
    assert made.status_code == 200, made.text
    secret = made.text.split('value="srk_')[1].split('"')[0]
    assert "no-store" in made.headers["cache-control"]
    robot = await program(timed, "srk_" + secret)
    assert await works(robot)
    repeat = await owner.post("/me/keys", data=form)
    assert repeat.status_code == 409
    assert secret not in repeat.text
    key_id = (await owner.get("/api/keys")).json()["items"][0]["id"]
    rotated = await owner.post(f"/me/keys/{key_id}/rotate", data={"version": "1"})
    assert rotated.status_code == 200
    assert 'value="srk_' in rotated.text
    assert not await works(robot)
    listed = await admin.get("/api-keys")
    assert "Sheet" in listed.text
    assert "Test Pharmacist" in listed.text
    assert (await admin.get("/api-keys?state=revoked")).text.count("Sheet") == 0
    assert (await admin.post(f"/api-keys/{key_id}/revoke", data={})).status_code == 303
    assert "Revoked" in (await owner.get("/me/keys")).text
    assert (await owner.get("/api-keys")).status_code == 403
