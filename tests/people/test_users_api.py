"""Users over the API (P9, P12)."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from stockroom.platform.db import execute, fetch_value
from tests.conftest import PASSWORD, SignIn

ANNA: dict[str, Any] = {
    "username": "anna.nowak",
    "name": "Anna Nowak",
    "role": "pharmacist",
    "email": "anna.nowak@szpital.example",
    "password": "Blue-7-Kettles",
}


def without_password(account: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in account.items() if name != "password"}


async def signs_in(sign_in: SignIn, username: str, password: str) -> httpx.AsyncClient | None:
    visitor = await sign_in.visitor()
    answer = await visitor.post("/api/auth/login", json={"username": username, "password": password})
    if answer.status_code != 200:
        return None
    visitor.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return visitor


async def accounts(sign_in: SignIn) -> int:
    async with sign_in.database.connection() as db:
        return await fetch_value(db, "select count(*) from people.account")


async def test_creates_reads_and_changes_a_user(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    ward = (await admin.post("/api/departments", json={"name": "Cardiology"})).json()
    made = await admin.post("/api/users", json=ANNA | {"departments": [ward["id"]]})
    assert made.status_code == 201
    user = made.json()
    assert made.headers["location"] == f"/api/users/{user['id']}"
    assert (user["departments"], user["department_names"]) == ([ward["id"]], ["Cardiology"])
    assert user["has_password"] is True
    assert "hash" not in made.text
    url = f"/api/users/{user['id']}"
    change = without_password(ANNA) | {"name": "Anna Nowak-Lis", "phone": "+48 22 123", "departments": []}
    changed = await admin.put(url, json=change, headers={"If-Match": made.headers["etag"]})
    assert changed.status_code == 200
    after = changed.json()
    assert (after["name"], after["phone"], after["departments"]) == ("Anna Nowak-Lis", "+48 22 123", [])
    stale = await admin.put(url, json=change, headers={"If-Match": made.headers["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "version.stale")
    missing = await admin.put(url, json=change)
    assert (missing.status_code, missing.json()["code"]) == (422, "version.missing")
    assert await signs_in(sign_in, "ANNA.NOWAK@SZPITAL.EXAMPLE", "Blue-7-Kettles")


async def test_lists_by_role_department_and_state(sign_in: SignIn) -> None:
    admin = await sign_in("admin", username="boss")
    ward = (await admin.post("/api/departments", json={"name": "Cardiology"})).json()
    anna = (await admin.post("/api/users", json=ANNA)).json()
    nurse = {"username": "ewa", "name": "Ewa Żółć", "role": "ward", "departments": [ward["id"]]}
    assert (await admin.post("/api/users", json=nurse)).status_code == 201
    await admin.post(f"/api/users/{anna['id']}/disable")

    async def names(**params: str) -> list[str]:
        answer = await admin.get("/api/users", params=params)
        assert answer.status_code == 200
        return [item["username"] for item in answer.json()["items"]]

    assert await names(role="ward") == ["ewa"]
    assert await names(department=ward["id"]) == ["ewa"]
    assert await names(active="false") == ["anna.nowak"]
    assert await names(active="true", sort="username") == ["boss", "ewa"]
    assert await names(q="zolc") == ["ewa"]
    assert await names(department=str(uuid4())) == []
    wrong = await admin.get("/api/users", params={"department": "x"})
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/department"]


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"username": "a"}, "/username", "field.too_short"),
        ({"username": "anna nowak"}, "/username", "field.characters"),
        ({"username": "anna@x"}, "/username", "field.characters"),
        ({"username": "anna\x00"}, "/username", "field.characters"),
        ({"username": "x" * 65}, "/username", "field.too_long"),
        ({"name": "  "}, "/name", "field.characters"),
        ({"name": "Anna\nNowak"}, "/name", "field.characters"),
        ({"email": "anna"}, "/email", "field.email"),
        ({"language": "de"}, "/language", "field.choice"),
        ({"role": "king"}, "/role", "account.role_unknown"),
        ({"role": None}, "/role", "field.type"),
        ({"departments": ["x"]}, "/departments/0", "field.id"),
        ({"departments": [str(uuid4())]}, "/departments/0", "department.unknown"),
        ({"password": 7}, "/password", "field.type"),
        ({"password_hash": "x"}, "/password_hash", "field.unknown"),
        ({"active": False}, "/active", "field.unknown"),
    ],
)
async def test_refuses_bad_input_at_its_field(
    sign_in: SignIn, change: dict[str, Any], pointer: str, code: str
) -> None:
    admin = await sign_in("admin")
    refused = await admin.post("/api/users", json=ANNA | change)
    assert refused.status_code == 422
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [(pointer, code)]
    assert await accounts(sign_in) == 1


async def test_names_every_broken_password_rule_at_the_field(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    refused = await admin.post("/api/users", json=ANNA | {"password": "nowak"})
    assert (refused.status_code, refused.json()["code"]) == (422, "password.weak")
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/password"}
    assert [error["code"].removeprefix("password.") for error in refused.json()["errors"]] == [
        "too_short", "no_upper", "no_digit", "no_special", "personal",
    ]  # fmt: skip
    assert await accounts(sign_in) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"username": "ANNA.NOWAK", "email": ""}, "account.username_taken"),
        ({"username": "other", "email": "Anna.Nowak@Szpital.Example"}, "account.email_taken"),
    ],
)
async def test_refuses_a_name_or_address_that_is_taken(
    sign_in: SignIn, change: dict[str, str], code: str
) -> None:
    admin = await sign_in("admin")
    assert (await admin.post("/api/users", json=ANNA)).status_code == 201
    refused = await admin.post("/api/users", json=ANNA | change)
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert await accounts(sign_in) == 2


@pytest.mark.parametrize("deed", ["disable", "password", "role"])
async def test_disabling_a_new_password_and_a_new_role_end_all_sessions_at_once(
    sign_in: SignIn, deed: str
) -> None:
    admin = await sign_in("admin")
    made = await admin.post("/api/users", json=ANNA)
    url = f"/api/users/{made.json()['id']}"
    devices = [await signs_in(sign_in, "anna.nowak", "Blue-7-Kettles") for _ in range(2)]
    etag = {"If-Match": made.headers["etag"]}
    if deed == "disable":
        answer = await admin.post(f"{url}/disable")
    elif deed == "password":
        answer = await admin.post(f"{url}/password", json={"password": "Green-8-Kettles"})
    else:
        answer = await admin.put(url, json=without_password(ANNA) | {"role": "technician"}, headers=etag)
    assert answer.status_code == 200
    assert [(await device.get("/api/auth/me")).status_code for device in devices if device] == [401, 401]
    assert (await admin.get("/api/auth/me")).status_code == 200
    async with sign_in.database.connection() as db:
        assert await fetch_value(db, "select count(*) from people.session") == 1


async def test_a_change_that_keeps_the_role_ends_no_session(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    made = await admin.post("/api/users", json=ANNA)
    device = await signs_in(sign_in, "anna.nowak", "Blue-7-Kettles")
    assert device is not None
    await admin.put(
        f"/api/users/{made.json()['id']}",
        json=without_password(ANNA) | {"name": "Anna"},
        headers={"If-Match": made.headers["etag"]},
    )
    assert (await device.get("/api/auth/me")).json()["user"]["name"] == "Anna"


async def test_a_disabled_user_cannot_sign_in_until_enabled(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    url = f"/api/users/{(await admin.post('/api/users', json=ANNA)).json()['id']}"
    assert (await admin.post(f"{url}/disable")).json()["active"] is False
    again = await admin.post(f"{url}/disable")
    assert (again.status_code, again.json()["active"]) == (200, False)
    assert await signs_in(sign_in, "anna.nowak", "Blue-7-Kettles") is None
    assert (await admin.post(f"{url}/enable")).json()["active"] is True
    assert await signs_in(sign_in, "anna.nowak", "Blue-7-Kettles")


async def test_a_password_set_by_an_admin_replaces_the_old_one(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    url = f"/api/users/{(await admin.post('/api/users', json=ANNA)).json()['id']}"
    weak = await admin.post(f"{url}/password", json={"password": "kettle"})
    assert (weak.status_code, weak.json()["code"]) == (422, "password.weak")
    assert await signs_in(sign_in, "anna.nowak", "Blue-7-Kettles")
    assert (await admin.post(f"{url}/password", json={"password": "Green-8-Kettles"})).status_code == 200
    assert await signs_in(sign_in, "anna.nowak", "Blue-7-Kettles") is None
    assert await signs_in(sign_in, "anna.nowak", "Green-8-Kettles")


async def test_the_last_active_admin_stays(sign_in: SignIn) -> None:
    admin = await sign_in("admin", username="boss")
    me = (await admin.get("/api/me")).json()
    url = f"/api/users/{me['id']}"
    disabled = await admin.post(f"{url}/disable")
    assert (disabled.status_code, disabled.json()["code"]) == (409, "account.last_admin")
    demotion = {"username": "boss", "name": "Boss", "role": "pharmacist"}
    demoted = await admin.put(url, json=demotion, headers={"If-Match": '"1"'})
    assert (demoted.status_code, demoted.json()["code"]) == (409, "account.last_admin")
    assert [error["pointer"] for error in demoted.json()["errors"]] == ["/role"]
    assert (await admin.get("/api/me")).json() == me
    second = await admin.post("/api/users", json=ANNA | {"role": "admin"})
    await admin.post(f"/api/users/{second.json()['id']}/disable")
    assert (await admin.post(f"{url}/disable")).status_code == 409  # a disabled one does not count
    await admin.post(f"/api/users/{second.json()['id']}/enable")
    assert (await admin.post(f"{url}/disable")).status_code == 200


async def test_two_admins_cannot_disable_each_other_at_the_same_moment(sign_in: SignIn) -> None:
    import anyio

    first, second = await sign_in("admin"), await sign_in("admin")
    ids = [(await client.get("/api/me")).json()["id"] for client in (first, second)]
    statuses: list[int] = []

    async def disable(client: httpx.AsyncClient, other: str) -> None:
        statuses.append((await client.post(f"/api/users/{other}/disable")).status_code)

    async with anyio.create_task_group() as group:
        group.start_soon(disable, first, ids[1])
        group.start_soon(disable, second, ids[0])
    assert 200 in statuses
    assert statuses != [200, 200]
    async with sign_in.database.connection() as db:
        count = "select count(*) from people.account where role_code = 'admin' and active"
        assert await fetch_value(db, count) == 1


async def test_nobody_hands_out_or_overrules_a_role_that_may_do_more(sign_in: SignIn) -> None:
    """A role of one's own making may manage users without being an administrator."""
    admin = await sign_in("admin", username="boss")
    boss = (await admin.get("/api/me")).json()["id"]
    async with sign_in.database.transaction() as db:
        await execute(
            db,
            "insert into people.role (code, name, permissions) values ('clerk', 'Clerk',"
            " array['people.account.read', 'people.account.write', 'people.password.write'])",
        )
    clerk = await sign_in("clerk")
    made = await clerk.post("/api/users", json=ANNA | {"role": "admin"})
    assert (made.status_code, made.json()["code"]) == (403, "account.role_beyond_own")
    taken = await clerk.post(f"/api/users/{boss}/password", json={"password": "Green-8-Kettles"})
    assert (taken.status_code, taken.json()["code"]) == (403, "account.role_beyond_own")
    assert await signs_in(sign_in, "boss", PASSWORD)
    assert (await clerk.post("/api/users", json=ANNA | {"role": "clerk"})).status_code == 201


