"""What bad input gets, on every operation that changes something: a problem that says where, and nothing written."""

import msgspec
import pytest
from litestar import Litestar

from tests.api.bodies import NOWHERE, Bodies, Spoilt

# What any write leaves a trace in.
TRACES = """
select (select seq from platform.audit_head), (select count(*) from platform.idempotency),
    (select coalesce(sum(last), 0) from platform.counter), (select count(*) from stock.movement),
    (select sum(n_tup_ins + n_tup_upd + n_tup_del) * 0 from pg_stat_user_tables)
"""
# Any user name and password may be tried; the answer is 401 whatever they are.
ANSWERS_ELSEWHERE = {"/api/auth/login"}
# Proofs of who one is likewise; a few wrong ones end the session that gives them.
ANSWERS_ELSEWHERE |= {"/api/auth/second-factor", "/api/auth/passkey", "/api/auth/step-up"}
# What is not finished yet is shown as far as it goes.
SAYS_AND_WRITES_NOTHING = {"/api/dispensings/preview"}


@pytest.fixture(scope="session")
def description(hospital):
    litestar = hospital.app.app
    assert isinstance(litestar, Litestar)
    return msgspec.json.decode(msgspec.json.encode(litestar.openapi_schema.to_schema(), enc_hook=str))


@pytest.fixture(scope="session")
def changes(description):
    """Method, path and operation of everything that changes something."""
    return [
        (method, path, operation)
        for path, item in description["paths"].items()
        for method, operation in item.items()
        if method in {"post", "put", "delete"} and path not in ANSWERS_ELSEWHERE
    ]


async def traces(hospital):
    async with hospital.database.connection() as db:
        cursor = await db.execute(TRACES.encode())
        return await cursor.fetchone()


def strict_json(body: bytes) -> bool:
    """Without NaN and the infinities, which JSON does not have."""
    try:
        msgspec.json.decode(body)
    except msgspec.DecodeError:
        return False
    return True


def fault_of(answer, path: str, spoilt: Spoilt) -> str | None:
    """What the answer lacks of a helpful problem."""
    if answer.status_code == 200 and path in SAYS_AND_WRITES_NOTHING:
        return None if strict_json(answer.content) else f"{spoilt.what}: no JSON {answer.text[:200]}"
    if not 400 <= answer.status_code < 500:
        return f"{spoilt.what}: {answer.status_code} {answer.text[:200]}"
    problem = answer.json()
    if answer.headers["content-type"] != "application/problem+json" or not problem["code"]:
        return f"{spoilt.what}: no problem {answer.text[:200]}"
    if answer.status_code == 422 and not problem["errors"]:
        return f"{spoilt.what}: says nowhere what is wrong {answer.text[:200]}"
    return misplaced(answer.status_code, problem, spoilt)


def misplaced(status: int, problem, spoilt: Spoilt) -> str | None:
    """What is wrong with the shape of a field is told at that field."""
    if not spoilt.pointer or not spoilt.is_text_shape or spoilt.raw is not None:
        return None
    pointers = [error["pointer"] for error in problem["errors"]]
    if status == 422 and any(pointer.startswith(spoilt.pointer) for pointer in pointers):
        return None
    return f"{spoilt.what}: {status} {problem['code']} at {pointers}"


async def test_every_spoilt_body_gets_a_problem_at_its_field(hospital, description, changes, samples):
    client = await hospital("admin")
    client.headers["If-Match"] = '"1"'
    bodies = Bodies(description, samples)
    before, faults, tried = await traces(hospital), [], 0
    for method, path, operation in changes:
        schema = bodies.schema_of(operation)
        if schema is None:
            continue
        try:
            address = samples.filled(path)
        except KeyError:
            address = path.replace("{document_id}", NOWHERE)
        for spoilt in bodies.spoilt(schema, path):
            raw = msgspec.json.encode(spoilt.body) if spoilt.raw is None else spoilt.raw
            answer = await client.request(
                method.upper(), address, content=raw, headers={"Content-Type": "application/json"}
            )
            tried += 1
            if fault := fault_of(answer, path, spoilt):
                faults.append(f"{method.upper()} {path}: {fault}")
    assert not faults, f"{len(faults)} of {tried}:\n" + "\n".join(faults)
    assert tried > 1_000
    assert await traces(hospital) == before


async def test_unknown_ids_and_malformed_ones_are_not_found(hospital, changes, samples):
    client = await hospital("admin")
    client.headers["If-Match"] = '"1"'
    before, faults = await traces(hospital), []
    for method, path, _ in changes:
        for wrong in (NOWHERE, "not-an-id", "%00", "..%2f..", "a" * 3_000):
            if "{" not in path:
                continue
            address = path
            for name in [part.partition("}")[0] for part in path.split("{")[1:]]:
                address = address.replace(f"{{{name}}}", wrong)
            answer = await client.request(method.upper(), address, json={})
            if answer.status_code not in (404, 409, 422) or not answer.json()["code"]:
                faults.append(f"{method} {path} {wrong[:20]}: {answer.status_code} {answer.text[:200]}")
    assert not faults, "\n".join(faults)
    assert await traces(hospital) == before


async def test_no_list_breaks_on_a_wrong_parameter(hospital, description, samples):
    client = await hospital("admin")
    faults = []
    for path, item in description["paths"].items():
        if "get" not in item or "{" in path:
            continue
        names = {one["name"] for one in item["get"].get("parameters", []) if one["in"] == "query"}
        for name in sorted(names | {"no_such_parameter"} if names else names):
            for value in (
                "\x00",
                "a" * 5_000,
                "-1",
                "1e400",
                "2026-02-30",
                "9999-12-31",
                "0001-01-01",
                "'\"<script>",
                NOWHERE,
            ):
                answer = await client.get(path, params={name: value})
                if answer.status_code >= 500 or (name == "no_such_parameter" and answer.status_code == 200):
                    faults.append(f"{path}?{name}={value[:20]!r}: {answer.status_code} {answer.text[:200]}")
    assert not faults, "\n".join(faults)


async def test_every_sort_of_every_list_answers(hospital, description, samples):
    """Each column both ways, by pages and by cursor to the second slice."""
    client = await hospital("admin")
    faults = []
    for path, item in description["paths"].items():
        sorts = [
            sort
            for one in item.get("get", {}).get("parameters", [])
            if one["name"] == "sort"
            for sort in one["schema"]["enum"]
        ]
        for sort in sorts:
            address = samples.filled(path)
            whole = await client.get(address, params={"sort": sort, "per_page": 4})
            first = await client.get(address, params={"sort": sort, "limit": 2})
            if whole.status_code == 422 and path == "/api/stock-card":
                continue
            if whole.status_code != 200 or first.status_code != 200:
                faults.append(f"{path} {sort}: {whole.status_code} {first.status_code} {first.text[:200]}")
                continue
            items = first.json()["items"]
            if first.json()["has_more"]:
                cursor = {"sort": sort, "limit": 2, "cursor": first.json()["next_cursor"]}
                items = items + (await client.get(address, params=cursor)).json()["items"]
            if items != whole.json()["items"]:
                faults.append(f"{path} {sort}: slices and page differ")
    assert not faults, "\n".join(faults)
