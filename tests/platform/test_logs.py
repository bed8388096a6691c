"""Logs: one line a record, nothing secret in them (P16)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.conftest import PASSWORD, SignIn
from tests.people.test_users_pages import form_of

FORGED = "/a\r\n2026-01-01T00:00:00Z [info] forged user=admin\x1b[2J\u2028\x85next\x00"
PROGRAM = """
import logging, sys, structlog
from stockroom.platform.logs import set_up_logs
set_up_logs(log_format=sys.argv[1], level=sys.argv[2])
structlog.get_logger("stockroom.request").info("request", path=sys.argv[3].replace("<0>", chr(0)), seconds=1)
structlog.get_logger("stockroom.request").info(sys.argv[3].replace("<0>", chr(0)))
logging.getLogger("library").warning("says %s", sys.argv[3].replace("<0>", chr(0)))
"""


def written(log_format: str, level: str = "INFO") -> list[str]:
    """What a process of its own writes: setting up logs changes the whole process."""
    argument = FORGED.replace("\x00", "<0>")
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, log_format, level, argument], capture_output=True, check=True
    )
    return run.stdout.decode().removesuffix("\n").split("\n")


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_input_cannot_forge_a_line(log_format: str) -> None:
    lines = written(log_format)
    assert len(lines) == 3
    assert len("\n".join(lines).splitlines()) == 3
    assert not any(char in "".join(lines) for char in "\r\x1b\x00")
    assert all("forged" in line for line in lines)


def test_json_lines_carry_time_level_message_and_place() -> None:
    first = json.loads(written("json")[0])
    assert first["message"] == "request"
    assert (first["level"], first["seconds"]) == ("info", 1)
    assert first["timestamp"].endswith("Z")
    assert {"file", "line"} <= first.keys()


FILES = """
import logging, sys, structlog
from pathlib import Path
from stockroom.platform.logs import set_up_logs
set_up_logs(log_format="text", level="INFO", folder=Path(sys.argv[1]), file_bytes=int(sys.argv[2]), files_kept=3)
for number in range(int(sys.argv[3])):
    structlog.get_logger("stockroom.request").info("request", number=number)
structlog.get_logger("stockroom.security").warning("sign_in.failed", address="192.0.2.1\\nforged")
structlog.get_logger("stockroom.performance").warning("slow request")
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger("stockroom.errors").exception("fault")
"""


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_each_file_holds_what_its_name_says(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", FILES, tmp_path / "logs", "1000000", "2"], check=True)
    logs = {path.stem: lines_of(path) for path in (tmp_path / "logs").glob("*.log")}
    assert [line["number"] for line in logs["app"]] == [0, 1]
    assert [line["message"] for line in logs["security"]] == ["sign_in.failed"]
    assert [line["message"] for line in logs["performance"]] == ["slow request"]
    assert "ZeroDivisionError" in logs["errors"][0]["exception"]
    assert {line["logger"] for line in logs["app"]} == {"stockroom.request"}
    assert (tmp_path / "logs" / "security.log").stat().st_mode & 0o077 == 0


def test_several_processes_rotate_the_same_file_and_lose_no_line(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FILES, tmp_path, "20000", "100"]
    for process in [subprocess.Popen(command) for _ in range(3)]:
        assert process.wait(60) == 0
    files = sorted(tmp_path.glob("app.log*"))
    assert len(files) > 1
    assert all(path.stat().st_size <= 21_000 for path in files)
    numbers = [line["number"] for path in files for line in lines_of(path)]
    assert sorted(numbers) == sorted([*range(100)] * 3)


def test_lines_below_the_level_are_left_out() -> None:
    assert len(written("json", "WARNING")) == 1
    assert written("json", "ERROR") == [""]


async def test_no_password_and_no_token_reaches_a_log(sign_in: SignIn) -> None:
    new = "Green-8-Kettles"
    with structlog.testing.capture_logs() as lines:
        client = await sign_in("admin", username="boss")
        visitor = await sign_in.visitor()
        await visitor.post("/api/auth/login", json={"username": "boss", "password": new})
        page = await visitor.get("/sign-in")
        data = form_of(page) | {"username": "boss", "password": new}
        assert (await visitor.post("/sign-in", data=data)).status_code == 422
        await client.post("/api/me/password", json={"old_password": new, "password": PASSWORD})
        await client.post("/api/users", json={"username": "x", "name": "X", "role": "ward", "password": new})
        await client.post("/api/me/password", json={"old_password": PASSWORD, "password": new})
        await client.post("/api/users?password=" + new, json={"password": new})
    told = str(lines)
    assert "sign_in.failed" in told
    assert len(lines) >= 8
    for secret in (PASSWORD, new, client.cookies["session"], client.headers["X-CSRF-Token"]):
        assert secret not in told


async def test_a_request_is_told_with_its_id_route_and_person(sign_in: SignIn) -> None:
    client = await sign_in("admin", username="boss")
    with structlog.testing.capture_logs() as lines:
        answer = await client.get("/api/users", headers={"X-Request-Id": "request-4711"})
    (line,) = [line for line in lines if line["event"] == "request"]
    assert answer.status_code == 200
    assert (line["request_id"], line["user"], line["path"]) == ("request-4711", "boss", "/api/users")
    assert (line["status"], line["method"]) == (200, "GET")
