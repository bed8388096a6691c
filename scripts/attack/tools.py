"""The attackers: each with a budget of its own, offline, its output kept."""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from scripts.attack.ground import Ground
from scripts.attack.waves import halves, parameters, waves

VENV = Path(__file__).parents[2] / ".venv-attack/bin"
GRACE_SECONDS = 120
# How sqlmap calls what its own second look could not repeat.
FALSE = "false positive"
SPRING = "Spring4Shell"
# Not those that ask a server on the internet for help (ssrf, xxe, log4shell) or look for other products.
WAPITI_MODULES = (
    "backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,ldap,methods,permanentxss,redirect,"
    "shellshock,spring4shell,sql,timesql,upload,xss"
)
# What would sign the attacker out or take its rights.
ENDS_THE_ATTACK = ("/sign-out", "/me/sessions", "/me/password", "/me/factors", "/users/", "/roles/")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@dataclass(frozen=True)
class Finding:
    words: str
    informational: bool = False


def _run(command: Sequence[str | Path], output: Path, seconds: int) -> int:
    """The exit status; a tool that outlives its budget is ended, and what it wrote until then counts."""
    with (output / "log.txt").open("wb") as log:
        try:
            return subprocess.run(  # noqa: S603  (a list of our own)
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=seconds + GRACE_SECONDS,
            ).returncode
        except subprocess.TimeoutExpired:
            return 0


def _excluded(url: str) -> list[str]:
    return [word for path in ENDS_THE_ATTACK for word in ("-x", f"{url}{path}*")]


def run_wapiti(ground: Ground, output: Path, seconds: int, *, signed_in: bool) -> list[Finding]:
    """Crawls and attacks; half the time for each."""
    url = ground.server.url
    report = output / "report.json"
    session = ["-C", ground.cookie, *_excluded(url)] if signed_in else []
    status = 0
    for folder in (output / "session", output / "session-again"):  # its own database locks itself up at times
        status = _wapiti(url, session, folder, report, seconds)
        if report.exists():
            break
    else:
        return [Finding(f"wapiti ended with {status} and without a report; see {output}/log.txt")]
    found = json.loads(report.read_text("utf-8"))
    items = [
        (kind, item)
        for part in ("vulnerabilities", "anomalies")
        for kind, inside in found[part].items()
        for item in inside
    ]
    strict = [item for kind, item in items if _is_strictness(ground, kind, item)]
    told = [
        Finding(f"{kind}: {item['method']} {item['path']} {item['info']}")
        for kind, item in items
        if item not in strict
    ]
    if strict:
        words = f"{len(strict)} addresses refuse a parameter they do not know, taken for {SPRING}"
        told.append(Finding(words, informational=True))
    pages = found["infos"].get("crawled_pages_nbr")
    return [*told, Finding(f"{pages} pages attacked", informational=True)]


def _is_strictness(ground: Ground, kind: str, item: dict[str, Any]) -> bool:
    """Wapiti takes for Spring4Shell whatever is answered with 200 alone and refused with its parameter. It is not,
    where a parameter of any name is refused in the same way."""
    if kind != SPRING:
        return False
    statuses = [
        httpx.request(
            item["method"], f"{ground.server.url}{item['path']}", headers={"Cookie": ground.cookie}, timeout=60,
            **{"params" if item["method"] == "GET" else "data": {name: "1"}},
        ).status_code
        for name in ("no_such_parameter", "class.module.classLoader[1]")
    ]  # fmt: skip
    return statuses[0] == statuses[1] and 400 <= statuses[0] < 500


def _wapiti(url: str, session: Sequence[str], folder: Path, report: Path, seconds: int) -> int:
    modules = WAPITI_MODULES.count(",") + 1
    command = [
        VENV / "wapiti", "-u", f"{url}/", "--scope", "domain", "-m", WAPITI_MODULES, "-l", "2", "-v", "1",
        "--flush-session", "--store-session", folder, "--store-config", folder / "config",
        "--max-scan-time", str(seconds // 2), "--max-attack-time", str(max(10, seconds // 2 // modules)),
        "--tasks", "4", "--no-bugreport", "-f", "json", "-o", report, *session,
    ]  # fmt: skip
    return _run(command, report.parent, seconds * 2)


def run_sqlmap(ground: Ground, output: Path, seconds: int) -> list[Finding]:
    """Every parameter of the description, one at a time, wave after wave until the time is over."""
    description = ground.description()
    until = time.monotonic() + seconds

    def attack(side: int) -> list[Finding]:
        told: list[Finding] = []
        for number, wave in enumerate(waves(halves(description)[side])):
            if (left := until - time.monotonic()) < 1:
                words = f"no time for parameter {number} and later ones of half the operations"
                return [*told, Finding(words, informational=True)]
            folder = output / f"{side}-{number:02}"
            folder.mkdir()
            # After the first wave bodies stand still as well.
            told += _one_wave(ground, wave, folder, round(left), ["--param-exclude=^JSON "] if number else [])
        return told

    with ThreadPoolExecutor(2) as both:
        told = [finding for found in both.map(attack, (0, 1)) for finding in found]
    logs = [path.read_text("utf-8", "replace") for path in output.glob("*/log.txt")]
    tried = sum(log.count("[INFO] testing for SQL injection on") for log in logs)
    if not tried:
        return [Finding(f"sqlmap tried nothing; see {output}")]
    words = f"{tried} tried of {parameters(description)} parameters"
    return [*told, Finding(words, informational=True)]


def _one_wave(
    ground: Ground, wave: dict[str, Any], output: Path, seconds: int, more: list[str]
) -> list[Finding]:
    description, results = output / "openapi.json", output / "results.csv"
    description.write_text(json.dumps(wave), "utf-8")
    headers = "\n".join(f"{name}: {value}" for name, value in ground.headers.items())
    command = [
        VENV / "sqlmap", f"--openapi={description}", "--batch", "--level=1", "--risk=1", "--technique=BEU",
        "--dbms=postgresql", "--disable-coloring", "--ignore-code=*", "--threads=2", "--timeout=30",
        f"--headers={headers}", f"--time-limit={seconds}", f"--output-dir={output}", f"--results-file={results}",
        *more,
    ]  # fmt: skip
    _run(command, output, seconds)
    rows = csv.DictReader(results.read_text("utf-8").splitlines()) if results.exists() else []
    return [
        Finding(
            f"{row['Target URL']}: {row['Parameter']}, {row['Technique(s)']} {row['Note(s)']}",
            informational=FALSE in row["Note(s)"],
        )
        for row in rows
        if row["Technique(s)"]
    ]


def run_schemathesis(ground: Ground, output: Path, seconds: int) -> list[Finding]:
    """Negative data: whatever the description does not allow."""
    description = output / "openapi.json"
    description.write_text(json.dumps(ground.description()), "utf-8")
    headers = [word for name, value in ground.headers.items() for word in ("-H", f"{name}: {value}")]
    command = [
        Path(sys.executable).with_name("schemathesis"), "run", description, "--url", ground.server.url,
        "--mode", "negative", "--phases", "coverage,fuzzing", "--checks", CHECKS, "--max-examples", "30",
        "--max-time", str(seconds), "--continue-on-failure", "--seed", "1", "--suppress-health-check", "all",
        "--warnings", "off", "--no-color", *headers,
    ]  # fmt: skip
    status = _run(command, output, seconds)
    lines = (output / "log.txt").read_text("utf-8", "replace").splitlines()
    summary = " ".join(line.strip() for line in lines[-3:])
    return [Finding(summary, informational=status == 0)]
