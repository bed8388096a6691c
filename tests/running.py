"""A real `stockroom serve` in a process of its own, with a data directory of its own."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import httpx
import psutil
from psycopg.conninfo import make_conninfo

from stockroom.insight import verify_everything
from stockroom.platform.db import Connection

STOCKROOM = Path(sys.executable).with_name("stockroom")
PASSWORD = "Tr0ub4dor&zip"
START_SECONDS = 90.0
STOP_SECONDS = 60.0
PAUSE = 0.05


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningServer:
    """Starts, kills and asks the command line. Its output goes to a file that failures quote."""

    def __init__(
        self, room: Path, *, workers: int = 1, settings: Mapping[str, str | None] | None = None
    ) -> None:
        """A setting that is None is left to the default of the product, whatever the tests have set."""
        self.room = room
        self.data_dir = room / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = room / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STOCKROOM_")}
        wanted: dict[str, str | None] = {
            **kept,
            "STOCKROOM_DATA_DIR": str(self.data_dir),
            "PORT": str(self.port),
            "WORKERS": str(workers),
            "LOG_LEVEL": "WARNING",
            "LOG_FORMAT": "json",
            "DB_POOL_MAX": "10",
            **(settings or {}),
        }
        self._environment = {name: value for name, value in wanted.items() if value is not None}

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """A command of `stockroom`, to its end."""
        return subprocess.run(
            [STOCKROOM, *arguments],
            cwd=self.room,
            env=self._environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def know_as(self, host: str) -> None:
        """Before it starts: browsers give passkeys to a name, and none to an address in numbers."""
        self.url = f"http://{host}:{self.port}"
        self._environment["BASE_URL"] = self.url

    def create_user(self, username: str, role: str) -> None:
        made = self.run(
            "user",
            "create",
            "--username",
            username,
            "--role",
            role,
            "--password-stdin",
            stdin=PASSWORD + "\n",
        )
        assert made.returncode == 0, made.stderr

    def verify(self) -> list[dict[str, Any]]:
        """The checks of `stockroom verify` that found something; the exit status must say the same."""
        told = self.run("verify", "--json")
        assert told.returncode in (0, 1), told.stderr
        broken = [check for check in json.loads(told.stdout)["checks"] if not check["ok"]]
        assert (told.returncode == 0) == (not broken)
        return broken

    def look(self) -> list[str]:
        """The same checks without a process of their own: what is broken, in the words of the check."""

        async def check() -> list[str]:
            conninfo = self._environment.get("DATABASE_URL") or self.conninfo
            async with await Connection.connect(conninfo, autocommit=True) as db:
                report = await verify_everything(db)
            return [f"{check.name}: {check.offenders}" for check in report.checks if not check.ok]

        return asyncio.run(check())

    def start(self) -> None:
        """Returns once the server is ready to serve."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [STOCKROOM, "serve"], cwd=self.room, env=self._environment, stdout=log, stderr=log
            )
        self.wait_ready()

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not self._is_ready():
            assert self._process is not None
            assert self._process.poll() is None, f"ended with {self._process.returncode}: {self.tail()}"
            assert time.monotonic() < deadline, f"not ready after {seconds:g} s: {self.tail()}"
            time.sleep(PAUSE)

    def _is_ready(self) -> bool:
        asked = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            asked.request("GET", "/readyz")
            return asked.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            asked.close()

    def kill(self) -> None:
        """As `kill -9` does it."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(STOP_SECONDS)

    @property
    def conninfo(self) -> str:
        """Of the server's own database, past the application."""
        socket_dir = (self.data_dir / "postgres/postmaster.pid").read_text().splitlines()[4]
        return make_conninfo(host=socket_dir, port=5432, user="stockroom", dbname="stockroom")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def postmaster(self) -> psutil.Process:
        return psutil.Process(int((self.data_dir / "postgres/postmaster.pid").read_text().split()[0]))

    def tail(self) -> str:
        return (
            "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-30:]) if self.log.exists() else ""
        )


@contextmanager
def room_for_a_server() -> Iterator[Path]:
    """A folder that the database's own system user can pass through, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="stockroom-run-")).resolve()
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_server(
    room: Path, *, workers: int = 1, settings: Mapping[str, str | None] | None = None
) -> Iterator[RunningServer]:
    """A server that is stopped at the end, its database with it, however it ended before."""
    server = RunningServer(room, workers=workers, settings=settings)
    try:
        yield server
    finally:
        server.stop()
        server.run("verify")  # joins a database that a kill left running, and as its last holder stops it


def sign_in(server: RunningServer, username: str, password: str = PASSWORD) -> httpx.Client:
    """A client of this person; every change carries its CSRF token."""
    client = httpx.Client(base_url=server.url, timeout=30)
    answer = client.post("/api/auth/login", json={"username": username, "password": password})
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return client
