"""Who comes in where: every route as every role, as nobody, with an API key, and from another department.

What the routes really do is compared with ``docs/security/authorization.md``; ``WRITE_DOCS=1`` writes it anew. A route
without a decision, a permission that does not open it, or a thing of another department that answers, fails.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.routes.http import HTTPRoute

from stockroom.people.actions.keys import KeyInput, create_key
from stockroom.people.rules import BUILTIN_ROLES, NOT_FOR_KEYS, PERMISSIONS
from stockroom.platform.clock import utc_now
from stockroom.platform.db import fetch_values
from stockroom.platform.errors import Refusal
from tests.api.bodies import Bodies
from tests.api.routes import DOCUMENTATION, SAFE, Route
from tests.api.samples import Samples
from tests.api.test_every_page import ASKED
from tests.conftest import SignIn

TABLE = Path(__file__).parents[2] / "docs" / "security" / "authorization.md"
NOWHERE = "00000000-0000-7000-8000-00000000beef"
ROLES = tuple(BUILTIN_ROLES)
# What a sample's request is refused for before anybody looks for the thing.
REFUSED_BEFORE_LOOKING = ["POST /api/receipts/{receipt_id}/documents", "PUT /api/patients/{patient_id}/photo"]
OPEN = frozenset({"public", "bare"})
# Things that belong to a department by the place where they are or were, or by the ward of the patient.
BOUND = frozenset({"place_id", "batch_id", "document_id", "receipt_id", "patient_id", "dispensing_id"})
IN, OWN, OUT, NEVER = "yes", "own", "–", "person"

HEADING = """# Authorization

Who comes in where. Made by `WRITE_DOCS=1 python -m pytest tests/api/test_authorization.py`, which walks every route;
the same test fails where this page is not what the routes do.

- **yes**: comes in. **own**: comes in, for things of the person's own departments; those of others are not found
  (404), as if they did not exist. People who are bound to no department have all of them. **–**: refused.
- *Nobody* is a visitor who is not signed in: **open** pages are marked as such in the program.
- *Key* is an API key: **scope** where it was given exactly the permission of the route, **person** where only people
  come in.

"""


class Reached(Refusal):
    """Raised instead of running a handler: the guards let the request through."""

    code = "test.reached"
    status = 418


@dataclass
class Walker:
    """Sends requests as somebody; cookies are never taken from an answer."""

    client: httpx.AsyncClient
    headers: dict[str, str]

    async def go(self, route: Route, address: str, body: Any = None) -> httpx.Response:
        """A change carries ``body``, for a page as the form, and the version that a sample has."""
        sent: dict[str, Any] = {}
        if route.method not in SAFE:
            sent = {"data": {"version": "1"}} if route.is_page else {"json": body or {}}
        headers = self.headers | {"If-Match": '"1"'}
        answer = await self.client.request(route.method, address, headers=headers, **sent)
        self.client.cookies.clear()
        return answer


@contextmanager
def guards_alone() -> Iterator[None]:
    """Requests go the whole way through middleware and guards, and no further."""

    async def reached(*_: object, **__: object) -> None:
        raise Reached

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HTTPRoute, "_get_response_for_request", reached)
        yield


@contextmanager
def nothing_kept(hospital: SignIn) -> Iterator[None]:
    """Every transaction is rolled back, so that real ids can be walked with whatever it does to them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hospital.database, "complete", hospital.database.abandon)
        yield


async def walker(hospital: SignIn, role: str, departments: list | None = None) -> Walker:
    signed_in = await hospital(role, departments=departments or [])
    cookie = "; ".join(f"{name}={value}" for name, value in signed_in.cookies.items())
    token = signed_in.headers["X-CSRF-Token"]
    return Walker(await hospital.visitor(), {"Cookie": cookie, "X-CSRF-Token": token})


async def key_walkers(hospital: SignIn) -> dict[str, Walker]:
    """One key for each permission that a key can have, all of one administrator."""
    owner = await hospital("admin")
    identity_of = hospital.app.app.state.load_identity
    found = {}
    async with hospital.database.transaction() as db:
        from stockroom.platform.sessions import hash_token

        at = utc_now()
        identity = await identity_of(db, hash_token(owner.cookies["session"]), at)
        for name in sorted(PERMISSIONS.keys() - NOT_FOR_KEYS):
            key = KeyInput(name=name, scopes=[name], expires_on=at.date() + timedelta(days=9))
            made = await create_key(
                db, key=key, owner=identity, most_days=90, actor=identity.actor("test"), at=at
            )
            found[name] = Walker(await hospital.visitor(), {"Authorization": f"Bearer {made.secret}"})
    return found


def is_out(answer: httpx.Response) -> bool:
    to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    return answer.status_code in (401, 403) or to_sign_in


def walked(routes: list[Route]) -> list[Route]:
    """Without files and Litestar's own pages of the API's documentation, which ask for a session themselves."""
    return [
        route for route in routes if "bare" not in route.marks and not route.path.startswith(DOCUMENTATION)
    ]


def anywhere(path: str) -> str:
    for name in [part.partition("}")[0] for part in path.split("{")[1:]]:
        path = path.replace(f"{{{name}}}", "1" if name in ("line", "role_code", "code") else NOWHERE)
    return path


def bound(path: str) -> bool:
    return any(f"{{{name}}}" in path for name in BOUND)


