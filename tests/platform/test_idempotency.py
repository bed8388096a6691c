"""One effect for a double click and a retry, also when they come at the same moment."""

import anyio
import httpx
import pytest

from stockroom.platform.db import fetch_value
from stockroom.platform.idempotency import KeyInvalid, check_key, fingerprint
from tests.conftest import PASSWORD, SignIn

DEPARTMENTS = "select count(*) from people.department"
KEYS = "select count(*) from platform.idempotency"


async def count(sign_in: SignIn, statement: str) -> int:
    async with sign_in.database.connection() as db:
        return await fetch_value(db, statement)  # pyright: ignore[reportArgumentType]  # one of ours


async def test_the_same_key_at_the_same_moment_has_one_effect(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    answers: list[httpx.Response] = []

    async def send() -> None:
        answers.append(
            await client.post(
                "/api/departments", json={"name": "Oncology"}, headers={"Idempotency-Key": "one"}
            )
        )

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(send)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 7
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await count(sign_in, DEPARTMENTS) == 1


async def test_a_refused_request_keeps_no_answer(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    key = {"Idempotency-Key": "two"}
    refused = await client.post("/api/departments", json={"name": ""}, headers=key)
    assert refused.status_code == 422
    assert await count(sign_in, KEYS) == 0
    mended = await client.post("/api/departments", json={"name": "Oncology"}, headers=key)
    assert mended.status_code == 201


async def test_a_key_belongs_to_one_person(sign_in: SignIn) -> None:
    key = {"Idempotency-Key": "three"}
    for name in ("Oncology", "Surgery"):
        client = await sign_in("admin")
        assert (await client.post("/api/departments", json={"name": name}, headers=key)).status_code == 201
    assert await count(sign_in, DEPARTMENTS) == 2


async def test_a_key_used_for_something_else_is_refused(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    key = {"Idempotency-Key": "four"}
    body = {"name": "Oncology"}
    assert (await client.post("/api/departments", json=body, headers=key)).status_code == 201
    for path, other in (("/api/departments", {"name": "Surgery"}), ("/api/users", body)):
        refused = await client.post(path, json=other, headers=key)
        assert (refused.status_code, refused.json()["code"]) == (409, "idempotency.mismatch")


async def test_a_visitors_sign_in_is_never_kept(sign_in: SignIn) -> None:
    """Its answer carries a form token, and its body a password."""
    await sign_in("admin", username="boss")
    key = {"Idempotency-Key": "five"}
    body = {"username": "boss", "password": PASSWORD}
    for _ in range(2):
        visitor = await sign_in.visitor()
        answer = await visitor.post("/api/auth/login", json=body, headers=key)
        assert answer.status_code == 200
        assert "session=" in answer.headers["set-cookie"]
        assert "idempotency-replayed" not in answer.headers
    assert await count(sign_in, KEYS) == 0


async def test_no_answer_to_a_visitor_is_kept(sign_in: SignIn) -> None:
    """All visitors would share one place for their keys."""
    ask = {"email": "ewa@szpital.example"}
    for _ in range(2):
        visitor = await sign_in.visitor()
        answer = await visitor.post("/api/auth/request-reset", json=ask, headers={"Idempotency-Key": "six"})
        assert answer.status_code == 202
        assert "idempotency-replayed" not in answer.headers
    assert await count(sign_in, KEYS) == 0


@pytest.mark.parametrize("key", ["x" * 201, "a\tb", "ż"])
async def test_a_key_has_a_shape(key: str) -> None:
    with pytest.raises(KeyInvalid):
        check_key(key)
    assert check_key("x" * 200)


def test_a_fingerprint_tells_method_path_and_body_apart_and_needs_the_secret() -> None:
    made = {
        fingerprint(secret, method, path, body)
        for secret in (b"s" * 32, b"t" * 32)
        for method in ("POST", "PUT")
        for path in ("/a", "/b")
        for body in (b"", b"x")
    }
    assert len(made) == 16
