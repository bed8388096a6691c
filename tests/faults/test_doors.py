"""Attacks from outside on four workers: what limits, locks and sessions promise holds over processes and restarts.

With the limits and locks that an installation has where nobody sets any.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import httpx
import psycopg

from stockroom.platform.limits import NAMES
from tests.running import PASSWORD, RunningServer, room_for_a_server, running_server

WORKERS = 4
WRONG, NEW = "Wr0ng&password", "Green-8-Kettles"
AS_SHIPPED: dict[str, str | None] = {f"LIMIT_{name.upper()}": None for name in NAMES}
BEHIND_A_PROXY: dict[str, str | None] = {"TRUSTED_PROXIES": "127.0.0.1"}
# As if it had been earlier: what counts is when, and no test waits for it.
A_MINUTE_EARLIER = """
update platform.rate_limit set hits = array(select hit - interval '1 minute' from unnest(hits) hit)
where key like 'login:%'
"""


@contextmanager
def doors(settings: Mapping[str, str | None] | None = None) -> Iterator[RunningServer]:
    told = AS_SHIPPED | dict(settings or {})
    with room_for_a_server() as room, running_server(room, workers=WORKERS, settings=told) as server:
        server.create_user("anna", "pharmacist")
        server.create_user("chief", "admin")
        server.start()
        yield server


def attempt(server: RunningServer, password: str = WRONG, address: str = "") -> httpx.Response:
    """On a connection of its own, so that any worker may get it."""
    body = {"username": "anna", "password": password}
    return httpx.post(f"{server.url}/api/auth/login", json=body, headers=came_from(address), timeout=30)


def came_from(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address} if address else {}


def is_limited(answer: httpx.Response, window: int) -> bool:
    """Refused, and told when to come again."""
    known = (answer.status_code, answer.headers.get("content-type")) == (429, "application/problem+json")
    return (
        known and answer.json()["code"] == "rate.limited" and 0 < int(answer.headers["retry-after"]) <= window
    )


def test_the_sixth_sign_in_of_a_minute_is_refused_by_every_worker_whatever_it_claims() -> None:
    with doors() as server:
        for number in range(5):
            assert attempt(server, address=f"198.51.100.{number}").status_code == 401
        for number in range(8):
            assert is_limited(attempt(server, PASSWORD, address=f"203.0.113.{number}"), 60)
        page = httpx.post(
            f"{server.url}/sign-in", data={"username": "anna", "password": PASSWORD}, timeout=30
        )
        assert (page.status_code, int(page.headers["retry-after"]) > 0) == (429, True)
        assert server.look() == []


def test_the_sixth_sign_in_is_refused_after_a_restart_too() -> None:
    """A minute is long enough for a restart; the longer window is for a machine that has too much to do."""
    with doors({"LIMIT_LOGIN": "5/10 minutes", "LOCK_FAILURES": "100"}) as server:
        for _ in range(5):
            assert attempt(server).status_code == 401
        server.stop()
        server.start()
        assert is_limited(attempt(server, PASSWORD), 600)


def test_the_fourth_reset_of_an_hour_is_refused_by_every_worker_and_after_a_restart() -> None:
    def ask(server: RunningServer, number: int) -> httpx.Response:
        body = {"email": f"anna{number}@a.example"}
        address = came_from(f"198.51.100.{number}")
        return httpx.post(f"{server.url}/api/auth/request-reset", json=body, headers=address, timeout=30)

    with doors() as server:
        assert [ask(server, number).status_code for number in range(3)] == [202] * 3
        assert all(is_limited(ask(server, number), 3600) for number in range(3, 9))
        page = httpx.post(f"{server.url}/forgot", data={"email": "anna@a.example"}, timeout=30)
        assert page.status_code == 429
        server.stop()
        server.start()
        assert all(is_limited(ask(server, number), 3600) for number in range(9, 15))
        assert server.look() == []


def test_five_failures_lock_the_pair_and_the_victim_still_comes_in() -> None:
    with doors(BEHIND_A_PROXY) as server:
        attacker, victim = "198.51.100.7", "203.0.113.9"
        told = [attempt(server, address=f"10.9.8.{n}, {attacker}").json()["code"] for n in range(5)]
        assert told == ["auth.invalid_credentials"] * 5
        assert is_limited(attempt(server, PASSWORD, address=attacker), 60)
        a_minute_later(server)
        locked = attempt(server, PASSWORD, address=attacker)
        assert (locked.status_code, locked.json()["code"]) == (429, "auth.locked")
        assert 0 < int(locked.headers["retry-after"]) <= 15 * 60
        assert attempt(server, PASSWORD, address=victim).status_code == 200
        assert attempt(server, PASSWORD, address=attacker).status_code == 429
        assert server.run("user", "unlock", "anna").returncode == 0
        assert attempt(server, PASSWORD, address=attacker).status_code == 200
        assert server.look() == []


def a_minute_later(server: RunningServer) -> None:
    with psycopg.connect(server.conninfo) as db:
        db.execute(A_MINUTE_EARLIER.encode())


class Person:
    """Somebody at an address of their own, so that no limit of sign-ins stands in the way."""

    def __init__(self, server: RunningServer, name: str, address: str) -> None:
        self.client = httpx.Client(base_url=server.url, timeout=30, headers=came_from(address))
        answer = self.client.post("/api/auth/login", json={"username": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        self.cookie = self.client.cookies["session"]

    def is_copy_alive(self) -> bool:
        """Whether any worker takes the cookie as it was at sign-in; each request is a new connection."""
        url, cookies = f"{self.client.base_url}/api/auth/me", {"session": self.cookie}
        return any(httpx.get(url, cookies=cookies, timeout=30).status_code == 200 for _ in range(2 * WORKERS))


def end_by_sign_out(anna: Person, chief: Person, account: str) -> int:
    return anna.client.post("/api/auth/logout").status_code


def end_by_own_password(anna: Person, chief: Person, account: str) -> int:
    body = {"old_password": PASSWORD, "password": NEW}
    done = anna.client.post("/api/me/password", json=body).status_code
    assert anna.client.get("/api/auth/me").status_code == 200
    return done


def end_by_password_of_an_administrator(anna: Person, chief: Person, account: str) -> int:
    return chief.client.post(f"/api/users/{account}/password", json={"password": PASSWORD}).status_code


def end_by_another_role(anna: Person, chief: Person, account: str) -> int:
    user = chief.client.get(f"/api/users/{account}")
    body = {name: user.json()[name] for name in ("username", "name", "email")} | {"role": "technician"}
    return chief.client.put(
        f"/api/users/{account}", json=body, headers={"If-Match": user.headers["etag"]}
    ).status_code


def end_by_disabling(anna: Person, chief: Person, account: str) -> int:
    return chief.client.post(f"/api/users/{account}/disable").status_code


def test_a_copied_cookie_is_dead_after_sign_out_another_password_another_role_and_disabling() -> None:
    with doors(BEHIND_A_PROXY) as server, ExitStack() as people:

        def signed_in(name: str, address: str) -> Person:
            person = Person(server, name, address)
            people.callback(person.client.close)
            return person

        chief = signed_in("chief", "192.0.2.1")
        (user,) = chief.client.get("/api/users", params={"q": "anna"}).json()["items"]
        ways = (
            end_by_sign_out, end_by_password_of_an_administrator, end_by_another_role, end_by_own_password,
            end_by_password_of_an_administrator, end_by_disabling,
        )  # fmt: skip
        for number, end in enumerate(ways):
            if number == 4:  # the password that anna chose is unknown to her next visit
                assert end_by_password_of_an_administrator(chief, chief, user["id"]) < 300
            anna = signed_in("anna", f"198.51.100.{number}")
            assert anna.is_copy_alive()
            assert end(anna, chief, user["id"]) < 300
            assert not anna.is_copy_alive(), end.__name__
        assert attempt(server, PASSWORD, address="203.0.113.9").status_code == 401
        assert server.look() == []
