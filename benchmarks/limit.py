"""The limit: pgbench running the very statements that one request runs."""

import re
import subprocess
import tempfile
from functools import partial
from pathlib import Path

import httpx
from psycopg.conninfo import conninfo_to_dict

from benchmarks.capture import Capture, fresh_ids, script
from benchmarks.scenarios import Scenario, Session, new_key
from stockroom.platform.edge import Edge

TPS = re.compile(r"tps = ([\d.]+) \(without")


async def scripts_of(
    scenario: Scenario, app: Edge, session: Session, capture: Capture, known: str
) -> list[str]:
    """One script a variant, captured from the application itself."""
    found: list[str] = []
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1"
    ) as client:
        for number in range(scenario.variants):
            key = new_key()
            head, body = scenario.make(session, number, key).split(b"\r\n\r\n", 1)
            first, *lines = head.decode().split("\r\n")
            method, path, _ = first.split(" ")
            headers = dict(line.split(": ", 1) for line in lines)
            asked = client.build_request(method, path, headers=headers, content=body)
            statements, answer = await capture.of(partial(client.send, asked))
            assert answer.status_code == scenario.status, answer.text
            found.append(script(statements, fresh_ids(statements, known, [key]), [key]))
    return found


def pgbench(
    program: Path, conninfo: str, scripts: list[str], *, clients: int, seconds: float, prepared: bool
) -> float:
    """Transactions per second."""
    target = conninfo_to_dict(conninfo)
    with tempfile.TemporaryDirectory() as folder:
        files: list[str] = []
        for index, text in enumerate(scripts):
            path = Path(folder) / f"{index}.sql"
            path.write_text(text)
            files += ["-f", str(path)]
        command = [str(program), "-h", str(target["host"]), "-U", str(target["user"]), "-n"]
        command += ["-M", "prepared" if prepared else "simple", "-c", str(clients), "-j", "1"]
        command += ["-T", str(max(1, round(seconds))), *files, str(target["dbname"])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = TPS.search(done.stdout)
    if found is None or "aborted" in done.stderr:
        raise RuntimeError(f"pgbench: {done.stderr[-1500:]}")
    return float(found.group(1))