@pytest.fixture(scope="module")
async def decisions(hospital: SignIn, routes: list[Route]) -> dict[Route, dict[str, bool]]:
    """Route → who gets through its guards: each role, ``nobody``, ``key`` (with its scope), ``other`` (without)."""
    people = {role: await walker(hospital, role) for role in ROLES}
    people["nobody"] = Walker(await hospital.visitor(), {})
    keys = await key_walkers(hospital)
    found: dict[Route, dict[str, bool]] = {}
    with guards_alone():
        for route in walked(routes):
            address = anywhere(route.path)
            asked = people | {
                "key": keys.get(route.permission or "", keys["insight.dashboard.read"]),
                "other": keys["catalog.product.read" if route.permission != "catalog.product.read"
                              else "stock.place.read"],
            }  # fmt: skip
            found[route] = {}
            for name, who in asked.items():
                answer = await who.go(route, address)
                assert is_out(answer) or answer.status_code in (418, 404), (str(route), name, answer.text)
                found[route][name] = answer.status_code == 418
    return found


@pytest.fixture(scope="module")
async def wards(hospital: SignIn) -> dict[str, list]:
    """The departments that everything of the samples belongs to, and one where nothing ever was."""
    async with hospital.database.connection() as db:
        right = await fetch_values(db, "select id from people.department where name <> 'Empty wing'")
        wrong = await fetch_values(db, "select id from people.department where name = 'Empty wing'")
    return {"right": right, "wrong": wrong, "none": []}


@pytest.fixture(scope="module")
async def objects(
    hospital: SignIn, routes: list[Route], samples: Samples, wards: dict[str, list]
) -> dict[tuple[Route, str], dict[str, int]]:
    """Route and role → the status for a real thing, from its own department, from another and from none; and, from
    the other department, for a thing that does not exist at all.
    """
    visitor = await hospital.visitor()
    bodies = Bodies((await visitor.get("/api/openapi.json")).json(), samples)
    requests = list(object_requests(routes, samples, bodies))
    found: dict[tuple[Route, str], dict[str, int]] = {}
    for role in ROLES:
        people = {name: await walker(hospital, role, ids) for name, ids in wards.items()}
        with nothing_kept(hospital):
            for route, address, body in requests:
                if route.permission not in BUILTIN_ROLES[role][1]:
                    continue
                statuses = {
                    name: (await who.go(route, address, body)).status_code for name, who in people.items()
                }
                nowhere = await people["wrong"].go(route, anywhere(route.path), body)
                found[route, role] = statuses | {"nowhere": nowhere.status_code}
    return found


def object_requests(
    routes: list[Route], samples: Samples, bodies: Bodies
) -> Iterator[tuple[Route, str, Any]]:
    """Each route about a thing of a department, with a real id and a body that its description calls good."""
    for route in walked(routes):
        if not bound(route.path):
            continue
        try:
            address = samples.filled(route.path + ASKED.get(route.path, ""))
        except KeyError:
            continue
        operation = bodies.description["paths"].get(route.path, {}).get(route.method.lower(), {})
        schema = bodies.schema_of(operation)
        yield route, address, None if schema is None else bodies.good(schema, route.path)


async def test_every_route_is_decided(routes: list[Route]) -> None:
    undecided = [str(r) for r in walked(routes) if r.permission is None and not r.marks & OPEN]
    assert undecided == []


async def test_the_guards_let_in_who_holds_the_permission_and_nobody_else(
    decisions: dict[Route, dict[str, bool]],
) -> None:
    wrong = {}
    for route, found in decisions.items():
        is_open = bool(route.marks & OPEN)
        wanted = {role: is_open or not route.permission or route.permission in BUILTIN_ROLES[role][1]
                  for role in ROLES}  # fmt: skip
        wanted["nobody"] = is_open
        wanted["key"] = is_open or (route.keys and route.permission not in NOT_FOR_KEYS)
        wanted["other"] = is_open or (route.keys and not route.permission)
        if found != wanted:
            wrong[str(route)] = {name: found[name] for name in found if found[name] != wanted[name]}
    assert wrong == {}
    assert len(decisions) > 230


async def test_things_of_another_department_do_not_exist(
    objects: dict[tuple[Route, str], dict[str, int]],
) -> None:
    """Not even by another refusal than a made-up id gets: that would tell that they are there."""
    leaks = {
        f"{route} as {role}": statuses
        for (route, role), statuses in objects.items()
        if statuses["wrong"] != statuses["nowhere"]
        or statuses["wrong"] < 400
        or (route.method in SAFE and statuses["wrong"] != 404)
        or any(statuses[name] in (401, 403, 404) for name in ("right", "none"))
    }
    assert leaks == {}
    found = Counter(route for route, _ in objects)
    assert len(found) > 40
    not_found = {route for (route, _), statuses in objects.items() if statuses["wrong"] == 404}
    assert sorted(str(route) for route in found.keys() - not_found) == REFUSED_BEFORE_LOOKING


async def test_the_page_says_what_the_routes_do(decisions: dict[Route, dict[str, bool]]) -> None:
    told = HEADING + table(decisions)
    if os.environ.get("WRITE_DOCS"):
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text(told, "utf-8")
    assert TABLE.read_text("utf-8") == told


def table(decisions: dict[Route, dict[str, bool]]) -> str:
    head = ["Route", "Asks for", "Nobody", "Key", *ROLES]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for route, found in decisions.items():
        comes_in = OWN if bound(route.path) else IN
        key = (
            "open"
            if route.marks & OPEN
            else NEVER
            if not found["key"]
            else "scope"
            if not found["other"]
            else IN
        )
        cells = [
            f"`{route}`",
            "open" if route.marks & OPEN else f"`{route.permission}`" if route.permission else "signed in",
            "open" if found["nobody"] else OUT,
            key,
            *(comes_in if found[role] else OUT for role in ROLES),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
