"""What the commit refuses is told as what it is, although the answer was ready."""

import pytest
from psycopg import OperationalError, errors


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("server closed the connection unexpectedly"), 503, "service.unavailable"),
        (errors.SerializationFailure("could not serialize access"), 409, "conflict.contention"),
        (errors.UniqueViolation("duplicate key"), 409, "conflict"),
    ],
)
async def test_a_refused_commit_is_no_success_and_no_fault_of_ours(sign_in, monkeypatch, error, status, code):
    client = await sign_in("admin")

    async def refuse(_):
        raise error

    monkeypatch.setattr(sign_in.database, "_before_commit", refuse)
    answer = await client.post("/api/suppliers", json={"name": "Wholesaler"})
    monkeypatch.undo()

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ("retry-after" in answer.headers) == (status == 503)
    assert (await client.get("/api/suppliers")).json()["total"] == 0
