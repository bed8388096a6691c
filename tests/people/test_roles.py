"""Built-in roles, and roles of one's own (P9)."""

from typing import Any

import httpx
import pytest

from stockroom.people import rules
from stockroom.people.actions.custom_roles import code_of
from stockroom.people.rules import BUILTIN_ROLES, NOT_FOR_KEYS, PERMISSIONS, READS, SECURITY
from stockroom.platform.db import execute, fetch_value
from tests.conftest import SignIn

NIGHT: dict[str, Any] = {
    "name": "Night desk",
    "permissions": ["catalog.product.read", "insight.dashboard.read", "stock.balance.read"],
}
COUNT = "select count(*) from people.role where not builtin"


async def make(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    made = await client.post("/api/roles", json=NIGHT | changes)
    assert made.status_code == 201, made.text
    return made.json()


async def roles_kept(sign_in: SignIn) -> int:
    async with sign_in.database.connection() as db:
        return await fetch_value(db, COUNT)


def test_every_role_is_there_and_a_manager_lacks_security_alone() -> None:
    assert set(BUILTIN_ROLES) == {
        "admin", "manager", "pharmacist", "technician", "ward", "purchasing", "sales", "storekeeper", "foreman",
        "employee", "auditor",
    }  # fmt: skip
    held = {code: permissions for code, (_, permissions) in BUILTIN_ROLES.items()}
    assert held["admin"] - held["manager"] == SECURITY
    assert held["auditor"] == READS
    assert all(permissions <= held["manager"] for code, permissions in held.items() if code != "admin")
    assert {code for code, permissions in held.items() if permissions & NOT_FOR_KEYS} == {"admin", "manager"}
    writes = {code: held[code] - READS for code in ("sales", "employee", "foreman", "storekeeper")}
    assert writes == {
        "sales": set(),
        "employee": set(),
        "foreman": {"stock.issue.post"},
        "storekeeper": {"stock.issue.post", "stock.transfer.post", "stock.adjustment.post", "stock.hold.write",
                        "buying.receipt.post"},
    }  # fmt: skip


def test_the_matrix_holds_every_permission_once_and_says_what_is_off() -> None:
    parts = rules.matrix(modules_on=("selling", "making"))
    shown = [name for part in parts for row in part.things for name in (*row.reads, *row.deeds)]
    assert sorted(shown) == sorted(PERMISSIONS)
    assert [part.module for part in parts if not part.is_on] == ["dispensing"]
    assert all(part.is_on for part in rules.matrix(modules_on=("dispensing",)))


def test_a_code_is_readable_and_never_that_of_a_built_in_role() -> None:
    assert code_of("Łódź – zespół nocny").startswith("lodz-zespol-nocny-")
    assert code_of("…").startswith("role-")
    assert code_of("Admin") not in BUILTIN_ROLES
    assert code_of("a") != code_of("a")


async def test_makes_changes_and_archives_a_role(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    made = await make(admin)
    url, etag = f"/api/roles/{made['code']}", {"If-Match": '"1"'}
    assert (made["builtin"], made["active"], made["users"]) == (False, True, 0)
    changed = await admin.put(url, json=NIGHT | {"name": "Night", "privileged": True}, headers=etag)
    assert (changed.status_code, changed.json()["name"], changed.json()["version"]) == (200, "Night", 2)
    assert (await admin.put(url, json=NIGHT, headers=etag)).json()["code"] == "version.stale"
    assert (await admin.delete(url, headers=etag)).json()["code"] == "version.stale"
    assert (await admin.delete(url, headers={"If-Match": '"2"'})).status_code == 204
    assert made["code"] not in [role["code"] for role in (await admin.get("/api/roles")).json()]
    assert (await admin.put(url, json=NIGHT, headers={"If-Match": '"3"'})).status_code == 404
    user = {"username": "ewa", "name": "Ewa", "role": made["code"]}
    assert (await admin.post("/api/users", json=user)).json()["code"] == "account.role_unknown"
    entries = (await admin.get("/api/audit", params={"entity": "role"})).json()["items"]
    assert [entry["action"] for entry in entries] == [
        "people.role.archive", "people.role.update", "people.role.create",
    ]  # fmt: skip
    assert (entries[1]["before"]["name"], entries[1]["after"]["name"]) == ("Night desk", "Night")
    assert (await make(admin, name="NIGHT"))["code"] != made["code"]


async def test_making_a_role_twice_with_one_key_makes_one(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    answers = [await admin.post("/api/roles", json=NIGHT, headers={"Idempotency-Key": "r"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert await roles_kept(sign_in) == 1


@pytest.mark.parametrize(
    ("change", "pointer", "code", "status"),
    [
        ({"name": "  "}, "/name", "field.characters", 422),
        ({"name": "ward NURSE"}, "/name", "role.name_taken", 409),
        ({"permissions": ["stock.balance.read", "all"]}, "/permissions/1", "role.permission_unknown", 422),
        ({"permissions": "all"}, "/permissions", "field.type", 422),
        ({"builtin": True}, "/builtin", "field.unknown", 422),
    ],
)
async def test_refuses_a_bad_role_and_keeps_nothing(
    sign_in: SignIn, change: dict[str, Any], pointer: str, code: str, status: int
) -> None:
    admin = await sign_in("admin")
    refused = await admin.post("/api/roles", json=NIGHT | change)
    assert refused.status_code == status
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [(pointer, code)]
    assert await roles_kept(sign_in) == 0


@pytest.mark.parametrize("code", ["admin", "ward"])
async def test_built_in_roles_stay_as_they_are(sign_in: SignIn, code: str) -> None:
    admin = await sign_in("admin")
    before = (await admin.get(f"/api/roles/{code}")).json()
    for answer in (
        await admin.put(f"/api/roles/{code}", json=NIGHT, headers={"If-Match": '"1"'}),
        await admin.delete(f"/api/roles/{code}", headers={"If-Match": '"1"'}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "role.builtin")
    assert (await admin.get(f"/api/roles/{code}")).json() == before
    assert (await admin.get("/api/auth/me")).status_code == 200


async def test_nobody_gives_a_role_what_they_may_not_do_themselves(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    own = ["people.account.read", "people.role.write", "catalog.product.read"]
    keeper = await sign_in((await make(admin, name="Keeper", permissions=own))["code"])
    beyond = await keeper.post(
        "/api/roles", json=NIGHT | {"permissions": ["catalog.product.read", "stock.balance.read"]}
    )
    assert (beyond.status_code, beyond.json()["code"]) == (403, "role.beyond_own")
    assert [error["pointer"] for error in beyond.json()["errors"]] == ["/permissions/1"]
    assert await roles_kept(sign_in) == 1
    lesser = await make(keeper, name="Lesser", permissions=["catalog.product.read"])
    raised = await keeper.put(f"/api/roles/{lesser['code']}", json=NIGHT, headers={"If-Match": '"1"'})
    assert raised.json()["code"] == "role.beyond_own"
    greater = await make(admin)
    cut = {"name": "Cut", "permissions": []}
    overruled = await keeper.put(f"/api/roles/{greater['code']}", json=cut, headers={"If-Match": '"1"'})
    assert overruled.json()["code"] == "role.beyond_own"
    gone = await keeper.delete(f"/api/roles/{greater['code']}", headers={"If-Match": '"1"'})
    assert gone.json()["code"] == "role.beyond_own"
    assert (await admin.get(f"/api/roles/{greater['code']}")).json() == greater


async def test_other_permissions_end_the_sessions_of_the_holders_alone(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    made = await make(admin)
    holder, bystander = await sign_in(made["code"]), await sign_in("pharmacist")
    url = f"/api/roles/{made['code']}"
    same = NIGHT | {"name": "Renamed", "permissions": NIGHT["permissions"][::-1]}
    assert (await admin.put(url, json=same, headers={"If-Match": '"1"'})).status_code == 200
    assert (await holder.get("/api/auth/me")).status_code == 200
    less = NIGHT | {"permissions": ["catalog.product.read"]}
    assert (await admin.put(url, json=less, headers={"If-Match": '"2"'})).status_code == 200
    assert (await holder.get("/api/auth/me")).status_code == 401
    for client in (admin, bystander):
        assert (await client.get("/api/auth/me")).status_code == 200


async def test_a_role_that_somebody_has_is_not_archived(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    made = await make(admin)
    holder = await sign_in(made["code"])
    own = (await holder.get("/api/me")).json()["id"]
    url, etag = f"/api/roles/{made['code']}", {"If-Match": '"1"'}
    for deed in ("enable", "disable"):
        await admin.post(f"/api/users/{own}/{deed}")
        refused = await admin.delete(url, headers=etag)
        assert (refused.status_code, refused.json()["code"]) == (409, "role.held")
    assert (await admin.get(url)).json()["active"] is True


async def test_a_role_is_not_given_away_while_it_is_archived(sign_in: SignIn) -> None:
    """Whoever gives it holds it as it is; the one who archives waits and is refused."""
    import anyio

    admin = await sign_in("admin")
    made = await make(admin)
    user = {"username": "ewa", "name": "Ewa", "role": made["code"]}
    statuses: dict[str, int] = {}

    async def give() -> None:
        statuses["give"] = (await admin.post("/api/users", json=user)).status_code

    async def archive() -> None:
        answer = await admin.delete(f"/api/roles/{made['code']}", headers={"If-Match": '"1"'})
        statuses["archive"] = answer.status_code

    async with anyio.create_task_group() as group:
        group.start_soon(give)
        group.start_soon(archive)
    assert statuses in ({"give": 201, "archive": 409}, {"give": 422, "archive": 204})
    lost = (
        "select count(*) from people.account a join people.role r on r.code = a.role_code where not r.active"
    )
    async with sign_in.database.connection() as db:
        assert await fetch_value(db, lost) == 0


async def test_a_manager_hands_out_roles_but_neither_passwords_nor_admins(sign_in: SignIn) -> None:
    manager, admin = await sign_in("manager"), await sign_in("admin")
    user = {"username": "ewa", "name": "Ewa", "role": "pharmacist"}
    made = await manager.post("/api/users", json=user)
    assert made.status_code == 201
    with_password = user | {"username": "jan", "password": "Blue-7-Kettles"}
    refused = await manager.post("/api/users", json=with_password)
    assert (refused.status_code, refused.json()["code"]) == (403, "account.password_not_yours")
    url = f"/api/users/{made.json()['id']}"
    assert (await manager.post(f"{url}/password", json={"password": "Blue-7-Kettles"})).status_code == 403
    raised = await manager.put(url, json=user | {"role": "admin"}, headers={"If-Match": '"1"'})
    assert raised.json()["code"] == "account.role_beyond_own"
    boss = (await admin.get("/api/me")).json()["id"]
    assert (await manager.post(f"/api/users/{boss}/disable")).json()["code"] == "account.role_beyond_own"
    assert (await manager.post("/api/roles", json=NIGHT)).status_code == 403
    assert "password" not in (await manager.get("/users/new")).text.split("<main")[1]


async def test_a_permission_that_no_longer_exists_binds_nobody(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    made = await make(admin)
    async with sign_in.database.transaction() as db:
        await execute(db, "update people.role set permissions = permissions || '{gone.thing.read}'::text[]"
                          " where not builtin")  # fmt: skip
    assert (await admin.get(f"/roles/{made['code']}")).status_code == 200
    user = {"username": "ewa", "name": "Ewa", "role": made["code"]}
    assert (await admin.post("/api/users", json=user)).status_code == 201
    assert (await admin.put(f"/api/roles/{made['code']}", json=NIGHT,
                            headers={"If-Match": '"1"'})).status_code == 200  # fmt: skip


async def test_the_permissions_are_told_in_words(sign_in: SignIn) -> None:
    auditor = await sign_in("auditor")
    found = {item["code"]: item for item in (await auditor.get("/api/permissions")).json()}
    assert found.keys() == PERMISSIONS.keys()
    assert found["stock.hold.write"] | {"words": ""} == {
        "code": "stock.hold.write", "module": "Stock", "thing": "Holds", "words": "", "is_on": True,
        "for_keys": True,
    }  # fmt: skip
    polish = await auditor.get("/api/permissions", headers={"Accept-Language": "pl"})
    assert polish.json()[0]["words"] != next(iter(PERMISSIONS.values()))


async def test_pages_make_copy_edit_and_archive(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    form = {"name": "Night", "permissions": NIGHT["permissions"], "idempotency_key": "one"}
    made = await admin.post("/roles/new", data=form)
    assert made.status_code == 303, made.text
    url = made.headers["location"]
    shown = await admin.get(url)
    assert "See stock, batches and movements" in shown.text
    assert "stock.balance.read" not in shown.text
    copy = (await admin.get("/roles/new?from=technician")).text
    assert 'value="Pharmacy technician (copy)"' in copy
    assert copy.count(" checked") == len(BUILTIN_ROLES["technician"][1])
    refused = await admin.post("/roles/new", data=form | {"name": "", "idempotency_key": "two"})
    assert refused.status_code == 422
    assert refused.text.count(" checked") == 3
    odd = await admin.post("/roles/new", data=form | {"permissions": ["root"], "idempotency_key": "three"})
    assert (odd.status_code, "There is no such permission" in odd.text) == (422, True)
    edited = await admin.post(f"{url}/edit", data={"name": "Late", "permissions": [], "version": "1"})
    assert edited.status_code == 303
    assert (await admin.post(f"{url}/edit", data={"name": "Later", "version": "1"})).status_code == 409
    assert "Late" in (await admin.get("/roles")).text
    assert (await admin.post(f"{url}/archive", data={"version": "2"})).status_code == 303
    assert "Late" not in (await admin.get("/roles")).text
    assert "Late" in (await admin.get("/roles?archived=true")).text
    assert (await admin.get("/roles/ward/edit")).status_code == 409
    assert (await admin.get("/roles/nobody")).status_code == 404


async def test_a_copy_leaves_out_what_the_copier_lacks(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    own = ["people.account.read", "people.role.write", "catalog.product.read"]
    keeper = await sign_in((await make(admin, permissions=own))["code"])
    copy = (await keeper.get("/roles/new?from=employee")).text
    assert copy.count(" checked") == 1
    assert copy.count(" disabled") == len(PERMISSIONS) - len(own)