@pytest.mark.parametrize("role", ["pharmacist", "technician", "ward", "purchasing"])
async def test_users_are_for_those_who_may(sign_in: SignIn, role: str) -> None:
    client = await sign_in(role)
    own = (await client.get("/api/me")).json()["id"]
    for path in ("/api/users", f"/api/users/{own}", "/api/roles", "/api/audit"):
        assert (await client.get(path)).status_code == 403, path
    for path in ("", f"/{own}/enable", f"/{own}/disable", f"/{own}/password"):
        assert (await client.post(f"/api/users{path}", json={})).status_code == 403, path
    assert await accounts(sign_in) == 1


async def test_an_auditor_reads_and_changes_nothing(sign_in: SignIn) -> None:
    auditor = await sign_in("auditor")
    assert (await auditor.get("/api/users")).json()["total"] == 1
    refused = await auditor.post("/api/users", json=ANNA)
    assert (refused.status_code, refused.json()["code"]) == (403, "access.denied")


async def test_an_unknown_user_is_not_found(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    assert (await admin.get(f"/api/users/{uuid4()}")).status_code == 404
    assert (await admin.post(f"/api/users/{uuid4()}/disable")).status_code == 404
    assert (await admin.get("/api/users/not-an-id")).status_code == 404


async def test_every_change_is_told_before_and_after_without_secrets(sign_in: SignIn) -> None:
    admin = await sign_in("admin", username="boss")
    made = await admin.post("/api/users", json=ANNA)
    user = made.json()["id"]
    await admin.put(
        f"/api/users/{user}",
        json=without_password(ANNA) | {"role": "ward"},
        headers={"If-Match": made.headers["etag"]},
    )
    await admin.post(f"/api/users/{user}/password", json={"password": "Green-8-Kettles"})
    await admin.post(f"/api/users/{user}/disable")
    told = await admin.get("/api/audit", params={"entity": "account", "entity_id": user, "sort": "seq"})
    entries = told.json()["items"]
    assert [entry["action"].removeprefix("people.account.") for entry in entries] == [
        "create", "update", "set_password", "disable",
    ]  # fmt: skip
    assert (entries[1]["before"]["role"], entries[1]["after"]["role"]) == ("pharmacist", "ward")
    assert (entries[3]["before"]["active"], entries[3]["after"]["active"]) == (True, False)
    assert {entry["actor_name"] for entry in entries} == {"Test Admin"}
    assert not any(word in told.text for word in ("argon2", "Kettles", "password_hash"))


async def test_roles_say_what_they_may(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    roles = {role["code"]: role for role in (await admin.get("/api/roles")).json()}
    assert roles["admin"]["users"] == 1
    assert roles["auditor"]["privileged"] is True
    assert all(name.endswith(".read") for name in roles["auditor"]["permissions"])
