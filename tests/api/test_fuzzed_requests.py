"""Headers, cookies and bodies in any state: the application answers below 500, and never with another's words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tests.api.asgi import Answer, call
from tests.fuzz.budget import EXAMPLES, fuzzed
from tests.fuzz.words import header_value, made_of

NAMES = [
    "accept", "accept-language", "if-match", "idempotency-key", "x-forwarded-for", "x-forwarded-proto", "x-request-id",
    "origin", "sec-fetch-site", "content-type", "hx-request", "authorization", "range", "referer", "host", "cookie",
]  # fmt: skip
COOKIES = ["session", "csrf", "flash", "language", "theme", "=", ";", " ", '"', "\\", "[", "%", "é"]
BODIES = [
    "csrf_token", "=", "&", "%", "%zz", "+", "name", "--edge", "--", "\r\n", "\r\n\r\n",
    "content-disposition: form-data", '; name="', '"', "; filename=", "{", "}", '"a"', ":", "\x00", "[" * 50,
]  # fmt: skip
KINDS = [
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=edge", "multipart/form-data",
    "application/json", "text/plain", "", "multipart/form-data; boundary=" + "a" * 300,
    "application/json; charset=utf-16", ";;;",
]  # fmt: skip
PAGES = [
    "/sign-in",
    "/products",
    "/api/products",
    "/api/auth/me",
    "/api/nothing",
    "/static/nothing.css",
    "/csp-reports",
]
FORMS = ["/sign-in", "/api/auth/login", "/departments/new", "/api/departments", "/me/theme", "/csp-reports"]


def drawn(strategy: st.SearchStrategy[Any], count: int = EXAMPLES // 2) -> list[Any]:
    """What hypothesis makes of it: the requests are sent outside, where the event loop is."""
    found: list[Any] = []

    @fuzzed
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found[:count]


@pytest.fixture(scope="module")
async def session(hospital) -> str:
    client = await hospital("admin")
    return f"session={client.cookies['session']}"


async def ask(app: Any, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
    async def told(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)

    behind_a_proxy = ProxyHeadersMiddleware(told, trusted_hosts=["127.0.0.1"])
    return await call(behind_a_proxy, method, path, headers, body)


async def test_headers(hospital, session):
    faults = []
    strategy = st.tuples(
        st.sampled_from(PAGES),
        st.dictionaries(st.sampled_from(NAMES), header_value, max_size=5),
        st.booleans(),
    )
    with capture_logs():
        for path, headers, signed_in in drawn(strategy):
            given_headers = {**headers, "cookie": session} if signed_in else headers
            answer = await ask(hospital.app, "GET", path, given_headers)
            if answer.status >= 500 or "x-request-id" not in answer.headers:
                faults.append((path, headers, answer.status))
    assert faults == []


async def test_cookies(hospital):
    faults = []
    with capture_logs():
        for text in drawn(made_of(COOKIES)):
            cookie = text.encode().decode("latin-1").translate(dict.fromkeys((0, 10, 13)))
            for path in ("/sign-in", "/api/auth/me"):
                answer = await ask(hospital.app, "GET", path, {"cookie": cookie})
                if answer.status not in (200, 303, 401):
                    faults.append((path, cookie, answer.status))
    assert faults == []


async def test_bodies(hospital, session):
    """Without a right token: refused as forgery or as nonsense, never taken and never a fault."""
    faults = []
    strategy = st.tuples(st.sampled_from(FORMS), st.sampled_from(KINDS), made_of(BODIES), st.booleans())
    with capture_logs():
        for path, kind, text, signed_in in drawn(strategy):
            headers = {"content-type": kind, "cookie": session if signed_in else "csrf=a"}
            body = text.encode("utf-8", "surrogatepass")
            answer = await ask(hospital.app, "POST", path, headers, body)
            if not 400 <= answer.status < 500 and not (path == "/csp-reports" and answer.status == 204):
                faults.append((path, kind, text, answer.status))
    assert faults == []


async def test_versions_and_keys_of_changes(hospital):
    client = await hospital("admin")
    token = client.headers["X-CSRF-Token"]
    signed = {"cookie": f"session={client.cookies['session']}", "x-csrf-token": token}
    faults = []
    nowhere = "/api/departments/00000000-0000-7000-8000-00000000dead"
    with capture_logs():
        for match, key in drawn(st.tuples(header_value, header_value)):
            headers = {
                **signed,
                "content-type": "application/json",
                "if-match": match,
                "idempotency-key": key,
            }
            answer = await ask(hospital.app, "PUT", nowhere, headers, b'{"name": "a"}')
            if answer.status not in (404, 409, 422):
                faults.append((match, key, answer.status))
    assert faults == []
