"""What asks once more who one is: changes of access, and every file that takes patients out of the system."""

import re

import httpx
import pytest

from stockroom.platform.db import fetch_value, fetch_values
from tests.api.routes import SAFE, Route
from tests.conftest import SignIn

OVER_PATIENTS = frozenset(
    {
        "dispensing.patient.read", "dispensing.dispensing.read", "platform.audit.read",
        "interchange.document.read",
    }
)  # fmt: skip
"""Who may read with one of these reads of patients."""

ACCESS = ("/roles", "/api/roles", "/users", "/api/users", "/import")
MAKES_KEYS = ("/me/keys", "/me/keys/{key_id}/rotate", "/api/keys", "/api/keys/{key_id}/rotate")
WITHOUT: dict[str, str] = {
    "POST /users/{account_id}/photo": "a picture lets nobody in",
    "POST /users/{account_id}/photo/remove": "a picture lets nobody in",
    "PUT /api/users/{account_id}/photo": "a picture lets nobody in",
    "DELETE /api/users/{account_id}/photo": "a picture lets nobody in",
}
NEEDS_MORE = {"/stock/card/export": "product_id"}
"""Exports that want to know of what."""


def must_ask(route: Route) -> bool:
    if str(route) in WITHOUT:
        return False
    if "export" in route.path:
        return route.permission in OVER_PATIENTS
    if route.method in SAFE:
        return False
    return route.path.startswith(ACCESS) or route.path in MAKES_KEYS


def test_every_route_that_must_ask_does(routes: list[Route]) -> None:
    due = [route for route in routes if must_ask(route)]
    assert [str(route) for route in due if not route.asks_step_up] == []
    exports = {route.path for route in due if "export" in route.path}
    assert exports >= {
        f"/{name}/export" for name in ("patients", "dispensings", "owed", "audit", "old-documents")
    }
    assert {route.path for route in due} >= set(MAKES_KEYS)
    assert set(WITHOUT) <= {str(route) for route in routes}


@pytest.mark.parametrize(
    ("route", "due"),
    [
        (Route("GET", "/leaflets/export", "dispensing.patient.read", frozenset()), True),
        (Route("GET", "/leaflets/export.xlsx", "platform.audit.read", frozenset()), True),
        (Route("GET", "/leaflets/export", "catalog.product.read", frozenset()), False),
        (Route("DELETE", "/api/roles/{role_code}/all", "people.role.write", frozenset()), True),
        (Route("GET", "/roles", "people.account.read", frozenset()), False),
    ],
)
def test_the_rule_sees_a_new_route(route: Route, due: bool) -> None:
    assert must_ask(route) is due


async def _answer(client: httpx.AsyncClient, path: str, product: str) -> httpx.Response:
    params = {"format": "csv"}
    if path in NEEDS_MORE:
        params = {"format": "csv", NEEDS_MORE[path]: product}
    return await client.get(path, params=params)


async def test_no_export_that_does_not_ask_names_a_patient(hospital: SignIn, routes: list[Route]) -> None:
    """Every one of them is downloaded from a hospital full of patients."""
    client = await hospital("admin")
    async with hospital.database.connection() as db:
        names = await fetch_values(
            db,
            "select name from dispensing.patient p where not exists (select from dispensing.prescriber s"
            " where s.name like '%%' || p.name || '%%')",
        )
        numbers = await fetch_values(db, "select file_number from dispensing.patient")
        product = await fetch_value(
            db,
            "select t.product_id from stock.movement m join stock.batch t on t.id = m.batch_id"
            " join stock.document d on d.id = m.document_id where d.kind = 'dispensing' limit 1",
        )
    paths = [route.path for route in routes if route.path.endswith("/export") and not route.asks_step_up]
    assert len(paths) > 8
    assert len(names) > 20
    for path in paths:
        answer = await _answer(client, path, str(product))
        assert answer.status_code == 200, (path, answer.text[:300])
        words = set(re.findall(r"[\w-]+", answer.text))
        assert [name for name in names if name in answer.text] == [], path
        assert words.isdisjoint(numbers), path
    asking = await client.get("/patients/export", params={"format": "csv"})
    assert any(name in asking.text for name in names)
    assert not set(re.findall(r"[\w-]+", asking.text)).isdisjoint(numbers)
