"""Users, roles and departments in the browser: what is shown, and forms shown again as they were typed."""

import html
import re
from uuid import uuid4

import httpx
import pytest

from stockroom.platform.db import fetch_value
from tests.conftest import SignIn

FORM = {
    "name": "Ewa Zielińska",
    "username": "ewa",
    "role": "ward",
    "email": "ewa@szpital.example",
    "phone": "+48 22 1",
    "password": "Blue-7-Kettles",
    "password_repeat": "Blue-7-Kettles",
}


def form_of(page: httpx.Response) -> dict[str, str]:
    """What every form of the page carries: the token, a key for one posting, the version that was seen."""
    carried = r'<input type="hidden" name="(csrf_token|idempotency_key|version)" value="([^"]*)">'
    found = re.findall(carried, page.text)
    return {name: html.unescape(value) for name, value in found}


def value_of(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page.text)
    assert found, name
    return html.unescape(found[1])


def error_of(page: httpx.Response, name: str) -> str:
    found = re.search(rf'id="f-{name}-error">.*?<span>(.*?)</span></div>', page.text, re.DOTALL)
    return html.unescape(found[1]) if found else ""


async def users(sign_in: SignIn) -> int:
    async with sign_in.database.connection() as db:
        return await fetch_value(db, "select count(*) from people.account")


async def test_creates_a_user_bound_to_two_departments(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    ids = [
        (await admin.post("/api/departments", json={"name": name})).json()["id"]
        for name in ("Cardiology", "Surgery", "Oncology")
    ]
    blank = await admin.get("/users/new")
    assert blank.status_code == 200
    sent = await admin.post("/users/new", data=form_of(blank) | FORM | {"departments": ids[:2]})
    assert sent.status_code == 303
    shown = await admin.get(sent.headers["location"])
    assert "User Ewa Zielińska was created." in shown.text
    assert "Cardiology" in shown.text
    assert "Surgery" in shown.text
    assert "Oncology" not in shown.text
    edit = await admin.get(sent.headers["location"] + "/edit")
    ticked = re.findall(r'name="departments" value="([^"]+)" checked', edit.text)
    assert sorted(ticked) == sorted(ids[:2])
    changed = await admin.post(
        sent.headers["location"] + "/edit",
        data={**form_of(edit), **{k: v for k, v in FORM.items() if "password" not in k}, "name": "Ewa Lis"},
    )
    assert changed.status_code == 303
    after = (await admin.get("/api" + sent.headers["location"])).json()
    assert (after["name"], after["departments"]) == ("Ewa Lis", [])


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"username": ""}, "username", "Please fill this in."),
        ({"role": ""}, "role", "Please fill this in."),
        ({"role": "king"}, "role", "There is no such role."),
        ({"email": "ewa at home"}, "email", "e-mail"),
        ({"password_repeat": "Blue-7-Kettle"}, "password_repeat", "The two passwords are not the same."),
        (
            {"password": "kettle", "password_repeat": "kettle"},
            "password",
            "The password needs at least 8 characters. Add an upper-case letter. Add a digit."
            " Add a special character such as ! or #.",
        ),
    ],
)
async def test_shows_the_form_again_as_typed_with_the_message_at_its_field(
    sign_in: SignIn, change: dict[str, str], field: str, words: str
) -> None:
    admin = await sign_in("admin")
    ward = (await admin.post("/api/departments", json={"name": "Cardiology"})).json()["id"]
    blank = form_of(await admin.get("/users/new"))
    again = await admin.post("/users/new", data={**blank, **FORM, **change, "departments": ward})
    assert again.status_code == 422
    assert words in error_of(again, field)
    for name in ("name", "username", "phone", "email"):
        assert value_of(again, name) == (FORM | change)[name]
    assert re.search(rf'value="{ward}" checked', again.text)
    assert "kettle" not in again.text.lower()
    assert form_of(again)["idempotency_key"] == blank["idempotency_key"]
    assert await users(sign_in) == 1


