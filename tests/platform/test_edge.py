"""What every answer carries, whatever it says (P8, P22): headers, a request id, a helpful page."""

import re

import httpx
import pytest
from litestar import Litestar

from stockroom.main import create_app
from stockroom.platform.pages import STATIC
from stockroom.settings import Settings
from tests.api.asgi import call
from tests.conftest import Clones, SignIn

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "x-frame-options": "DENY",
}


def assert_guarded(answer: httpx.Response) -> None:
    for name, value in ALWAYS.items():
        assert answer.headers.get_list(name) == [value], name
    assert len(answer.headers.get_list("content-security-policy")) == 1
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert len(answer.headers.get_list("cache-control")) == 1
    assert len(answer.headers["x-request-id"]) == 32
    assert "server" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


async def test_every_answer_is_guarded(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    visitor = await sign_in.visitor()
    static = next(path.name for path in STATIC.iterdir() if path.suffix == ".css")
    answers = {
        "page": (await client.get("/users"), 200),
        "json": (await client.get("/api/users"), 200),
        "redirect": (await visitor.get("/users"), 303),
        "unknown page": (await client.get("/no/such/page"), 404),
        "unknown api": (await client.get("/api/no/such"), 404),
        "unknown below the docs": (await client.get("/api/docs/scalar"), 404),
        "wrong method": (await client.put("/users"), 405),
        "wrong method api": (await client.patch("/api/users"), 405),
        "invalid": (await client.post("/api/users", json={}), 422),
        "unauthenticated": (await visitor.get("/api/users"), 401),
        "forbidden": (await client.post("/api/users", json={}, headers={"X-CSRF-Token": "x"}), 403),
        "export": (await client.get("/users/export"), 200),
        "health": (await visitor.get("/healthz"), 200),
        "static": (await visitor.get(f"/static/{static}"), 200),
        "no static": (await visitor.get("/static/nothing.css"), 404),
    }
    for name, (answer, status) in answers.items():
        assert answer.status_code == status, name
        assert_guarded(answer)
        kept = "public, max-age=31536000, immutable" if name == "static" else "no-store"
        assert answer.headers["cache-control"].replace("immutable, ", "") == kept or (
            name == "static" and "immutable" in answer.headers["cache-control"]
        ), name


async def test_hsts_and_host_cookies_under_tls_only(clones: Clones, settings: Settings) -> None:
    secure = settings.model_copy(update={"secure_cookies": True})
    app = create_app(secure, clones.make())
    assert isinstance(app.app, Litestar)
    async with app.app.lifespan():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="https://stockroom.test") as client:
            page = await client.get("/sign-in")
    assert page.headers.get("strict-transport-security") == "max-age=31536000; includeSubDomains"
    (cookie,) = page.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-csrf=")
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= {
        part.strip().lower() for part in cookie.split(";")
    }


async def test_without_tls_there_is_no_hsts(sign_in: SignIn) -> None:
    page = await (await sign_in.visitor()).get("/sign-in")
    assert "strict-transport-security" not in page.headers


