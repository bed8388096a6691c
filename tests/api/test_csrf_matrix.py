"""Forgery in every shape at every route that changes something (P7), generated from the route table.

{no token, another person's, the one from before sign-in, an ended session's, an expired one's} × what the
browser says of where it comes from × how the body is written: all refused, all in the security log, nothing
else written. The right token
with another site behind it: refused as well. The right token from our own page: never refused for forgery.
"""

import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg
import pytest
from litestar import Litestar, post

from stockroom.platform import csrf
from stockroom.platform.clock import utc_now
from stockroom.platform.edge import Edge
from stockroom.platform.ids import new_id
from tests.api.asgi import Answer, call
from tests.api.conftest import application_over, opened
from tests.api.fingerprint import count_events, fingerprint
from tests.api.routes import Route, routes_of
from tests.api.test_guards import anywhere
from tests.conftest import Clones, SignIn
from tests.people.test_users_pages import form_of

REFUSED = "This form is out of date or came from another site."
INSERT_SESSION = """
insert into people.session (token_hash, id, account_id, created_at, last_seen_at, expires_at, address, user_agent)
values (%s, %s, %s, %s, %s, %s, '', '')
"""
FOREIGN = {
    "cross-site": {"sec-fetch-site": "cross-site"},
    "same-site": {"sec-fetch-site": "same-site"},
    "foreign origin": {"origin": "https://elsewhere.example"},
}
OWN = {
    "same-origin": {"sec-fetch-site": "same-origin", "origin": "http://stockroom.test"},
    "none": {"sec-fetch-site": "none"},
    "says nothing": {},
}
SAID = {**FOREIGN, **{name: OWN[name] for name in ("none", "says nothing")}}
ALLOWED_WITHOUT = {"POST /csp-reports"}


def urlencoded(token: str) -> tuple[dict[str, str], bytes]:
    return {"content-type": "application/x-www-form-urlencoded"}, f"name=a&csrf_token={token}".encode()


def as_json(token: str) -> tuple[dict[str, str], bytes]:
    return {"content-type": "application/json", "x-csrf-token": token}, b'{"name": "a"}'


