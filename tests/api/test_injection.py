"""No parameter of any GET route reaches PostgreSQL as SQL: the classic payloads, on each parameter by itself.

A payload that ran would have moved a sequence on, or slept until its statement was ended, which is a fault: nothing
here is measured by the clock.
"""

import re
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote, unquote

import httpx
import psycopg
import pytest

from stockroom.platform.application_role import NAME as APPLICATION
from tests.api.conftest import application_over, opened
from tests.api.routes import Route
from tests.api.samples import Samples, add_samples
from tests.api.test_every_page import ASKED
from tests.conftest import Clones, SignIn, as_owner

CANARY = "nextval('public.canary')"
PLANT = (
    "create sequence public.canary",
    f"grant usage on schema public to {APPLICATION}",
    f"grant usage on sequence public.canary to {APPLICATION}",
)
SANG = "select is_called from public.canary"
PAYLOADS = (
    "'\"`)\\;--/*",
    f"x' || (select {CANARY})::text || '",
    f"') or 1=(select {CANARY})--",
    f"1 + (select {CANARY})",
    f"name, (select {CANARY})",
    "x' || (select pg_sleep(3600))::text || '",
    f"1; select {CANARY}; select pg_sleep(3600)--",
)
# A page asks the same statements as the API does, and takes longer to draw.
ON_PAGES = (f"'\"`)\\;--/* {CANARY}", f"x' || (select {CANARY}, pg_sleep(3600))::text || '")
# Read as SQL, one holds for every row and the other for none.
TRUE, FALSE = "zzqx' or 'q'='q' --", "zzqx' or 'q'='w' --"
# What pages read besides what they offer as a field or a link.
READ_BY_PAGES = frozenset(
    {"q", "sort", "page", "cursor", "format", "next", "tab", "kind", "at", "code", "token", "way", "from", "size",
     "archived", "days", "product_id", "place_id", "patient_id"}
)  # fmt: skip
OFFERED = re.compile(r'name="(\w+)"|[?&;](\w+)=')
CHANGES_BY_ITSELF = re.compile(r'[0-9a-f]{32}|[\w-]{60,}={0,2}|"instance":"[^"]*"')


@pytest.fixture(scope="module")
def planted(cluster: str, demo_template: str) -> Iterator[str]:
    made = Clones(cluster, demo_template)
    conninfo = add_samples(made.make())
    with psycopg.connect(as_owner(conninfo)) as db:
        for statement in PLANT:
            db.execute(statement.encode())
    yield conninfo
    made.drop_all()


@pytest.fixture
async def target(planted: str) -> AsyncIterator[SignIn]:
    with application_over(planted) as app:
        async with opened(app) as made:
            yield made


def sang(conninfo: str) -> bool:
    with psycopg.connect(as_owner(conninfo)) as db:
        row = db.execute(SANG.encode()).fetchone()
    assert row is not None
    return bool(row[0])


async def names_of(
    client: httpx.AsyncClient, route: Route, address: str, described: dict[str, set[str]]
) -> set[str]:
    """The parameters that the description names, or that the page offers and its kind of page reads."""
    known = described.get(route.path, set()) | described.get(f"/api{route.path}", set())
    if not route.is_page:
        return known
    text = (await client.get(address)).text
    offered = {one or other for one, other in OFFERED.findall(text)} - {"csrf_token", "idempotency_key"}
    return known | offered | READ_BY_PAGES


async def described_parameters(client: httpx.AsyncClient) -> dict[str, set[str]]:
    paths = (await client.get("/api/openapi.json")).json()["paths"]
    return {
        path: {one["name"] for one in item["get"].get("parameters", []) if one["in"] == "query"}
        for path, item in paths.items()
        if "get" in item
    }


async def asked(client: httpx.AsyncClient, address: str, name: str, value: str) -> httpx.Response:
    """The address with this parameter in place of its own."""
    path, _, query = address.partition("?")
    kept = [part for part in query.split("&") if part and part.partition("=")[0] != name]
    return await client.get(f"{path}?{'&'.join([*kept, f'{name}={quote(value)}'])}")


def told(answer: httpx.Response, payload: str) -> tuple[int, str]:
    """What an answer says, without what was asked and what is new in every answer."""
    text = answer.text
    for form in (payload, quote(payload), quote(payload, safe=""), payload.replace("'", "&#39;")):
        text = text.replace(form, "")
    return answer.status_code, CHANGES_BY_ITSELF.sub("", unquote(text))


async def test_no_query_parameter_reaches_the_database_as_sql(
    target: SignIn, planted: str, routes: list[Route], samples: Samples
) -> None:
    client = await target("admin")
    described = await described_parameters(client)
    own = Samples(planted)
    faults, tried = [], 0
    for route in routes:
        if route.method != "GET" or "bare" in route.marks:
            continue
        try:
            address = own.filled(route.path + ASKED.get(route.path, ""))
        except KeyError:
            continue
        for name in sorted(await names_of(client, route, address, described)):
            tried += 1
            for payload in ON_PAGES if route.is_page else PAYLOADS:
                answer = await asked(client, address, name, payload)
                if answer.status_code >= 500:
                    faults.append(f"{route}?{name}={payload}: {answer.status_code}")
            if route.is_page:
                continue
            yes, no = [(await asked(client, address, name, text), text) for text in (TRUE, FALSE)]
            if told(*yes) != told(*no):
                faults.append(f"{route}?{name}: answers what is always true and what never is differently")
    assert faults == []
    assert tried > 335
    assert not sang(planted)


async def test_no_proof_and_no_address_of_a_visitor_reaches_the_database_as_sql(
    target: SignIn, planted: str
) -> None:
    """What sqlmap cannot be let loose on: five wrong answers end a session or lock a name."""
    for payload in (*PAYLOADS, TRUE):
        visitor, client = await target.visitor(), await target("ward")
        answers = [
            await visitor.post("/api/auth/login", json={"username": payload, "password": payload}),
            await visitor.post("/api/auth/request-reset", json={"email": f"{payload}@a.example"}),
            await visitor.post("/api/auth/reset", json={"token": payload, "password": payload}),
            await client.post("/api/auth/step-up", json={"password": payload}),
            await client.post("/api/auth/step-up", json={"totp": payload[:64]}),
            await client.post("/api/auth/second-factor", json={"recovery": payload[:64]}),
            await client.delete(f"/api/me/sessions/{quote(payload, safe='')}"),
        ]
        assert [answer.status_code for answer in answers if answer.status_code not in (401, 404, 422)] == []
    assert not sang(planted)


async def test_no_path_reaches_the_database_as_sql(target: SignIn, planted: str, routes: list[Route]) -> None:
    client = await target("admin")
    faults = []
    for route in routes:
        for payload in PAYLOADS if "{" in route.path and route.method == "GET" else ():
            answer = await client.get(re.sub(r"\{\w+\}", quote(payload, safe=""), route.path))
            if answer.status_code not in (303, 404, 422):
                faults.append(f"{route} {payload}: {answer.status_code}")
    assert faults == []
    assert not sang(planted)
