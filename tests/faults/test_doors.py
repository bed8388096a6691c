"""Attacks from outside on four workers: what limits, locks and sessions promise holds over processes and restarts."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager

import httpx

from tests.running import PASSWORD, RunningServer, room_for_a_server, running_server, sign_in

WORKERS = 4
WRONG = "Wr0ng&password"
# Long enough for a restart on a slow machine in between; five is the number that counts.
PLAIN = {"LIMIT_LOGIN": "5/10 minutes", "LOCK_FAILURES": "5"}


@contextmanager
def doors(settings: Mapping[str, str]) -> Iterator[RunningServer]:
    with room_for_a_server() as room, running_server(room, workers=WORKERS, settings=settings) as server:
        server.create_user("anna", "pharmacist")
        server.create_user("chief", "admin")
        server.start()
        yield server


def attempt(server: RunningServer, password: str = WRONG, address: str = "") -> httpx.Response:
    """On a connection of its own, so that any worker may get it."""
    headers = {"X-Forwarded-For": address} if address else {}
    body = {"username": "anna", "password": password}
    return httpx.post(f"{server.url}/api/auth/login", json=body, headers=headers, timeout=30)


def test_the_sixth_sign_in_is_refused_by_every_worker_whatever_it_claims_and_after_a_restart() -> None:
    with doors(PLAIN) as server:
        for number in range(5):
            assert attempt(server, address=f"198.51.100.{number}").status_code == 401
        for number in range(8):
            sixth = attempt(server, PASSWORD, address=f"203.0.113.{number}")
            assert (sixth.status_code, sixth.json()["code"]) == (429, "rate.limited")
            assert int(sixth.headers["retry-after"]) > 0
        server.stop()
        server.start()
        assert attempt(server, PASSWORD).status_code == 429
        assert server.look() == []


def test_a_trusted_proxy_names_the_address_and_the_victim_still_comes_in() -> None:
    with doors(PLAIN | {"LIMIT_LOGIN": "1000/minute", "TRUSTED_PROXIES": "127.0.0.1"}) as server:
        attacker, victim = "198.51.100.7", "203.0.113.9"
        told = [attempt(server, address=f"10.9.8.7, {attacker}").json()["code"] for _ in range(5)]
        assert told == ["auth.invalid_credentials"] * 5
        locked = attempt(server, PASSWORD, address=attacker)
        assert (locked.status_code, locked.json()["code"]) == (429, "auth.locked")
        assert attempt(server, PASSWORD, address=victim).status_code == 200
        assert server.run("user", "unlock", "anna").returncode == 0
        assert attempt(server, PASSWORD, address=attacker).status_code == 200


def test_a_copied_cookie_is_dead_after_sign_out_a_new_password_and_disabling() -> None:
    with doors(PLAIN | {"LIMIT_LOGIN": "1000/minute"}) as server, ExitStack() as people:

        def signed_in(name: str) -> httpx.Client:
            return people.enter_context(closing(sign_in(server, name)))

        chief = signed_in("chief")
        user = next(
            item for item in chief.get("/api/users?q=anna").json()["items"] if item["username"] == "anna"
        )

        def is_alive(cookie: str) -> bool:
            return httpx.get(f"{server.url}/api/auth/me", cookies={"session": cookie}).status_code == 200

        def copied() -> tuple[httpx.Client, str]:
            client = signed_in("anna")
            cookie = client.cookies["session"]
            assert is_alive(cookie)
            return client, cookie

        client, cookie = copied()
        assert client.post("/api/auth/logout").status_code == 204
        assert not is_alive(cookie)

        _, cookie = copied()
        new = {"password": PASSWORD}
        assert chief.post(f"/api/users/{user['id']}/password", json=new).status_code < 300
        assert not is_alive(cookie)

        _, cookie = copied()
        assert chief.post(f"/api/users/{user['id']}/disable").status_code < 300
        assert not is_alive(cookie)
        assert attempt(server, PASSWORD).status_code == 401
