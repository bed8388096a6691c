"""API keys: what they open, what stops them, and what nobody gets out of them (P10)."""

import pytest

from stockroom.platform.db import execute, fetch_value, fetch_values
from tests.conftest import SignIn
from tests.people.conftest import HandClock
from tests.people.programs import COUNT, KEY, SCOPES, make, program, works


async def test_a_key_opens_what_it_was_given_and_nothing_more(timed: SignIn) -> None:
    owner = await timed("pharmacist", username="anna")
    made = await make(owner)
    robot = await program(timed, made["secret"])
    assert (await robot.get("/api/products")).status_code == 200
    assert (await robot.get("/products/export?format=csv")).status_code == 200
    refused = await robot.get("/api/suppliers")
    assert (refused.status_code, refused.json()["code"]) == (403, "access.denied")
    me = (await robot.get("/api/auth/me")).json()
    assert (me["user"]["username"], me["user"]["permissions"], me["csrf_token"]) == ("anna", SCOPES, "")
    assert (me["key"]["name"], me["key"]["scopes"]) == ("Spreadsheet", SCOPES)
    assert (await owner.get("/api/auth/me")).json()["key"] is None


async def test_a_key_writes_without_a_token_and_is_told_by_its_name(timed: SignIn) -> None:
    owner = await timed("purchasing", username="anna")
    made = await make(owner, scopes=["catalog.supplier.write", "catalog.supplier.read"])
    robot = await program(timed, made["secret"])
    supplier = await robot.post("/api/suppliers", json={"name": "Farmacol"})
    assert supplier.status_code == 201, supplier.text
    async with timed.database.connection() as db:
        names = await fetch_values(
            db, "select actor_name from platform.audit_entry where action = 'catalog.supplier.create'"
        )
    assert names == ["Test Purchasing (Spreadsheet)"]


@pytest.mark.parametrize("cookie", ["language=pl", "anything=1"])
async def test_a_change_with_a_key_and_a_cookie_needs_a_token(timed: SignIn, cookie: str) -> None:
    made = await make(await timed("purchasing"), scopes=["catalog.supplier.write"])
    robot = await program(timed, made["secret"])
    refused = await robot.post("/api/suppliers", json={"name": "Farmacol"}, headers={"Cookie": cookie})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf.refused")
    async with timed.database.connection() as db:
        assert await fetch_value(db, "select count(*) from catalog.supplier") == 0


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_key_beside_a_session_is_refused(timed: SignIn, method: str) -> None:
    owner = await timed("pharmacist")
    made = await make(owner)
    owner.headers["Authorization"] = f"Bearer {made['secret']}"
    refused = await owner.request(method, "/api/products", json={})
    assert (refused.status_code, refused.json()["code"]) == (422, "auth.ambiguous")


async def test_what_is_wrong_with_a_key_is_not_told(timed: SignIn, hand_clock: HandClock) -> None:
    owner = await timed("pharmacist")
    made = await make(owner)
    revoked = await make(owner, name="Revoked")
    assert (await owner.delete(f"/api/keys/{revoked['key']['id']}")).status_code == 204
    expired = await make(owner, name="Expired", expires_on="2026-03-03")
    hand_clock.turn(days=1, hours=12)
    wrong = ["srk_", "srk_12345678_" + "x" * 43, made["secret"][:-1], made["secret"].upper().replace("SRK", "srk"),
             "srk_" + "x" * 5000, revoked["secret"], expired["secret"]]  # fmt: skip
    bodies = set()
    for secret in wrong:
        answer = await (await program(timed, secret)).get("/api/products")
        assert answer.status_code == 401, secret
        bodies.add(str(answer.json() | {"request_id": ""}))
    assert len(bodies) == 1
    assert "auth.key_invalid" in bodies.pop()
    assert await works(await program(timed, made["secret"]))


async def test_a_wrong_key_closes_open_pages_too(timed: SignIn) -> None:
    robot = await program(timed, "srk_nonsense")
    assert (await robot.get("/api/openapi.json")).status_code == 401


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer eyJhbGciOi", "srk_x", ""])
async def test_what_others_send_in_the_header_is_not_ours(timed: SignIn, header: str) -> None:
    """A proxy may have its own use for it."""
    client = await timed("pharmacist")
    client.headers["Authorization"] = header
    assert (await client.get("/api/products")).status_code == 200


async def test_a_key_ends_with_its_last_day(timed: SignIn, hand_clock: HandClock) -> None:
    made = await make(await timed("pharmacist"), expires_on="2026-03-03")
    robot = await program(timed, made["secret"])
    hand_clock.turn(hours=35, minutes=59)
    assert await works(robot)
    hand_clock.turn(minutes=1)
    assert not await works(robot)


