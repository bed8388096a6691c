"""People see moments in their own time zone; dates of documents stay in the organisation's."""

import httpx
import pytest

from stockroom.platform.db import execute, fetch_value
from tests.conftest import SignIn
from tests.people.conftest import HandClock
from tests.people.test_users_pages import error_of, form_of


async def choose(client: httpx.AsyncClient, zone: str) -> httpx.Response:
    page = await client.get("/me")
    return await client.post(
        "/me/profile", data=form_of(page) | version(page) | {"name": "Ewa", "time_zone": zone}
    )


def version(page: httpx.Response) -> dict[str, str]:
    return {"version": page.text.split('name="version" value="')[1].split('"')[0]}


async def test_moments_are_shown_in_the_persons_own_zone(timed: SignIn, hand_clock: HandClock) -> None:
    """The clock stands at noon in Warsaw."""
    client = await timed("ward")
    assert "2\xa0Mar\xa02026, 12:00" in (await client.get("/me")).text
    assert (await choose(client, "America/New_York")).status_code == 303
    page = await client.get("/me")
    assert "2\xa0Mar\xa02026, 06:00" in page.text
    assert "12:00" not in page.text
    assert '<option value="America/New_York" selected>New York</option>' in page.text
    assert (await client.get("/api/me")).json()["time_zone"] == "America/New_York"
    await choose(client, "")
    assert "2\xa0Mar\xa02026, 12:00" in (await client.get("/me")).text


async def test_another_person_sees_theirs(timed: SignIn) -> None:
    nurse, admin = await timed("ward", username="nurse"), await timed("admin")
    await choose(nurse, "Asia/Tokyo")
    user = (await nurse.get("/api/me")).json()["id"]
    page = await admin.get(f"/users/{user}")
    assert "12:00" in page.text
    assert "Asia/Tokyo" in page.text


async def test_the_local_day_of_documents_stays_the_organisations(
    timed: SignIn, hand_clock: HandClock
) -> None:
    """Half past midnight in Warsaw is still the day before in New York."""
    client = await timed("pharmacist")
    await choose(client, "America/New_York")
    hand_clock.turn(hours=12, minutes=30)
    client = await timed("pharmacist")
    await choose(client, "America/New_York")
    assert 'value="2026-03-03"' in (await client.get("/receive")).text


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../../etc/passwd", "x" * 65, "Europe/Warsaw\x00"])
async def test_an_unknown_zone_is_refused_at_its_field(sign_in: SignIn, zone: str) -> None:
    client = await sign_in("ward")
    answer = await client.put("/api/me", json={"name": "Ewa", "time_zone": zone}, headers={"If-Match": '"1"'})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/time_zone"]
    refused = await choose(client, zone)
    assert (refused.status_code, bool(error_of(refused, "time_zone"))) == (422, True)
    async with sign_in.database.connection() as db:
        assert await fetch_value(db, "select count(*) from people.account where time_zone is not null") == 0


async def test_a_zone_that_the_machine_forgot_falls_back(timed: SignIn) -> None:
    client = await timed("ward")
    async with timed.database.transaction() as db:
        await execute(db, "update people.account set time_zone = 'Europe/Gone'")
    assert "12:00" in (await client.get("/me")).text
