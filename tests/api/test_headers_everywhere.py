"""The security headers (P8) on every route, whatever it says: each status is provoked on each route."""

import json
from contextlib import contextmanager

import pytest
from litestar import Litestar
from structlog.testing import capture_logs

from stockroom.platform.db import Database
from stockroom.platform.errors import Refusal, Unavailable
from stockroom.platform.gate import ScopeMiddleware
from stockroom.platform.headers import ALWAYS, CSP
from tests.api.asgi import Answer, call
from tests.api.routes import SAFE
from tests.api.test_guards import anywhere

JSON = {"content-type": "application/json"}
UNSAFE_WORDS = ("unsafe-inline", "unsafe-eval", "unsafe-hashes", "wasm-unsafe-eval", "*", "http:", "https:")


class TooMany(Refusal):
    code = "planted.limited"
    status = 429


def faults_of(answer: Answer, *, tls: bool = False) -> list[str]:
    """What is wrong with the headers of one answer."""
    wanted = {name.decode(): value.decode() for name, value in ALWAYS}
    found = [name for name, value in wanted.items() if answer.headers.get(name) != value]
    found += [name for name in ("x-request-id", "cache-control") if name not in answer.headers]
    found += [name for name in ("server", "x-powered-by") if name in answer.headers]
    found += [name for name in answer.headers if name.startswith("access-control-")]
    if ("strict-transport-security" in answer.headers) is not tls:
        found.append("strict-transport-security")
    kind = answer.headers.get("content-type", "")
    if answer.body and not kind:
        found.append("content-type")
    if (
        kind.startswith("text/")
        and "charset=utf-8" not in kind
        and not kind.startswith("text/plain; version")
    ):
        found.append(f"charset of {kind}")
    return found


class Cookies(dict[str, str]):
    """The headers of somebody who is signed in."""

    @classmethod
    def of(cls, client) -> "Cookies":
        token = client.headers.get("X-CSRF-Token", "")
        return cls({"cookie": f"session={client.cookies['session']}", "x-csrf-token": token})


@contextmanager
def planted(method: str, owner: type, error: Exception):
    async def fail(*_, **__):
        raise error

    # The log lines of a thousand faults, each with its traceback, would take minutes to draw.
    with pytest.MonkeyPatch.context() as patch, capture_logs():
        patch.setattr(owner, method, fail)
        yield


async def walk(app, routes, headers: dict[str, str], body: bytes = b"", *, method: str = ""):
    """Every route asked once: its answer by name."""
    found = {}
    for route in routes:
        name = method or route.method
        found[str(route)] = await call(app, name, anywhere(route.path), headers, body)
    return found


def assert_all_guarded(answers: dict[str, Answer], statuses: set[int]) -> None:
    wrong = {name: faults_of(answer) for name, answer in answers.items() if faults_of(answer)}
    assert wrong == {}
    assert statuses <= {answer.status for answer in answers.values()}


def test_the_policy_allows_nothing_by_default_and_nothing_unsafe():
    directives = dict(part.split(" ", 1) for part in CSP.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == directives["base-uri"] == "'none'"
    assert not [word for word in CSP.split() if word.strip("';") in UNSAFE_WORDS]
    assert {name for name, value in directives.items() if "data:" in value} == {"img-src"}


async def test_somebody_signed_in(hospital, routes):
    client = await hospital("admin")
    safe = [route for route in routes if route.method in SAFE and route.path != "/sign-out"]
    assert_all_guarded(await walk(hospital.app, safe, Cookies.of(client)), {200, 404})


async def test_signed_out_and_without_a_token(hospital, routes):
    assert_all_guarded(await walk(hospital.app, routes, {}), {200, 303, 401, 404})
    foreign = {"sec-fetch-site": "cross-site"}
    assert_all_guarded(await walk(hospital.app, routes, foreign), {403})


async def test_forbidden_for_the_role(hospital, routes):
    client = await hospital("ward")
    unsafe = [route for route in routes if route.is_unsafe and route.permission]
    assert_all_guarded(await walk(hospital.app, unsafe, {**Cookies.of(client), **JSON}, b"{}"), {403})


async def test_input_that_makes_no_sense_or_is_too_large(hospital, routes):
    client = await hospital("admin")
    unsafe = [route for route in routes if route.is_unsafe and route.permission]
    given = {**Cookies.of(client), **JSON}
    assert_all_guarded(await walk(hospital.app, unsafe, given, b"{"), {422})
    small = [route for route in unsafe if "import" not in route.path]
    answers = await walk(hospital.app, small, {**given, "content-length": str(16 * 1024 * 1024)})
    assert_all_guarded(answers, {413})
    assert {answer.status for answer in answers.values()} == {413}


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW"])
async def test_other_methods(hospital, routes, method):
    answers = await walk(hospital.app, routes, {}, method=method)
    assert_all_guarded(answers, set())
    assert {answer.status for answer in answers.values()} <= {200, 204, 404, 405}
    assert not [name for name, answer in answers.items() if method == "TRACE" and answer.status < 400]


@pytest.mark.parametrize(
    ("method", "owner", "error", "status"),
    [
        ("acquire", Database, Unavailable(), 503),
        ("acquire", Database, TooMany(seconds=7), 429),
        ("acquire", Database, RuntimeError("planted"), 500),
        ("_identify", ScopeMiddleware, RuntimeError("planted"), 500),
    ],
)
async def test_faults_and_busy_hours(hospital, routes, method, owner, error, status):
    with planted(method, owner, error):
        answers = await walk(hospital.app, routes, {"accept": "text/html"})
    assert_all_guarded(answers, {status})
    bare = {str(route) for route in routes if "bare" in route.marks}
    assert {answer.status for name, answer in answers.items() if name not in bare} <= {status, 404}
    if status in (429, 503):
        told = [answer for name, answer in answers.items() if answer.status == status and name not in bare]
        assert {answer.headers["retry-after"] for answer in told} <= {"2", "7"}


async def test_when_the_page_that_says_sorry_cannot_be_drawn_either(hospital, routes):
    """The last resort: nothing of ours works but the bytes made at the start."""
    litestar = hospital.app.app
    assert isinstance(litestar, Litestar)
    with (
        planted("acquire", Database, RuntimeError("planted")),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(litestar.state, "renderer", None)
        answers = await walk(hospital.app, routes, {"accept": "text/html"})
    assert_all_guarded(answers, {500})
    pages = [
        a for a in answers.values() if a.status == 500 and a.headers["content-type"].startswith("text/html")
    ]
    assert len(pages) > 100
    assert all(page.headers["x-request-id"] in page.text for page in pages)
    problems = [a for name, a in answers.items() if a.status == 500 and " /api/" in name]
    assert {json.loads(problem.body)["code"] for problem in problems} == {"internal"}


@pytest.mark.parametrize(
    ("headers", "path", "wrong"),
    [
        ({}, "/sign-in", "content-security-policy"),
        ({"cache-control": ""}, "/users", "x-frame-options"),
    ],
)
def test_a_missing_header_is_seen(headers, path, wrong):
    del path
    assert wrong in faults_of(Answer(200, {"x-request-id": "a", **headers}, b""))
