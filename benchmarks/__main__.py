"""``make bench``: three tables, each measured in one run: speed, what the guards cost, and signing in beside others.

For speed each scenario is run in turn by pgbench (the same statements: the limit) and by servers of one and two
workers; medians of the rounds are shown. Everything is on: sessions, CSRF, audit, idempotency, logs,
durable commits.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx
import uvloop
from litestar import Litestar
from psycopg.conninfo import make_conninfo

from benchmarks import chain, doors, load
from benchmarks.capture import Capture
from benchmarks.limit import pgbench, scripts_of
from benchmarks.scenarios import Scenario, Session, new_key, scenarios
from benchmarks.setting import OWNER, Ids, furnish, hospital
from stockroom.interchange.demo.cast import PASSWORD
from stockroom.main import create_app
from stockroom.platform.logs import set_up_logs
from stockroom.settings import Settings, load_settings

CLIENTS = 8
STOCKROOM = Path(sys.executable).with_name("stockroom")
PORTS = {1: 18_471, 2: 18_472}
PLANTED = 18_473
PARTS = ("speed", "chain", "doors")


@contextmanager
def server(settings: Settings, conninfo: str, workers: int, *, planted: bool = False) -> Generator[int]:
    """A real server process on loopback; ended by its own process id. ``planted``: it hashes on its loop."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {
        "DATABASE_URL": conninfo,
        "DATABASE_OWNER_URL": make_conninfo(conninfo, user=OWNER),
        "STOCKROOM_DATA_DIR": str(settings.stockroom_data_dir),
        "LOG_FORMAT": "json",
        # Counted as ever, but one user asks here more often than six hundred times a minute.
        "LIMIT_SIGNED_IN": "6000000/minute",
        "LIMIT_LOGIN": "6000/minute",
    }
    port = PLANTED if planted else PORTS[workers]
    program = [sys.executable, "-m", "benchmarks.on_the_loop"] if planted else [str(STOCKROOM)]
    command = [*program, "serve", "--port", str(port)]
    log = (settings.stockroom_data_dir / f"server-{port}.log").open("wb")
    process = subprocess.Popen([*command, "--workers", str(workers)], env=environment, stdout=log, stderr=log)
    try:
        _await_ready(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


def _await_ready(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the server did not become ready within a minute")


def sign_in(port: int) -> Session:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        answer = client.post("/api/auth/login", json={"username": "pharmacist", "password": PASSWORD})
        answer.raise_for_status()
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        return Session(cookie, answer.json()["csrf_token"])


async def capture_all(
    settings: Settings, conninfo: str, wanted: list[Scenario], session: Session, known: str
) -> dict[str, list[str]]:
    app = create_app(settings, conninfo)
    assert isinstance(app.app, Litestar)
    capture = Capture(conninfo)
    try:
        async with app.app.lifespan():
            return {item.name: await scripts_of(item, app, session, capture, known) for item in wanted}
    finally:
        capture.close()


def known_ids(conninfo: str, ids: Ids) -> str:
    """Every id there is before a request runs: what is not among them, the request made itself."""
    import psycopg

    tables = ("catalog.product", "catalog.supplier", "stock.place", "stock.batch", "dispensing.patient",
              "dispensing.prescriber", "people.account", "people.department", "people.session")  # fmt: skip
    with psycopg.connect(conninfo) as db:
        return "\n".join(
            str(row[0])
            for table in tables
            for row in db.execute(f"select id from {table}")  # type: ignore[arg-type]  # noqa: S608
        )


class Row:
    """Figures of one scenario over the rounds."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.limit: list[float] = []
        self.runs: dict[int, list[load.Result]] = {1: [], 2: []}

    def cells(self) -> list[str]:
        limit = statistics.median(self.limit)
        cells = [self.name, f"{limit:,.0f}"]
        for runs in self.runs.values():
            rate = statistics.median(run.throughput for run in runs)
            p50 = statistics.median(run.median for run in runs)
            p99 = statistics.median(run.quantile(0.99) for run in runs)
            cells += [f"{rate:,.0f}", f"{rate / limit:.2f}", f"{p50:.1f}", f"{p99:.1f}"]
        return cells


HEADER = [
    "scenario",
    "pgbench/s",
    "1 worker/s",
    "ratio",
    "p50 ms",
    "p99 ms",
    "2 workers/s",
    "ratio",
    "p50 ms",
    "p99 ms",
]


def table(rows: list[Row]) -> str:
    lines = [HEADER, ["---", *["---:"] * (len(HEADER) - 1)], *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _numbered(item: Scenario, session: Session, start: int, index: int) -> load.Request:
    return item.make(session, start + index, new_key())


def measure(
    wanted: list[Scenario], scripts: dict[str, list[str]], program: Path, conninfo: str,
    ports: dict[int, int], *, rounds: int, seconds: float,
) -> list[Row]:  # fmt: skip
    sessions = {workers: sign_in(port) for workers, port in ports.items()}
    rows = [Row(item.name) for item in wanted]
    number = 1_000
    for turn in range(rounds):
        for item, row in zip(wanted, rows, strict=True):
            print(f"→ round {turn + 1} of {rounds}: {item.name}", file=sys.stderr)
            prepared = item.status == 200
            row.limit.append(
                pgbench(
                    program, conninfo, scripts[item.name], clients=CLIENTS, seconds=seconds, prepared=prepared
                )
            )
            for workers, port in ports.items():
                result = uvloop.run(
                    load.run(
                        port,
                        partial(_numbered, item, sessions[workers], number),
                        clients=CLIENTS,
                        seconds=seconds,
                    )
                )
                assert set(result.statuses) == {item.status}, (item.name, result.statuses)
                number += len(result.latencies)
                row.runs[workers].append(result)
    return rows


def _beside_sign_ins(settings: Settings, conninfo: str, port: int, rounds: int, seconds: float) -> str:
    print("→ Signing in beside others", file=sys.stderr)
    asyncio.run(doors.invite(settings, conninfo))
    with server(settings, conninfo, 1, planted=True) as planted:
        hashing = {
            "hashing in threads": (port, sign_in(port)),
            "hashing on the loop": (planted, sign_in(planted)),
        }
        return doors.measure(hashing, rounds=rounds, seconds=seconds)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--seconds", type=float, default=4, help="of each run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=PARTS, action="append", help="these tables alone")
    chosen = parser.parse_args()
    data_dir = Path(tempfile.mkdtemp(prefix="stockroom-bench-"))
    data_dir.chmod(0o755)
    settings = load_settings(_env_file=None, stockroom_data_dir=data_dir)
    set_up_logs(log_format="json", level="ERROR")
    try:
        with ExitStack() as stack:
            cluster, conninfo = stack.enter_context(hospital(data_dir, settings))
            print("→ Filling the demo hospital", file=sys.stderr)
            ids = asyncio.run(furnish(settings, conninfo))
            ports = {count: stack.enter_context(server(settings, conninfo, count)) for count in PORTS}
            found: list[str] = []
            parts = chosen.only or PARTS
            if "chain" in parts:
                found.append(chain.run(settings, conninfo, sign_in(ports[1]), rounds=chosen.rounds * 3))
            if "doors" in parts:
                found.append(_beside_sign_ins(settings, conninfo, ports[1], chosen.rounds, chosen.seconds))
            if "speed" in parts:
                wanted = scenarios(ids)
                known = known_ids(conninfo, ids)
                scripts = asyncio.run(capture_all(settings, conninfo, wanted, sign_in(ports[1]), known))
                rows = measure(
                    wanted, scripts, cluster.bin / "pgbench", conninfo, ports,
                    rounds=chosen.rounds, seconds=chosen.seconds,
                )  # fmt: skip
                found.append(table(rows))
        print("\n\n".join(found))
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


if __name__ == "__main__":
    main()