@pytest.mark.parametrize("deed", ["disable", "password", "own password", "role"])
async def test_what_ends_sessions_stops_keys_for_good(timed: SignIn, deed: str) -> None:
    admin, owner = await timed("admin"), await timed("pharmacist", username="anna")
    made = await make(owner)
    robot = await program(timed, made["secret"])
    assert await works(robot)
    me = (await owner.get("/api/me")).json()
    url, etag = f"/api/users/{me['id']}", {"If-Match": f'"{me["version"]}"'}
    change = {"username": "anna", "name": "Anna", "role": "technician"}
    answer = await {
        "disable": lambda: admin.post(f"{url}/disable"),
        "password": lambda: admin.post(f"{url}/password", json={"password": "Green-8-Kettles"}),
        "own password": lambda: owner.post(
            "/api/me/password", json={"old_password": "Tr0ub4dor&zip", "password": "Green-8-Kettles"}
        ),
        "role": lambda: admin.put(url, json=change, headers=etag),
    }[deed]()
    assert answer.status_code == 200, answer.text
    assert not await works(robot)
    await admin.post(f"{url}/enable")
    assert not await works(robot)
    assert (await admin.get(f"/api/keys/{made['key']['id']}")).json()["state"] == "stopped"


async def test_a_key_loses_at_once_what_its_owner_loses(timed: SignIn) -> None:
    admin = await timed("admin")
    role = {"name": "Clerk", "permissions": [*SCOPES, "catalog.supplier.read"]}
    made = (await admin.post("/api/roles", json=role)).json()
    key = await make(await timed(made["code"]))
    robot = await program(timed, key["secret"])
    assert (await robot.get("/api/balances")).status_code == 200
    less = role | {"permissions": ["catalog.product.read"]}
    changed = await admin.put(f"/api/roles/{made['code']}", json=less, headers={"If-Match": '"1"'})
    assert changed.status_code == 200
    assert (await robot.get("/api/balances")).status_code == 403
    assert (await robot.get("/api/products")).status_code == 200
    assert (await robot.get("/api/auth/me")).json()["key"]["scopes"] == ["catalog.product.read"]


async def test_a_key_sees_the_departments_of_its_owner(timed: SignIn) -> None:
    admin = await timed("admin")
    wards = [
        (await admin.post("/api/departments", json={"name": name, "with_store": True})).json()["id"]
        for name in ("Cardiology", "Surgery")
    ]
    owner = await timed("ward", departments=wards[:1])
    robot = await program(timed, (await make(owner, scopes=["stock.place.read"]))["secret"])
    assert [place["department_id"] for place in (await robot.get("/api/places")).json()["items"]] == wards[:1]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/keys"),
        ("POST", "/api/keys"),
        ("GET", "/me"),
        ("GET", "/me/keys"),
        ("POST", "/me/keys"),
        ("POST", "/api/me/password"),
        ("POST", "/me/password"),
        ("PUT", "/api/me"),
        ("PUT", "/api/me/theme"),
        ("DELETE", "/api/me/sessions"),
        ("POST", "/api/auth/logout"),
        ("GET", "/api/docs"),
    ],
)
async def test_no_key_touches_the_account_it_stands_for(timed: SignIn, method: str, path: str) -> None:
    robot = await program(timed, (await make(await timed("admin")))["secret"])
    answer = await robot.request(method, path, json={})
    assert answer.status_code == 403, answer.text
    if path.startswith("/api/") and path != "/api/docs":
        assert answer.json()["code"] == "auth.key_not_allowed"
    async with timed.database.connection() as db:
        assert await fetch_value(db, COUNT) == 1


async def test_a_key_leaves_the_look_of_its_owner_alone(timed: SignIn) -> None:
    owner = await timed("pharmacist")
    robot = await program(timed, (await make(owner))["secret"])
    assert (await robot.post("/me/theme", data={"theme": "dark"})).status_code == 303
    assert (await owner.get("/api/me")).json()["theme"] == "auto"


async def test_no_key_can_be_given_the_security_of_others(timed: SignIn) -> None:
    admin = await timed("admin")
    for scope in ("people.account.write", "people.password.write", "people.role.write", "people.key.write"):
        refused = await admin.post("/api/keys", json=KEY | {"scopes": [*SCOPES, scope]})
        assert (refused.status_code, refused.json()["code"]) == (422, "key.scope_refused")
        assert [error["pointer"] for error in refused.json()["errors"]] == ["/scopes/2"]
    made = await make(admin)
    async with timed.database.transaction() as db:
        await execute(db, "update people.api_key set scopes = '{people.account.write,people.role.write}'")
    robot = await program(timed, made["secret"])
    assert (await robot.get("/api/auth/me")).json()["key"]["scopes"] == []
    assert (await robot.post("/api/users", json={})).status_code == 403