async def test_the_wrong_method_says_which_are_right(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    for path, expected in (("/users", {"GET"}), ("/api/users", {"GET", "POST"})):
        answer = await client.delete(path)
        assert answer.status_code == 405
        allowed = {method.strip() for method in answer.headers["allow"].split(",")}
        assert allowed - {"HEAD", "OPTIONS"} == expected


@pytest.mark.parametrize(
    ("given", "echoed"),
    [
        ("abc-DEF_1.2-3456", True),
        ("short", False),
        ("x" * 65, False),
        ("has space in it", False),
        ("<script>alert(1)</script>", False),
    ],
)
async def test_a_request_id_is_echoed_where_it_is_a_plain_one(
    sign_in: SignIn, given: str, echoed: bool
) -> None:
    visitor = await sign_in.visitor()
    for path in ("/healthz", "/api/nothing", "/sign-in"):
        answer = await visitor.get(path, headers={"X-Request-Id": given})
        assert (answer.headers["x-request-id"] == given) is echoed
        if path == "/api/nothing":
            assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("accept", "lang", "title", "home"),
    [
        ("en-GB,en;q=0.9", "en", "Not found", "Home"),
        ("pl-PL,pl;q=0.9,en;q=0.5", "pl", "Nie znaleziono", "Strona główna"),
        ("de,pl;q=0.8", "pl", "Nie znaleziono", "Strona główna"),
        ("de", "en", "Not found", "Home"),
        ("", "en", "Not found", "Home"),
        (";;q=x,,", "en", "Not found", "Home"),
    ],
)
async def test_error_pages_speak_the_visitors_language(
    sign_in: SignIn, accept: str, lang: str, title: str, home: str
) -> None:
    visitor = await sign_in.visitor()
    page = await visitor.get("/no/such/page", headers={"Accept-Language": accept})
    assert page.status_code == 404
    assert f'<html lang="{lang}"' in page.text
    assert f"<h1>{title}</h1>" in page.text
    assert home in page.text
    assert page.headers["x-request-id"] in page.text
    problem = await visitor.get("/api/no/such", headers={"Accept-Language": accept})
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["code"] == "not_found"


async def test_a_fault_of_ours_tells_no_internals(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from stockroom.people.api import accounts
    from stockroom.people.pages import access

    async def broken(_: object) -> None:
        raise RuntimeError("secret detail at /srv/secret/path")

    client = await sign_in("admin")
    monkeypatch.setattr(accounts.queries, "list_roles", broken)
    monkeypatch.setattr(access.queries, "list_roles", broken)
    for path in ("/roles", "/api/roles"):
        answer = await client.get(path)
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["x-request-id"] in answer.text
        assert_guarded(answer)
    assert "secret detail" in capsys.readouterr().out


async def test_htmx_gets_the_refusal_as_a_message(sign_in: SignIn) -> None:
    client = await sign_in("ward")
    answer = await client.get("/users", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert answer.headers["hx-retarget"] == "#flashes"
    assert "<html" not in answer.text
    assert re.search(r'role="alert"', answer.text)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 422, "field.json"),
        (b"\xff\xfe", "application/json", 422, "field.json"),
        (b"", "application/json", 422, None),
        (b"[" * 100_000, "application/json", 422, "field.json"),
        (b'{"name": "A", "deep": ' + b"[" * 100_000, "application/json", 422, "field.json"),
        (b'{"name": "\\ud800"}', "application/json", 422, "field.json"),
        (b'"text"', "application/json", 422, "field.type"),
        (b"null", "application/json", 422, None),
        (b"x" * (11 * 1024 * 1024), "application/json", 413, None),
    ],
)
async def test_a_body_that_makes_no_sense_is_a_problem_and_no_fault(
    sign_in: SignIn, body: bytes, content_type: str, status: int, code: str | None
) -> None:
    client = await sign_in("admin")
    answer = await client.post("/api/departments", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    if code is not None:
        assert [error["code"] for error in answer.json()["errors"]] == [code]


@pytest.mark.parametrize(
    "host",
    ["a:b", "a:99999", "a:80:80", "a b", "2026-05-31T25:00", "[::1", "a/b", "a@b", "a?b", "", "%", "{}"],
)
async def test_a_host_that_is_none_is_refused_before_anything_is_built_from_it(
    sign_in: SignIn, host: str
) -> None:
    for path in ("/healthz", "/sign-in", "/api/nothing", "/static/nothing.css"):
        answer = await call(sign_in.app, "GET", path, {"host": host})
        assert (answer.status, answer.text) == (400, "Invalid Host header."), path
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert len(answer.headers["x-request-id"]) == 32


@pytest.mark.parametrize("host", ["a", "a.example:8080", "10.1.2.3:80", "[::1]", "[::1]:8080", "under_score"])
async def test_every_host_that_is_one_is_served(sign_in: SignIn, host: str) -> None:
    assert (await call(sign_in.app, "GET", "/healthz", {"host": host})).status == 200
