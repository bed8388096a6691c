"""The photo of a user: one's own, seen by everybody who is signed in."""

from stockroom.platform.db import fetch_value
from tests.conftest import SignIn
from tests.platform.files.samples import opened, photo_with_gps, picture


async def test_one_s_own_photo(sign_in: SignIn) -> None:
    client = await sign_in("ward")
    assert (await client.get("/api/me/photo")).status_code == 404
    made = await client.put("/api/me/photo", files={"file": ("me.jpg", photo_with_gps())},
                            headers={"If-Match": '"1"'})  # fmt: skip
    assert (made.status_code, made.headers["etag"]) == (200, '"2"')
    assert made.json()["name"] == "me.webp"
    assert not {"key", "small_key"} & made.json().keys()
    seen = await client.get("/api/me/photo")
    assert seen.headers["content-type"] == "image/webp"
    assert seen.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in seen.headers["content-security-policy"]
    assert dict(opened(seen.content).getexif()) == {}
    small = await client.get("/api/me/photo?size=small")
    assert small.headers["etag"] != seen.headers["etag"]
    known = await client.get("/api/me/photo", headers={"If-None-Match": seen.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    gone = await client.delete("/api/me/photo", headers={"If-Match": '"2"'})
    assert gone.status_code == 204
    assert (await client.get("/api/me/photo")).status_code == 404


async def test_everybody_signed_in_sees_it_and_only_administrators_change_it(sign_in: SignIn) -> None:
    nurse, other, admin = await sign_in("ward"), await sign_in("technician"), await sign_in("admin")
    mine = (await nurse.get("/api/me")).json()["id"]
    url = f"/api/users/{mine}/photo"
    assert (await nurse.post("/me/photo", files={"file": ("x.png", picture("PNG"))},
                             data={"version": "1"})).status_code == 303  # fmt: skip
    assert (await other.get(url)).status_code == 200
    assert (await (await sign_in.visitor()).get(url)).status_code == 401
    for method in ("PUT", "DELETE"):
        answer = await other.request(method, url, content=picture(), headers={"If-Match": '"2"'})
        assert answer.status_code == 403
    page = (await admin.get(f"/users/{mine}")).text
    assert f"{url}?size=small" in page
    removed = await admin.post(f"/users/{mine}/photo/remove", data={"version": "2"})
    assert removed.status_code == 303
    assert (await other.get(url)).status_code == 404
    async with sign_in.database.connection() as db:
        actions = "select string_agg(action, ' ' order by seq) from platform.audit_entry where action like '%%photo%%'"
        assert await fetch_value(db, actions) == "people.account.photo people.account.photo_remove"


async def test_a_refused_photo_shows_the_page_again(sign_in: SignIn) -> None:
    client = await sign_in("ward")
    answer = await client.post("/me/photo", files={"file": ("x.jpg", b"<script>")}, data={"version": "1"})
    assert answer.status_code == 422
    assert "This kind of file is not accepted here" in answer.text
    assert 'id="f-file-error"' in answer.text
    missing = await client.post("/me/photo", files={"file": ("", b"")}, data={"version": "1"})
    assert (missing.status_code, "Choose a file first" in missing.text) == (422, True)