async def test_one_form_sent_twice_makes_one_user(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    data = form_of(await admin.get("/users/new")) | FORM
    first = await admin.post("/users/new", data=data)
    second = await admin.post("/users/new", data=data)
    assert [first.status_code, second.status_code] == [303, 303]
    assert first.headers["location"] == second.headers["location"]
    assert await users(sign_in) == 2


async def test_the_second_editor_is_told(sign_in: SignIn) -> None:
    admin = await sign_in("admin", username="boss")
    url = f"/users/{(await admin.get('/api/me')).json()['id']}/edit"
    data = form_of(await admin.get(url)) | {"name": "First", "username": "boss", "role": "admin"}
    assert (await admin.post(url, data=data)).status_code == 303
    late = await admin.post(url, data={**data, "name": "Second", "idempotency_key": uuid4().hex})
    assert late.status_code == 409
    assert "Someone else changed this in the meantime." in late.text
    assert value_of(late, "name") == "Second"


async def test_disables_and_enables_and_says_why_not(sign_in: SignIn) -> None:
    admin = await sign_in("admin", username="boss")
    own = f"/users/{(await admin.get('/api/me')).json()['id']}"
    token = form_of(await admin.get(own))["csrf_token"]
    refused = await admin.post(f"{own}/disable", data={"csrf_token": token})
    assert refused.status_code == 409
    assert "This is the last active administrator." in refused.text
    made = await admin.post("/users/new", data=form_of(await admin.get("/users/new")) | FORM)
    ewa = made.headers["location"]
    assert (await admin.post(f"{ewa}/disable", data={"csrf_token": token})).status_code == 303
    assert "The user is disabled and signed out everywhere." in (await admin.get(ewa)).text
    assert "Disabled" in (await admin.get(ewa)).text
    assert (await admin.post(f"{ewa}/enable", data={"csrf_token": token})).status_code == 303
    assert (await admin.get("/api" + ewa)).json()["active"] is True


async def test_sets_a_password_and_shows_every_broken_rule(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    made = await admin.post("/users/new", data=form_of(await admin.get("/users/new")) | FORM)
    url = made.headers["location"] + "/password"
    blank = form_of(await admin.get(url))
    weak = await admin.post(url, data={**blank, "password": "ewa", "password_repeat": "ewa"})
    assert weak.status_code == 422
    assert error_of(weak, "password").count(".") == 4
    new = "Green-8-Kettles"
    done = await admin.post(url, data={**form_of(weak), "password": new, "password_repeat": new})
    assert done.status_code == 303
    visitor = await sign_in.visitor()
    assert (
        await visitor.post("/api/auth/login", json={"username": "ewa", "password": new})
    ).status_code == 200


async def test_a_password_keeps_the_spaces_around_it(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    spaced = " Blue-7-Kettles "
    data = form_of(await admin.get("/users/new")) | FORM
    assert (
        await admin.post("/users/new", data=data | {"password": spaced, "password_repeat": spaced})
    ).status_code == 303
    visitor = await sign_in.visitor()
    tries = [
        (await visitor.post("/api/auth/login", json={"username": "ewa", "password": word})).status_code
        for word in (spaced.strip(), spaced)
    ]
    assert tries == [401, 200]


async def test_lists_filters_and_exports_what_it_shows(sign_in: SignIn) -> None:
    admin = await sign_in("admin", username="boss")
    await admin.post("/users/new", data=form_of(await admin.get("/users/new")) | FORM)
    page = await admin.get("/users", params={"role": "ward"})
    assert "Ewa Zielińska" in page.text
    assert 'value="ward" selected' in page.text
    fragment = await admin.get("/users", params={"q": "zielinska"}, headers={"HX-Request": "true"})
    assert "<html" not in fragment.text
    assert "Ewa Zielińska" in fragment.text
    assert "No user matches." in (await admin.get("/users", params={"q": "nobody here"})).text
    file = await admin.get("/users/export", params={"role": "ward", "format": "csv"})
    rows = file.content.decode("utf-8-sig").splitlines()
    assert rows[0] == "Full name,User name,E-mail,Phone,Role,Departments,Last signed in,Active"
    assert rows[1].startswith("Ewa Zielińska,ewa,ewa@szpital.example,+48 22 1,Ward nurse,,,yes")
    assert len(rows) == 2
    book = await admin.get("/users/export", params={"format": "xlsx"})
    assert book.content.startswith(b"PK")


async def test_roles_are_shown_in_words(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    page = await admin.get("/roles/admin")
    assert "Create, change and disable users" in page.text
    assert "people.account.write" not in page.text


async def test_a_department_shows_its_users_and_says_why_it_stays(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    ward = (await admin.post("/api/departments", json={"name": "Cardiology"})).json()["id"]
    data = form_of(await admin.get("/users/new")) | FORM | {"departments": ward}
    await admin.post("/users/new", data=data)
    page = await admin.get(f"/departments/{ward}")
    assert "Ewa Zielińska" in page.text
    refused = await admin.post(f"/departments/{ward}/archive", data=form_of(page) | {"version": "1"})
    assert refused.status_code == 409
    assert "This department still has active users or stores." in refused.text
    assert (await admin.get(f"/api/departments/{ward}")).json()["active"] is True


async def test_a_new_department_offers_its_store(sign_in: SignIn) -> None:
    admin = await sign_in("admin")
    blank = await admin.get("/departments/new")
    assert re.search(r'name="with_store"[^>]*checked', blank.text)
    refused = await admin.post("/departments/new", data=form_of(blank) | {"name": ""})
    assert refused.status_code == 422
    assert not re.search(r'name="with_store"[^>]*checked', refused.text)


async def test_pages_of_users_are_for_those_who_may(sign_in: SignIn) -> None:
    nurse = await sign_in("ward")
    for path in ("/users", "/users/new", "/users/export", "/roles", "/audit", "/audit/export"):
        assert (await nurse.get(path)).status_code == 403, path
    visitor = await sign_in.visitor()
    away = await visitor.get("/users", params={"q": "ewa"})
    assert (away.status_code, away.headers["location"]) == (303, "/sign-in?next=/users%3Fq%3Dewa")
