"""Departments over the API."""

from uuid import uuid4

import pytest

from tests.conftest import SignIn


async def test_opens_changes_and_archives_a_department(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    made = await client.post("/api/departments", json={"name": "Kardiologia", "phone": "+48 22 000 00 00"})
    assert made.status_code == 201
    department = made.json()
    url = f"/api/departments/{department['id']}"
    changed = await client.put(url, json={"name": "Cardiology"}, headers={"If-Match": made.headers["etag"]})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    stale = await client.put(url, json={"name": "Heart"}, headers={"If-Match": made.headers["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "version.stale")
    gone = await client.delete(url, headers={"If-Match": changed.headers["etag"]})
    assert gone.status_code == 204
    listed = await client.get("/api/departments", params={"active": "false"})
    assert [item["name"] for item in listed.json()["items"]] == ["Cardiology"]


async def test_searches_with_letters_folded_and_typos_forgiven(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    for name in ("Oddział Położniczy", "Chirurgia"):
        await client.post("/api/departments", json={"name": name})
    for q in ("polozniczy", "POŁOŻ", "połozniczi", "oddzial pol"):
        found = await client.get("/api/departments", params={"q": q})
        assert [item["name"] for item in found.json()["items"]] == ["Oddział Położniczy"], q


async def test_pages_by_cursor_bound_to_the_person(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    for number in range(5):
        await client.post("/api/departments", json={"name": f"Ward {number}"})
    first = (await client.get("/api/departments", params={"limit": 2})).json()
    assert (len(first["items"]), first["has_more"]) == (2, True)
    second = (
        await client.get("/api/departments", params={"limit": 2, "cursor": first["next_cursor"]})
    ).json()
    assert [item["name"] for item in second["items"]] == ["Ward 2", "Ward 3"]
    other = await sign_in("auditor")
    stolen = await other.get("/api/departments", params={"limit": 2, "cursor": first["next_cursor"]})
    assert (stolen.status_code, stolen.json()["code"]) == (422, "cursor.stale")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/name", "field.required"),
        ({"name": "   "}, "/name", "field.characters"),
        ({"name": "x" * 201}, "/name", "field.too_long"),
        ({"name": "a\x00b"}, "/name", "field.characters"),
        ({"name": 7}, "/name", "field.type"),
        ({"name": "A", "colour": "red"}, "/colour", "field.unknown"),
    ],
)
async def test_refuses_bad_input_at_its_field(
    sign_in: SignIn, body: dict[str, object], pointer: str, code: str
) -> None:
    client = await sign_in("admin")
    refused = await client.post("/api/departments", json=body)
    assert refused.status_code == 422
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [(pointer, code)]
    assert (await client.get("/api/departments")).json()["total"] == 0


async def test_one_key_has_one_effect(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    key = {"Idempotency-Key": uuid4().hex}
    first = await client.post("/api/departments", json={"name": "Oncology"}, headers=key)
    again = await client.post("/api/departments", json={"name": "Oncology"}, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    other = await client.post("/api/departments", json={"name": "Neurology"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.mismatch")
    assert (await client.get("/api/departments")).json()["total"] == 1


async def test_a_reader_cannot_write_and_a_visitor_cannot_read(sign_in: SignIn) -> None:
    auditor = await sign_in("auditor")
    assert (await auditor.post("/api/departments", json={"name": "X"})).status_code == 403
    assert (await (await sign_in.visitor()).get("/api/departments")).status_code == 401
