"""The pages as people open them: home per role, trends, help."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import AsyncCursor

from stockroom.platform.db import execute
from tests.conftest import SignIn
from tests.counting import is_beside
from tests.insight.ground import Hospital


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Every statement that the application runs."""
    seen: list[Any] = []
    plain = AsyncCursor.execute

    async def counting(self: AsyncCursor[Any], query: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_beside():
            seen.append(query)
        return await plain(self, query, *args, **kwargs)

    monkeypatch.setattr(AsyncCursor, "execute", counting)
    return seen


HOME = {
    "pharmacist": (
        10,
        ["Expired, still in stock", "Owed to patients", "Expires first", "Runs out", "Last documents"],
    ),
    "technician": (9, ["Expired, still in stock", "Last documents"]),
    "purchasing": (8, ["Above maximum", "Deliveries this month", "Hurtownia Łabędź", "Received a week"]),
    "auditor": (11, ["Last entries of the audit trail", "/verify", "Audit entries"]),
    "admin": (12, ["Last sign-ins", "/health", "Last documents"]),
    "ward": (11, ["Last transfers in", "Last dispensings of the ward", "Cardiology"]),
}
"""Role → the statements its home page costs with the session, and what stands on it. Who may read the security log is
told of fresh alerts, by one more."""


@pytest.mark.parametrize("role", HOME)
async def test_each_role_has_its_home_within_its_budget(
    sign_in: SignIn, busy: Hospital, statements: list[Any], role: str
) -> None:
    client = await sign_in(role, departments=[busy.ward.cardiology] if role == "ward" else [])
    statements.clear()
    answer = await client.get("/")
    budget, words = HOME[role]
    assert answer.status_code == 200
    assert [word for word in words if word not in answer.text] == []
    assert len(statements) <= budget, statements


async def test_prices_stay_with_those_who_may_see_them(sign_in: SignIn, busy: Hospital) -> None:
    assert "PLN" in (await (await sign_in("pharmacist")).get("/")).text
    assert "PLN" not in (await (await sign_in("technician")).get("/")).text


async def test_no_patient_is_named_on_any_home_page(sign_in: SignIn, busy: Hospital) -> None:
    for role in ("pharmacist", "ward", "auditor", "admin", "purchasing"):
        client = await sign_in(role, departments=[busy.ward.cardiology] if role == "ward" else [])
        text = (await client.get("/")).text + (await client.get("/api/dashboard")).text
        assert "Wójcik" not in text, role


async def test_each_row_leads_to_where_it_is_dealt_with(sign_in: SignIn, busy: Hospital) -> None:
    text = (await (await sign_in("pharmacist")).get("/")).text
    for address in (
        "/expiry?expired=true", "/expiry?expired=false&amp;days=90", "/low-stock?state=below_minimum", "/owed",
        "/batches?status=on_hold&amp;has_stock=true", f"/stock/product/{busy.tablets}",
    ):  # fmt: skip
        assert f'href="{address}"' in text, address


async def test_what_the_home_page_counts_is_what_the_lists_show(sign_in: SignIn, busy: Hospital) -> None:
    client = await sign_in("pharmacist")
    found = (await client.get("/api/dashboard")).json()
    expired = (await client.get("/api/expiry", params={"expired": "true"})).json()
    assert (found["batches"]["expired"], expired["total"]) == (1, 1)
    low = (await client.get("/api/low-stock", params={"state": "reorder"})).json()
    assert (found["levels"]["to_reorder"], low["total"]) == (1, 1)
    assert [row["product_id"] for row in found["low"]] == [row["product_id"] for row in low["items"]]


async def test_a_new_installation_is_shown_its_first_steps(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    text = (await client.get("/")).text
    assert "First steps" in text
    assert 'href="/departments/new"' in text
    assert len(re.findall("To do", text)) == 6
    async with sign_in.database.transaction() as db:
        await execute(
            db,
            "insert into people.department (id, name) values (gen_random_uuid(), 'A'), (gen_random_uuid(), 'B')",
        )
    assert len(re.findall("To do", (await client.get("/")).text)) == 5


async def test_the_first_steps_go_away_once_done(sign_in: SignIn, busy: Hospital) -> None:
    await sign_in("pharmacist")
    assert "First steps" not in (await (await sign_in("admin")).get("/")).text


async def test_an_empty_ward_is_told_what_will_appear(sign_in: SignIn, busy: Hospital) -> None:
    nurse = await sign_in("ward", departments=[busy.ward.surgery])
    text = (await nurse.get("/")).text
    assert "No minimum is set for your stock" in text
    assert "Nothing has come to your store yet" in text


async def test_the_trend_is_what_the_chart_draws(sign_in: SignIn, busy: Hospital) -> None:
    client = await sign_in("pharmacist")
    chart = (await client.get("/insight/trend/dispensed", params={"days": "7"})).json()
    assert chart["kind"] == "bar"
    assert (len(chart["x"]), chart["series"][0]["values"]) == (7, [0, 0, 0, 0, 0, 0, 1])
    received = (await client.get("/insight/trend/received")).json()
    assert (received["unit"], received["series"][0]["values"][-1]) == ("PLN", 40)
    technician = await sign_in("technician")
    lines = (await technician.get("/insight/trend/received")).json()
    assert (lines["unit"], lines["series"][0]["values"][-1]) == ("", 1)


@pytest.mark.parametrize("days", ["0", "6", "367", "-1", "x", "1e9", "7.5"])
async def test_a_trend_has_bounds(sign_in: SignIn, days: str) -> None:
    client = await sign_in("pharmacist")
    assert (await client.get("/insight/trend/dispensed", params={"days": days})).status_code == 422
    assert (await client.get("/insight/trend/received", params={"weeks": days + "9999"})).status_code == 422


async def test_trends_and_the_dashboard_need_their_permission(sign_in: SignIn) -> None:
    purchasing = await sign_in("purchasing")
    assert (await purchasing.get("/insight/trend/dispensed")).status_code == 403
    ward = await sign_in("ward")
    assert (await ward.get("/insight/trend/received")).status_code == 403
    visitor = await sign_in.visitor()
    assert (await visitor.get("/api/dashboard")).status_code == 401


@pytest.mark.parametrize(
    ("role", "there", "absent"),
    [
        (
            "pharmacist",
            ["help-dispense", "help-receive", "help-transfer", "help-recall"],
            ["help-audit", "help-users"],
        ),
        ("purchasing", ["help-receive"], ["help-dispense", "help-adjust"]),
        ("auditor", ["help-audit", "help-recall"], ["help-dispense", "help-transfer"]),
        ("admin", ["help-users", "help-audit"], []),
    ],
)
async def test_help_is_for_what_the_role_may_do(
    sign_in: SignIn, role: str, there: list[str], absent: list[str]
) -> None:
    answer = await (await sign_in(role)).get("/help")
    assert answer.status_code == 200
    assert [topic for topic in there if f'id="{topic}"' not in answer.text] == []
    assert [topic for topic in absent if f'id="{topic}"' in answer.text] == []
    assert "Ctrl" in answer.text