def multipart(token: str) -> tuple[dict[str, str], bytes]:
    parts = {"name": "a", "csrf_token": token}
    body = "".join(
        f'--edge\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    return {"content-type": "multipart/form-data; boundary=edge"}, f"{body}--edge--\r\n".encode()


def htmx(token: str) -> tuple[dict[str, str], bytes]:
    headers, body = urlencoded(token)
    return {**headers, "hx-request": "true", "x-csrf-token": token}, body


WRITTEN: dict[str, Callable[[str], tuple[dict[str, str], bytes]]] = {
    "form": urlencoded,
    "json": as_json,
    "multipart": multipart,
    "htmx": htmx,
}


@dataclass(frozen=True)
class Browser:
    """The cookies that a browser sends by itself, and the token that somebody put into the request."""

    cookies: str
    token: str = ""


@dataclass
class Cast:
    """Whose cookies and whose tokens the matrix plays with."""

    conninfo: str
    db: psycopg.Connection
    secret: bytes
    account: str
    forged: dict[str, Browser] = field(default_factory=dict)
    signed_in: Browser = field(default_factory=lambda: Browser(""))

    def session(self, *, expired: bool = False) -> Browser:
        """A new session of the admin, straight in the database: signing in hashes a password each time."""
        token, at = secrets.token_urlsafe(32), utc_now()
        hashed = hashlib.sha256(token.encode()).digest()
        begin, end = at - timedelta(hours=2), at + timedelta(hours=-1 if expired else 1)
        self.db.execute(INSERT_SESSION, (hashed, new_id(), self.account, begin, at, end))
        return Browser(f"session={token}", csrf.make_token(self.secret, hashed))


@pytest.fixture(scope="module")
def demo_conninfo(cluster, demo_template) -> Iterator[str]:
    """A clone of their own: requests with the right token write."""
    made = Clones(cluster, demo_template)
    yield made.make()
    made.drop_all()


@pytest.fixture(scope="module")
def application(demo_conninfo) -> Iterator[Edge]:
    with application_over(demo_conninfo) as made:
        yield made


@pytest.fixture(scope="module")
async def hospital(application) -> AsyncIterator[SignIn]:
    async with opened(application) as made:
        yield made


@pytest.fixture(scope="module")
def routes(application) -> list[Route]:
    litestar = application.app
    assert isinstance(litestar, Litestar)
    return routes_of(litestar)


@pytest.fixture(scope="module")
async def cast(hospital, demo_conninfo) -> AsyncIterator[Cast]:
    with psycopg.connect(demo_conninfo, autocommit=True) as db:
        yield await introduce(hospital, demo_conninfo, db)


async def introduce(hospital, demo_conninfo, db) -> Cast:
    litestar = hospital.app.app
    assert isinstance(litestar, Litestar)
    visitor = await hospital.visitor()
    early = form_of(await visitor.get("/sign-in"))["csrf_token"]
    early_cookie = f"csrf={visitor.cookies['csrf']}"
    client, other = await hospital("admin"), await hospital("admin")
    who = (await client.get("/api/auth/me")).json()["user"]["id"]
    made = Cast(demo_conninfo, db, litestar.state.secret, who)
    mine = f"session={client.cookies['session']}"
    made.signed_in = Browser(mine, client.headers["X-CSRF-Token"])
    ended = await hospital("admin")
    left = Browser(f"session={ended.cookies['session']}", ended.headers["X-CSRF-Token"])
    assert (await ended.post("/api/auth/logout")).status_code == 204
    made.forged = {
        "none": Browser(mine),
        "another person's": Browser(mine, other.headers["X-CSRF-Token"]),
        "from before sign-in": Browser(f"{mine}; {early_cookie}", early),
        "an ended session's": Browser(f"{left.cookies}; {early_cookie}", left.token),
        "an expired session's": made.session(expired=True),
    }
    return made


@pytest.fixture(scope="module")
def unsafe(routes) -> list[Route]:
    found = [route for route in routes if route.is_unsafe]
    assert len(found) > 100
    return found


async def send(app, route: Route, browser: Browser, said: dict[str, str], written: str) -> Answer:
    headers, body = WRITTEN[written](browser.token)
    cookies = {"cookie": browser.cookies} if browser.cookies else {}
    return await call(app, route.method, anywhere(route.path), {**headers, **said, **cookies}, body)


def was_refused(answer: Answer) -> bool:
    """As forgery, and as nothing else."""
    if answer.status != 403:
        return False
    if answer.headers["content-type"] == "application/problem+json":
        return json.loads(answer.body)["code"] == "csrf.refused"
    return REFUSED in answer.text


@contextmanager
def all_noted_nothing_written(conninfo: str, refused: int) -> Iterator[None]:
    before, events = fingerprint(conninfo), count_events(conninfo, "csrf.refused")
    yield
    assert fingerprint(conninfo) == before
    assert count_events(conninfo, "csrf.refused") - events == refused


@pytest.mark.parametrize("written", WRITTEN)
async def test_no_forged_request_passes_anywhere(hospital, cast, unsafe, written):
    let_in = {}
    cells = len(unsafe) * len(cast.forged) * len(SAID)
    with all_noted_nothing_written(cast.conninfo, cells):
        for route in unsafe:
            for whose, browser in cast.forged.items():
                for where, said in SAID.items():
                    answer = await send(hospital.app, route, browser, said, written)
                    if not was_refused(answer):
                        let_in[str(route), whose, where] = (answer.status, answer.text[:200])
        assert let_in == {}


@pytest.mark.parametrize("written", WRITTEN)
async def test_the_right_token_does_not_open_for_another_site(hospital, cast, unsafe, written):
    let_in = {}
    with all_noted_nothing_written(cast.conninfo, len(unsafe) * len(FOREIGN)):
        for route in unsafe:
            for where, said in FOREIGN.items():
                answer = await send(hospital.app, route, cast.signed_in, said, written)
                if not was_refused(answer):
                    let_in[str(route), where] = (answer.status, answer.text[:200])
        assert let_in == {}


async def test_the_right_token_from_our_own_page_is_never_taken_for_forgery(hospital, cast, unsafe):
    """Each request in a session of its own: signing out is one of them."""
    kept_out = {}
    for route in unsafe:
        for written in WRITTEN:
            for where, said in OWN.items():
                answer = await send(hospital.app, route, cast.session(), said, written)
                if was_refused(answer) or answer.status >= 500:
                    kept_out[str(route), written, where] = (answer.status, answer.text[:200])
    assert kept_out == {}


async def test_a_browser_without_a_session_needs_the_token_of_its_page(hospital, unsafe):
    """Forged sign-in: whoever is signed in as somebody else types their patients into another's account."""
    open_to_all = [route for route in unsafe if "public" in route.marks]
    assert {"POST /sign-in", "POST /api/auth/login"} <= {str(route) for route in open_to_all}
    visitors = {
        "no cookie": Browser(""),
        "a cookie and no token": Browser("csrf=abcdefgh"),
        "a token of no cookie": Browser("csrf=abcdefgh", csrf.make_token(b"guessed" * 5, b"abcdefgh")),
    }
    let_in = {}
    for route in open_to_all:
        for who, browser in visitors.items():
            for where, said in {**FOREIGN, **OWN}.items():
                if not said and not browser.cookies:
                    continue  # no browser at all: a program that signs in
                for written in WRITTEN:
                    answer = await send(hospital.app, route, browser, said, written)
                    if not was_refused(answer):
                        let_in[str(route), who, where, written] = (answer.status, answer.text[:200])
    assert let_in == {}


def test_what_asks_for_no_token_is_a_short_list_with_reasons(routes):
    without = {str(route): route.without_csrf for route in routes if route.without_csrf}
    assert without.keys() == ALLOWED_WITHOUT
    assert all(len(reason) > 20 for reason in without.values())


def test_what_no_middleware_sees_changes_nothing(routes):
    """A bare route has neither session nor token check: only one that says why may be unsafe."""
    assert [str(route) for route in routes if "bare" in route.marks and route.is_unsafe] == []


def test_a_new_route_is_in_the_matrix_by_itself():
    @post("/planted")
    async def planted() -> None: ...

    @post("/excused", opt={"without_csrf": "Because of a reason that is long enough."})
    async def excused() -> None: ...

    found = routes_of(Litestar([planted, excused], openapi_config=None))
    assert [str(route) for route in found if route.is_unsafe] == ["POST /planted"]
