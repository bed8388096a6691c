"""Attacks a server of its own: loopback, demo hospital, session of an administrator. `make attack MINUTES=10`.

Exits 1 where any attacker found more than information, the server logged a fault, or the books are no longer
right. What each tool said is kept under build/attack.
"""

import shutil
import sys
from pathlib import Path

import click

from scripts.attack.ground import Ground, open_ground
from scripts.attack.tools import Finding, run_schemathesis, run_sqlmap, run_wapiti
from tests.running import room_for_a_server

ROOT = Path(__file__).parents[2]
OUTPUT = ROOT / "build/attack"
SIGNED_OUT = "the session that attacks was ended: what came after that was tried by nobody"
TOOLS = ("wapiti", "wapiti-signed-in", "sqlmap", "schemathesis")


@click.command()
@click.option("--minutes", default=10.0, show_default=True, help="For each of the tools.")
@click.option("--only", type=click.Choice(TOOLS), multiple=True, help="These tools alone.")
def main(minutes: float, only: tuple[str, ...]) -> None:
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    seconds = round(minutes * 60)
    found: dict[str, list[Finding]] = {}
    with room_for_a_server() as room, open_ground(room) as ground:
        for name in only or TOOLS:
            print(f"→ {name}, at most {minutes:g} minutes", flush=True)
            found[name] = _run(name, ground, seconds)
            if not ground.is_signed_in():
                found[name].append(Finding(SIGNED_OUT))
                break
        found["server log"] = [Finding(line) for line in ground.faults()]
        found["books"] = [Finding(f"{check['name']}: {check}") for check in ground.server.verify()]
        shutil.copy(ground.server.log, OUTPUT / "server.log")
    sys.exit(_report(found))


def _run(name: str, ground: Ground, seconds: int) -> list[Finding]:
    output = OUTPUT / name
    output.mkdir()
    match name:
        case "wapiti":
            return run_wapiti(ground, output, seconds, signed_in=False)
        case "wapiti-signed-in":
            return run_wapiti(ground, output, seconds, signed_in=True)
        case "sqlmap":
            return run_sqlmap(ground, output, seconds)
        case _:
            return run_schemathesis(ground, output, seconds)


def _report(found: dict[str, list[Finding]]) -> int:
    print()
    for name, findings in found.items():
        serious = [finding for finding in findings if not finding.informational]
        print(f"  {name:18} {len(serious)} found, {len(findings) - len(serious)} informational")
        for finding in findings:
            print(f"    {'i' if finding.informational else '!'} {finding.words}")
    return int(any(not finding.informational for findings in found.values() for finding in findings))


if __name__ == "__main__":
    main()
