"""Every refusal as a page, as a message for htmx and as a problem, in both languages, without internals (P22)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from litestar import Litestar
from structlog.testing import capture_logs

from stockroom.platform.db import Database, fetch_value
from stockroom.platform.errors import TITLES
from stockroom.platform.gate import ScopeMiddleware
from stockroom.platform.i18n import LANGUAGES, translate
from stockroom.platform.limits import Limit, RateLimited
from stockroom.platform.pages import Renderer
from tests.api.html import faults_of
from tests.conftest import SignIn

HTMX = {"HX-Request": "true"}
INTERNALS = re.compile(
    r"Traceback|psycopg|UndefinedTable|RuntimeError|planted|select nothing|\.py\b|site-packages|stockroom\."
)
STATUSES = {
    403: "access.denied",
    404: "not_found",
    405: "method.not_allowed",
    413: "request.too_large",
    422: None,
    429: "rate.limited",
    500: "internal",
    503: "service.unavailable",
}


@pytest.fixture(scope="module")
async def client(hospital: SignIn) -> httpx.AsyncClient:
    """Somebody who may not see the users."""
    return await hospital("ward")


async def broken_statement(self: Any, request: Any, here: Any) -> None:
    await fetch_value(here.db, "select nothing from planted.secret_table")


@contextmanager
def planted(owner: type, method: str, error: Exception | None = None) -> Iterator[None]:
    async def fail(*_: object, **__: object) -> None:
        assert error is not None
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, method, fail if error is not None else broken_statement)
        yield


PLANTED = {
    429: (ScopeMiddleware, "_count", RateLimited(Limit("general", 200, timedelta(hours=1)), 7)),
    500: (ScopeMiddleware, "_count", None),
    503: (Database, "acquire", psycopg.OperationalError("planted: no route to 10.1.2.3")),
}
ASKED = {
    403: ("GET", "/users"),
    404: ("GET", "/no/such"),
    405: ("TRACE", "/users"),
    413: ("POST", "/prescribers/new"),
    422: ("GET", "/products?page=none"),
}


async def provoke(client: httpx.AsyncClient, status: int, where: str, **headers: str) -> httpx.Response:
    """An answer with this status, from a page (``where`` is empty) or from the API (``/api``)."""
    method, path = ASKED.get(status, ("GET", "/products"))
    if status == 413:
        path = "/prescribers" if where else path
        headers["Content-Length"] = str(10 * 1024 * 1024 + 1)
    with planted(*PLANTED[status]) if status in PLANTED else nullcontext():
        return await client.request(method, where + path, headers=headers)


def assert_told(answer: httpx.Response, status: int, language: str) -> None:
    assert answer.status_code == status
    assert INTERNALS.search(answer.text) is None, INTERNALS.search(answer.text)
    assert "10.1.2.3" not in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert answer.headers["cache-control"] == "no-store"
    if status in (429, 503):
        assert answer.headers["retry-after"] == ("7" if status == 429 else "2")
    other = next(name for name in LANGUAGES if name != language)
    assert translate(TITLES[status], other) not in answer.text


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_person_gets_a_page_of_ours(client: httpx.AsyncClient, status: int, language: str) -> None:
    answer = await provoke(client, status, "", **{"Accept-Language": language})
    assert_told(answer, status, language)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<h1>{translate(TITLES[status], language)}</h1>" in answer.text
    assert re.search(r'<link rel="stylesheet" href="/static/app-\w+\.css">', answer.text)
    assert faults_of(answer.text, language=language) == []


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_htmx_gets_a_message(client: httpx.AsyncClient, status: int, language: str) -> None:
    answer = await provoke(client, status, "", **{"Accept-Language": language, **HTMX})
    assert_told(answer, status, language)
    assert answer.headers["hx-retarget"] == "#flashes"
    assert 'role="alert"' in answer.text
    assert "<html" not in answer.text
    assert translate(TITLES[status], language) in answer.text


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_program_gets_a_problem(client: httpx.AsyncClient, status: int, language: str) -> None:
    answer = await provoke(client, status, "/api", **{"Accept-Language": language})
    assert_told(answer, status, language)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["type"]) == (status, "about:blank")
    assert STATUSES[status] in (None, problem["code"])
    assert problem["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("where", ["", "/api"])
async def test_the_log_knows_what_the_page_does_not_tell(client: httpx.AsyncClient, where: str) -> None:
    with capture_logs() as logs:
        answer = await provoke(client, 500, where)
    (fault,) = [line for line in logs if line["event"] == "fault"]
    assert fault["request_id"] == answer.headers["x-request-id"]
    assert isinstance(fault["exc_info"], psycopg.errors.UndefinedTable)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_database_that_goes_away_before_the_session_is_known(
    client: httpx.AsyncClient, language: str
) -> None:
    with planted(ScopeMiddleware, "_identify", psycopg.OperationalError("planted")):
        answer = await client.get("/users", headers={"Accept-Language": language})
    assert answer.status_code == 503
    assert "planted" not in answer.text


class Broken(Renderer):
    def __init__(self) -> None: ...

    def render(self, *_: Any, **__: Any) -> str:
        raise RuntimeError("planted: nothing can be drawn")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("path", "headers", "kind", "marked"),
    [
        (
            "/users",
            {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
            "text/html; charset=utf-8",
            "<h1>",
        ),
        ("/users", {"Accept": "*/*", **HTMX}, "text/html; charset=utf-8", 'role="alert"'),
        ("/users", {"Accept": "*/*"}, "application/problem+json", '"code":"internal"'),
    ],
)
async def test_the_last_resort_speaks_to_people_and_to_programs(
    hospital: SignIn,
    client: httpx.AsyncClient,
    language: str,
    path: str,
    headers: dict[str, str],
    kind: str,
    marked: str,
) -> None:
    litestar = hospital.app.app
    assert isinstance(litestar, Litestar)
    with pytest.MonkeyPatch.context() as patch, capture_logs() as logs:
        patch.setattr(litestar.state, "renderer", Broken())
        answer = await client.get(path, headers={"Accept-Language": language, **headers})
    assert_told(answer, 500, language)
    assert answer.headers["content-type"] == kind
    assert marked in answer.text
    assert "planted" in str(logs)
    unhandled = [line for line in logs if line["event"] == "unhandled"]
    assert [line["request_id"] for line in unhandled] == [answer.headers["x-request-id"]]
    if marked == "<h1>":
        assert faults_of(answer.text, language=language) == []


async def test_the_last_resort_survives_what_is_no_header_of_ours(hospital: SignIn) -> None:
    visitor = await hospital.visitor()
    litestar = hospital.app.app
    assert isinstance(litestar, Litestar)
    odd = {"Accept-Language": ";;q=x,\u00ff", "Cookie": "language=xx; =; \u00ff", "Accept": "text/html"}
    with pytest.MonkeyPatch.context() as patch, capture_logs():
        patch.setattr(litestar.state, "renderer", Broken())
        answer = await visitor.get("/sign-in", headers={k: v.encode("latin-1") for k, v in odd.items()})
    assert (answer.status_code, '<html lang="en"' in answer.text) == (500, True)
