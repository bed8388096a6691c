"""What other people notice while ten sign in without pause: each sign-in is one Argon2id of 19 MiB."""

import asyncio
import statistics
from collections.abc import Mapping

import msgspec
import uvloop

from benchmarks import load
from benchmarks.scenarios import Session
from stockroom.interchange.demo.cast import PASSWORD
from stockroom.people import ALL_PERMISSIONS, AccountInput, create_account
from stockroom.platform import audit
from stockroom.platform.access import system_actor
from stockroom.platform.clock import utc_now
from stockroom.platform.db import Database
from stockroom.settings import Settings

PEOPLE = 10
READERS = 4
READ = "/api/products?limit=50"


async def invite(settings: Settings, conninfo: str) -> None:
    """The ten who sign in."""
    database = Database(settings, conninfo, before_commit=audit.write_pending)
    await database.open()
    async with database.transaction() as db:
        for number in range(PEOPLE):
            account = AccountInput(
                username=f"bench-{number}", name=f"Bench {number}", role="pharmacist", password=PASSWORD
            )
            actor = system_actor("bench", ALL_PERMISSIONS)
            await create_account(db, account=account, policy="composition", actor=actor, at=utc_now())
    await database.close()


def _sign_in(number: int) -> load.Request:
    body = msgspec.json.encode({"username": f"bench-{number % PEOPLE}", "password": PASSWORD})
    return load.request("POST", "/api/auth/login", {"Content-Type": "application/json"}, body)


async def _reads(
    port: int, session: Session, *, seconds: float, people: int
) -> tuple[load.Result, load.Result]:
    """Four who read, and so many who sign in beside them."""
    reading = load.request("GET", READ, {"Cookie": session.cookie})
    read, signed_in = await asyncio.gather(
        load.run(port, lambda _: reading, clients=READERS, seconds=seconds),
        load.run(port, _sign_in, clients=people, seconds=seconds),
    )
    assert set(read.statuses) == {200}, read.statuses
    assert set(signed_in.statuses) <= {200}, signed_in.statuses
    return read, signed_in


def measure(servers: Mapping[str, tuple[int, Session]], *, rounds: int, seconds: float) -> str:
    """``servers``: how they hash, their ports and a session on each. Medians of the rounds."""
    cases = [(f"nobody signs in, {name}", name, 0) for name in servers]
    cases += [(f"ten sign in, {name}", name, PEOPLE) for name in servers]
    found: dict[str, list[tuple[load.Result, load.Result]]] = {title: [] for title, _, _ in cases}
    for _ in range(rounds):
        for title, name, people in cases:
            port, session = servers[name]
            found[title].append(uvloop.run(_reads(port, session, seconds=seconds, people=people)))
    lines = [
        "| others read a list of 50 while | reads/s | p50 ms | p99 ms | sign-ins/s |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for title, runs in found.items():
        reads, sign_ins = zip(*runs, strict=True)
        cells = [
            f"{statistics.median(run.throughput for run in reads):,.0f}",
            f"{statistics.median(run.median for run in reads):.1f}",
            f"{statistics.median(run.quantile(0.99) for run in reads):.1f}",
            f"{statistics.median(run.throughput for run in sign_ins):,.0f}",
        ]
        lines.append("| " + " | ".join([title, *cells]) + " |")
    return "\n".join(lines)
