"""The server under attack, a session on it, and a description of its API with ids that exist."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx

from stockroom.platform.limits import NAMES
from tests.api.samples import Samples, add_samples
from tests.running import PASSWORD, RunningServer, running_server

# What ends the session that attacks: by its work, found by its id, or after five wrong answers. The tests try them,
# with a session for each (`tests/api/test_injection.py`, `tests/api/test_bad_input.py`).
LEFT_OUT = {
    ("post", "/api/auth/logout"),
    ("post", "/api/auth/step-up"),
    ("delete", "/api/me/sessions/{session_id}"),
}
FAULTS = ("fault", "unhandled")
# Over TLS, as far as the server knows; as often as an attacker likes.
SETTINGS = {
    "SECURE_COOKIES": "true",
    "LOG_FORMAT": "json",
    "LOG_LEVEL": "ERROR",
    "LOCK_FAILURES": "100",
    "LOCK_TOTAL": "10000",
} | {f"LIMIT_{name.upper()}": "1000000/second" for name in NAMES}


@dataclass(frozen=True)
class Ground:
    server: RunningServer
    cookie: str
    token: str
    samples: Samples

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie, "X-CSRF-Token": self.token}

    def is_signed_in(self) -> bool:
        """Whether the session still lives: what is refused at the door has tried nothing behind it."""
        return httpx.get(f"{self.server.url}/api/auth/me", headers=self.headers, timeout=60).is_success

    def description(self) -> dict[str, Any]:
        """OpenAPI, ids that exist as examples, without what would sign the attacker out."""
        asked = httpx.get(f"{self.server.url}/api/openapi.json", headers=self.headers, timeout=60)
        found: dict[str, Any] = asked.raise_for_status().json()
        found["servers"] = [{"url": self.server.url}]
        for path, item in found["paths"].items():
            known = self.samples.for_path(path)
            for method in [name for name in item if (name, path) in LEFT_OUT]:
                del item[method]
            for operation in item.values():
                for parameter in operation.get("parameters", []):
                    if known.get(parameter["name"]):
                        parameter["example"] = known[parameter["name"]]
        return found

    def faults(self) -> list[str]:
        """What the server itself calls a fault of its own, by path and last line."""
        lines = [
            json.loads(line) for line in self.server.log.read_text("utf-8").splitlines() if line[:1] == "{"
        ]
        wrong = [line for line in lines if line.get("message") in FAULTS]
        return sorted(
            {
                f"{line.get('path')}: {line.get('exception', '').strip().rpartition(chr(10))[2]}"
                for line in wrong
            }
        )


@contextmanager
def open_ground(room: Path) -> Iterator[Ground]:
    with running_server(room, settings=SETTINGS) as server:
        filled = server.run("demo", "hospital")
        assert filled.returncode == 0, filled.stderr
        server.create_user("attacker", "admin")
        server.start()
        add_samples(server.conninfo)
        _sign_in(server)  # the oldest session of all is the one that is there to be ended
        answer = _sign_in(server)
        given = SimpleCookie(answer.headers["set-cookie"])
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in given.items())
        yield Ground(server, cookie, answer.json()["csrf_token"], Samples(server.conninfo))


def _sign_in(server: RunningServer) -> httpx.Response:
    body = {"username": "attacker", "password": PASSWORD}
    return httpx.post(f"{server.url}/api/auth/login", json=body, timeout=60).raise_for_status()
