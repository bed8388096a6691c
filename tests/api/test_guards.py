"""Every route says who may come in, and none changes anything for a form from elsewhere."""

import pytest
from litestar import Litestar, get, post

from stockroom.people.rules import PERMISSIONS
from stockroom.platform.web import Needs
from tests.api.routes import DOCUMENTATION, SAFE, Route, routes_of

OPEN = frozenset({"public", "bare"})
NOWHERE = "00000000-0000-7000-8000-00000000dead"


def unguarded(routes):
    return [
        str(route)
        for route in routes
        if route.permission is None and not route.marks & OPEN and not route.path.startswith(DOCUMENTATION)
    ]


def test_every_route_has_a_guard_or_is_marked_open(routes):
    assert len(routes) > 150
    assert unguarded(routes) == []


def test_every_guard_names_a_known_permission(routes):
    assert [str(route) for route in routes if route.permission and route.permission not in PERMISSIONS] == []


def test_every_permission_opens_something(routes):
    """A permission that no route asks for promises what is not there. Some are asked for inside an action."""
    asked_inside = {
        "platform.health.read",
        "interchange.import.run",
        "catalog.price.read",
        "platform.mail.read",  # its page is there in development alone
    }
    used = {route.permission for route in routes}
    assert sorted(PERMISSIONS.keys() - used - asked_inside) == []


def test_what_changes_is_not_open_to_readers(routes):
    """The two exceptions write nothing: they say what a posting would do."""
    found = {
        str(route)
        for route in routes
        if route.method not in SAFE and route.permission and route.permission.endswith(".read")
    }
    assert found <= {"POST /stock/allocation", "POST /api/patients/search"}


async def test_every_change_refuses_a_request_without_its_token(hospital, routes):
    client = await hospital("admin")
    del client.headers["X-CSRF-Token"]
    let_in = {}
    for route in routes:
        if not route.is_unsafe:
            continue
        for origin in ({}, {"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
            path = anywhere(route.path)
            answer = await client.request(route.method, path, json={}, headers=origin)
            if answer.status_code != 403:
                let_in[str(route), *origin] = answer.status_code
    assert let_in == {}


async def test_every_change_refuses_a_token_of_another_session(hospital, routes):
    client, other = await hospital("admin"), await hospital("admin")
    client.headers["X-CSRF-Token"] = other.headers["X-CSRF-Token"]
    let_in = {}
    for route in routes:
        if route.is_unsafe:
            answer = await client.request(route.method, anywhere(route.path), json={})
            if answer.status_code != 403:
                let_in[str(route)] = answer.status_code
    assert let_in == {}


async def test_nobody_gets_past_a_guard_without_signing_in(hospital, routes):
    visitor = await hospital.visitor()
    let_in = {}
    for route in routes:
        if route.permission is None:
            continue
        answer = await visitor.request(route.method, anywhere(route.path), json={})
        sent_to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        if answer.status_code not in (401, 403) and not sent_to_sign_in:
            let_in[str(route)] = answer.status_code
    assert let_in == {}


async def test_a_role_without_the_permission_is_refused(hospital, routes):
    """The auditor reads everything and changes nothing."""
    client = await hospital("auditor")
    let_in = {}
    for route in routes:
        if route.method in SAFE or not route.permission:
            continue
        answer = await client.request(route.method, anywhere(route.path), json={})
        wanted = 403 if not route.permission.endswith(".read") else answer.status_code
        if answer.status_code != wanted:
            let_in[str(route)] = answer.status_code
    assert let_in == {}


def anywhere(path: str) -> str:
    for name in [part.partition("}")[0] for part in path.split("{")[1:]]:
        path = path.replace(f"{{{name}}}", "1" if name == "line" else NOWHERE)
    return path


@pytest.mark.parametrize("guards", [[], [Needs("")], [Needs("stock.balance.read")]])
def test_the_rule_sees_a_route_without_a_guard(guards):
    @get("/planted", guards=guards)
    async def planted() -> None: ...

    @post("/open", opt={"public": True})
    async def marked() -> None: ...

    routes = routes_of(Litestar([planted, marked], openapi_config=None))
    keys = bool(guards and guards[0].permission)
    assert (
        Route("GET", "/planted", guards[0].permission if guards else None, frozenset(), keys=keys) in routes
    )
    assert unguarded(routes) == ([] if guards else ["GET /planted"])
