"""Invitations (P12): a user without a password chooses the first one by a link from a mail."""

import httpx
import pytest

from stockroom.platform.db import fetch_value
from tests.conftest import SignIn
from tests.people.conftest import HandClock
from tests.people.post import mail_of, newest_token
from tests.people.test_reset import can_sign_in
from tests.people.test_users_pages import form_of

JAN = {"username": "jan", "name": "Jan Kos", "role": "ward", "email": "jan@szpital.example", "language": "pl"}
FIRST = "Green-8-Kettles"


async def make(admin: httpx.AsyncClient, **changes: object) -> dict[str, object]:
    made = await admin.post("/api/users", json=JAN | changes)
    assert made.status_code == 201, made.text
    return made.json()


async def use(sign_in: SignIn, token: str) -> httpx.Response:
    visitor = await sign_in.visitor()
    return await visitor.post("/api/auth/reset", json={"token": token, "password": FIRST})


async def test_a_new_user_without_a_password_is_invited_and_chooses_one(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    made = await make(admin)
    assert made["invited_until"] is not None
    (invitation,) = await mail_of(sign_in)
    assert (invitation.recipient, invitation.subject) == ("jan@szpital.example", "Twoje konto w Stockroom")
    assert "jan" in invitation.text
    visitor = await sign_in.visitor()
    await visitor.get("/welcome", params={"token": await newest_token(sign_in, "/welcome")})
    page = await visitor.get("/welcome")
    assert "Choose the password for your account jan." in page.text
    done = await visitor.post("/welcome", data=form_of(page) | {"password": FIRST, "password_repeat": FIRST})
    assert done.status_code == 303
    assert len(await mail_of(sign_in)) == 1, "a first password is no change to be warned of"
    assert await can_sign_in(sign_in, FIRST, "jan")
    after = (await admin.get(f"/api/users/{made['id']}")).json()
    assert (after["has_password"], after["invited_until"]) == (True, None)


@pytest.mark.parametrize(
    "changes", [{"email": ""}, {"password": FIRST}], ids=["no address", "a password already"]
)
async def test_nobody_else_is_invited(sign_in: SignIn, changes: dict[str, str]) -> None:
    made = await make(await sign_in("admin"), **changes)
    assert made["invited_until"] is None
    assert await mail_of(sign_in) == []


async def test_an_invitation_lasts_three_days_and_is_shown_as_pending_and_expired(
    timed: SignIn, hand_clock: HandClock
) -> None:
    admin = await timed("admin", username="boss")
    made = await make(admin)
    token = await newest_token(timed, "/welcome")
    assert "Invited</span>" in (await admin.get("/users")).text
    assert "Invited until" in (await admin.get(f"/users/{made['id']}")).text
    hand_clock.turn(hours=72)
    assert (await use(timed, token)).json()["code"] == "link.invalid"
    admin = await timed("admin")
    assert "Invitation expired" in (await admin.get("/users")).text
    page = await admin.get(f"/users/{made['id']}")
    assert "Invitation expired" in page.text
    assert "Invite again" in page.text
    again = await admin.post(f"/users/{made['id']}/invite", data=form_of(page))
    assert (again.status_code, again.headers["location"]) == (303, f"/users/{made['id']}")
    hand_clock.turn(hours=71)
    assert (await use(timed, await newest_token(timed, "/welcome"))).status_code == 204


async def test_sending_again_ends_the_older_link(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    made = await make(admin)
    first = await newest_token(sign_in, "/welcome")
    again = await admin.post(f"/api/users/{made['id']}/invite")
    assert (again.status_code, again.json()["id"]) == (200, made["id"])
    second = await newest_token(sign_in, "/welcome")
    assert (await use(sign_in, first)).status_code == 422
    assert (await use(sign_in, second)).status_code == 204


async def test_an_imported_user_is_invited_when_somebody_says_so(sign_in: SignIn) -> None:
    """As an import leaves them: an address came later, no password ever."""
    admin = await sign_in("admin")
    made = await make(admin, email="")
    change = {name: JAN[name] for name in ("username", "name", "role", "email")}
    await admin.put(f"/api/users/{made['id']}", json=change, headers={"If-Match": '"1"'})
    assert await mail_of(sign_in) == []
    assert (await admin.post(f"/api/users/{made['id']}/invite")).status_code == 200
    assert (await use(sign_in, await newest_token(sign_in, "/welcome"))).status_code == 204


async def test_refuses_who_cannot_be_invited_and_sends_nothing(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    ready = await make(admin, password=FIRST)
    silent = await make(admin, username="silent", email="")
    closed = await make(admin, username="closed", email="closed@szpital.example")
    await admin.post(f"/api/users/{closed['id']}/disable")
    before = len(await mail_of(sign_in))
    codes = {}
    for user in (ready, silent, closed):
        answer = await admin.post(f"/api/users/{user['id']}/invite")
        codes[answer.json()["code"]] = answer.status_code
    assert codes == {
        "invitation.has_password": 409,
        "invitation.no_email": 409,
        "invitation.disabled": 409,
    }
    shown = await admin.post(
        f"/users/{silent['id']}/invite", data=form_of(await admin.get(f"/users/{ready['id']}"))
    )
    assert (shown.status_code, "has no e-mail address" in shown.text) == (409, True)
    assert len(await mail_of(sign_in)) == before
    async with sign_in.database.connection() as db:
        assert await fetch_value(db, "select count(*) from people.one_time_link") == 0


async def test_inviting_is_for_those_who_may(sign_in: SignIn) -> None:
    made = await make(await sign_in("admin"))
    for role in ("pharmacist", "auditor"):
        answer = await (await sign_in(role)).post(f"/api/users/{made['id']}/invite")
        assert answer.status_code == 403


async def test_the_list_finds_those_without_a_password(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    await make(admin)
    found = await admin.get("/api/users", params={"has_password": "false"})
    assert [user["username"] for user in found.json()["items"]] == ["jan"]
    assert "Jan Kos" in (await admin.get("/users", params={"has_password": "false"})).text
