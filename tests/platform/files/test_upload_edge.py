"""The size of an upload is bounded while it is read, whatever its headings say, and a refusal leaves nothing."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from stockroom.platform.db import fetch_value
from stockroom.platform.files.uploads import OVERHEAD
from stockroom.settings import Settings
from tests.conftest import SignIn
from tests.platform.files.samples import picture

CHUNK = 64 * 1024
HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.jpg"\r\n\r\n'
FORM = {"Content-Type": "multipart/form-data; boundary=b", "If-Match": '"1"'}
RAW = {"Content-Type": "image/jpeg", "If-Match": '"1"'}


class Endless:
    """A body that never ends; counts what was taken of it."""

    def __init__(self) -> None:
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield HEAD
        while True:
            self.taken += CHUNK
            yield bytes(CHUNK)


def on_disk(settings: Settings) -> list[object]:
    return [path for path in (settings.stockroom_data_dir / "files").rglob("*") if path.is_file()]


async def rows(sign_in: SignIn) -> tuple[int, int]:
    async with sign_in.database.connection() as db:
        return (
            await fetch_value(db, "select count(*) from platform.file"),
            await fetch_value(db, "select count(*) from platform.audit_entry where action like '%%photo%%'"),
        )


@pytest.mark.parametrize("length", [{}, {"Content-Length": "10"}])
async def test_an_endless_body_is_cut_at_the_limit(
    sign_in: SignIn, settings: Settings, length: dict[str, str]
) -> None:
    client, body = await sign_in("admin"), Endless()
    answer = await client.put("/api/me/photo", content=body, headers=FORM | length)
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")
    assert body.taken <= settings.max_upload_bytes + OVERHEAD + CHUNK
    page = await client.post("/me/photo", content=Endless(), headers=FORM)
    assert page.status_code == 413
    assert page.headers["content-type"].startswith("text/html")
    assert on_disk(settings) == []
    assert await rows(sign_in) == (0, 0)


async def test_a_length_over_the_limit_is_refused_unread(sign_in: SignIn, settings: Settings) -> None:
    client, body = await sign_in("admin"), Endless()
    announced = {"Content-Length": str(settings.max_upload_bytes + OVERHEAD + 1)}
    answer = await client.put("/api/me/photo", content=body, headers=FORM | announced)
    assert (answer.status_code, body.taken) == (413, 0)


async def test_one_byte_more_than_the_limit(sign_in: SignIn, settings: Settings) -> None:
    client = await sign_in("admin")
    start = picture()
    content = start + bytes(settings.max_upload_bytes - len(start))
    for send in (
        lambda body: client.put("/api/me/photo", content=body, headers=RAW),
        lambda body: client.put("/api/me/photo", files={"file": ("x", body)}, headers={"If-Match": '"1"'}),
    ):
        answer = await send(content + b"\x00")
        assert (answer.status_code, answer.json()["code"]) == (413, "file.too_large")
        assert answer.json()["errors"][0]["pointer"] == "/file"
    assert on_disk(settings) == []
    assert (await client.put("/api/me/photo", content=content, headers=RAW)).status_code == 200


async def test_other_bodies_keep_their_own_limit(sign_in: SignIn, settings: Settings) -> None:
    client = await sign_in("admin")
    body = b'"' + bytes(settings.max_body_bytes) + b'"'
    answer = await client.put("/api/me", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


async def test_who_sends_slowly_holds_no_connection(sign_in: SignIn) -> None:
    """While the body comes in, every connection of the pool is free."""
    client = await sign_in("admin")
    pool = sign_in.database.pool
    free: list[int] = []

    async def slowly() -> AsyncIterator[bytes]:
        for piece in (HEAD, picture(), b"\r\n--b--\r\n"):
            stats = pool.get_stats()
            free.append(stats["pool_size"] - stats["pool_available"])
            yield piece

    answer = await client.put("/api/me/photo", content=slowly(), headers=FORM)
    assert answer.status_code == 200
    assert free == [0, 0, 0]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"--b--\r\n", 422, "file.missing"),
        (b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--b--\r\n', 422, "file.missing"),
        (HEAD + b"\r\n--b--\r\n", 422, "file.empty"),
        (HEAD + b"<script>alert(1)</script>\r\n--b--\r\n", 422, "file.type"),
        (HEAD + picture(), 422, "form.broken"),
        (b"nothing", 422, "form.broken"),
        ((HEAD + b"x\r\n") * 300, 413, "request.too_large"),
    ],
)
async def test_each_refusal_has_its_code_and_leaves_nothing(
    sign_in: SignIn, settings: Settings, body: bytes, status: int, code: str
) -> None:
    client = await sign_in("admin")
    answer = await client.put("/api/me/photo", content=body, headers=FORM)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert on_disk(settings) == []
    assert await rows(sign_in) == (0, 0)


async def test_a_refused_row_takes_its_file_along(sign_in: SignIn, settings: Settings) -> None:
    client = await sign_in("admin")
    stale = {"If-Match": '"7"', "Content-Type": "image/jpeg"}
    answer: httpx.Response = await client.put("/api/me/photo", content=picture(), headers=stale)
    assert (answer.status_code, answer.json()["code"]) == (409, "version.stale")
    nobody = f"/api/users/{UUID(int=7)}/photo"
    assert (await client.put(nobody, content=picture(), headers=RAW)).status_code == 404
    assert on_disk(settings) == []
    assert await rows(sign_in) == (0, 0)


async def test_a_repeated_upload_has_one_effect(sign_in: SignIn, settings: Settings) -> None:
    client = await sign_in("admin")
    once = RAW | {"Idempotency-Key": "photo-1"}
    first = await client.put("/api/me/photo", content=picture(), headers=once)
    again = await client.put("/api/me/photo", content=picture(), headers=once)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert await rows(sign_in) == (1, 1)
    assert len(on_disk(settings)) == 2
