"""While an upload is looked at nothing of the database is held; what is refused is told to the security log."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from stockroom.interchange.alorf.upload import plan_upload
from stockroom.interchange.pages import imports
from stockroom.main import create_app
from stockroom.platform.db import fetch_all, fetch_value
from stockroom.platform.files import images, pdfs
from stockroom.settings import Settings, load_settings
from tests.conftest import Clones, SignIn
from tests.platform.files.samples import picture, png_claiming
from tests.platform.files.test_upload_edge import on_disk

RAW = {"Content-Type": "image/jpeg", "If-Match": '"1"'}
SECRET_NAME = "Jan-Kowalski-HIV.exe"


class Told(msgspec.Struct, frozen=True):
    event: str
    account: str
    path: str
    facts: Any
    times: int


async def told(sign_in: SignIn) -> list[Told]:
    async with sign_in.database.connection() as db:
        return await fetch_all(
            db,
            "select event, account, path, facts, times from platform.security_event"
            " where event = 'upload.refused' order by at, id",
            None,
            Told,
        )


def held(sign_in: SignIn) -> int:
    stats = sign_in.database.pool.get_stats()
    return stats["pool_size"] - stats["pool_available"]


@pytest.fixture
def seen(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many connections were held whenever something was decoded."""
    counts: list[int] = []

    def watched(work: Callable[..., Any]) -> Callable[..., Any]:
        def look(*args: Any, **options: Any) -> Any:
            counts.append(held(sign_in))
            return work(*args, **options)

        return look

    monkeypatch.setattr(images, "encode", watched(images.encode))
    monkeypatch.setattr(pdfs, "check_pdf", watched(pdfs.check_pdf))
    monkeypatch.setattr(imports, "plan_upload", watched(plan_upload))
    return counts


async def page_form(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    files = {"file": (SECRET_NAME, picture())}
    return await client.post(path, files=files, data={"version": "1", **fields})


async def test_decoding_holds_no_connection(sign_in: SignIn, seen: list[int]) -> None:
    client = await sign_in("admin")
    assert (await client.put("/api/me/photo", content=picture(), headers=RAW)).status_code == 200
    assert (await page_form(client, "/me/photo", version="2")).status_code == 303
    assert (await page_form(client, "/import")).status_code == 422
    assert seen == [0, 0, 0]


async def test_every_route_that_takes_a_file_begins_late(sign_in: SignIn) -> None:
    litestar = sign_in.app.app
    assert isinstance(litestar, Litestar)
    handlers = [handler for route in litestar.routes for handler in getattr(route, "route_handlers", [])]
    uploads = {str(handler): handler.opt for handler in handlers if handler.opt.get("upload")}
    assert len(uploads) >= 9
    assert {(opt.get("transaction"), opt.get("limit")) for opt in uploads.values()} == {("late", "upload")}


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (png_claiming(30_000, 30_000), 422, "file.pixels"),
        (b"<script>alert(1)</script>", 422, "file.type"),
        (picture()[:200], 422, "file.broken"),
        (b"MZ" + bytes(200), 422, "file.type"),
    ],
)
async def test_a_refused_upload_is_told_with_its_code_and_not_its_name(
    sign_in: SignIn, content: bytes, status: int, code: str
) -> None:
    client = await sign_in("admin", username="anna")
    files = {"file": (SECRET_NAME, content)}
    answer = await client.put("/api/me/photo", files=files, headers={"If-Match": '"1"'})
    assert answer.status_code == status
    (event,) = await told(sign_in)
    assert (event.account, event.path, event.facts) == ("anna", "/api/me/photo", {"code": code})
    assert "Kowalski" not in str(event)


async def test_a_refused_archive_is_told(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    answer = await client.post("/import", files={"file": (SECRET_NAME, b"PK\x03\x04" + bytes(50))})
    assert answer.status_code == 422
    (event,) = await told(sign_in)
    assert event.facts == {"code": "zip_broken"}


async def test_what_is_cut_at_the_edge_is_told_and_counted(sign_in: SignIn, settings: Settings) -> None:
    client = await sign_in("admin", username="anna")
    body = bytes(settings.max_upload_bytes + 100_000)
    for _ in range(2):
        assert (await client.put("/api/me/photo", content=body, headers=RAW)).status_code == 413
    nobody = await sign_in.visitor()
    assert (await nobody.put("/api/me/photo", content=body, headers=RAW)).status_code == 413
    assert [(event.account, event.times, event.facts) for event in await told(sign_in)] == [
        ("anna", 2, {"code": "request.too_large"}),
        ("", 1, {"code": "request.too_large"}),
    ]
    async with sign_in.database.connection() as db:
        used = await fetch_value(
            db, "select sum(cardinality(hits)) from platform.rate_limit where key like 'upload:%%'"
        )
    assert used == 3


async def test_a_form_that_broke_on_the_way_is_told(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    token = client.headers.pop("X-CSRF-Token")
    broken = {"Content-Type": "multipart/form-data; boundary=b", "If-Match": '"1"'}
    assert (await client.put("/api/me/photo", content=b"x", headers=broken)).status_code == 422
    client.headers["X-CSRF-Token"] = token
    assert (await client.put("/api/me/photo", content=b"x", headers=broken)).status_code == 422
    (event,) = await told(sign_in)
    assert (event.facts, event.times) == ({"code": "form.broken"}, 2)


async def test_forgetting_to_choose_a_file_is_no_attack(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    empty = b'--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--b--\r\n'
    form = {"Content-Type": "multipart/form-data; boundary=b", "If-Match": '"1"'}
    answer = await client.put("/api/me/photo", content=empty, headers=form)
    assert (answer.status_code, answer.json()["code"]) == (422, "file.missing")
    assert await told(sign_in) == []


async def test_two_at_once_with_one_key_have_one_effect(sign_in: SignIn, settings: Settings) -> None:
    client = await sign_in("admin")
    once = RAW | {"Idempotency-Key": "photo-1"}
    answers = await asyncio.gather(
        *(client.put("/api/me/photo", content=picture(), headers=once) for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(on_disk(settings)) == 2
    other = await client.put("/api/me/photo", content=picture("PNG"), headers=once)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.mismatch")


@pytest.fixture
async def strict(clones: Clones, tmp_path: Path) -> AsyncIterator[SignIn]:
    """With the number of the product: ten uploads a minute."""
    settings = load_settings(
        _env_file=None, stockroom_data_dir=tmp_path, environment="test", limit_upload="10/minute"
    )
    app = create_app(settings, clones.make())
    litestar = app.app
    assert isinstance(litestar, Litestar)
    async with litestar.lifespan():
        made = SignIn(app, litestar.state.database)
        yield made
        await made.close()


async def test_the_eleventh_upload_in_a_minute_waits(strict: SignIn) -> None:
    client = await strict("admin")
    for version in range(1, 11):
        headers = RAW | {"If-Match": f'"{version}"'}
        assert (await client.put("/api/me/photo", content=picture(), headers=headers)).status_code == 200
    answer = await client.put("/api/me/photo", content=picture(), headers=RAW | {"If-Match": '"11"'})
    assert (answer.status_code, answer.json()["code"]) == (429, "rate.limited")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["RateLimit-Remaining"] == "0"
    page = await page_form(client, "/me/photo", version="11")
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0
    assert (await client.get("/me")).status_code == 200
    assert (await (await strict("admin")).get("/me")).status_code == 200
