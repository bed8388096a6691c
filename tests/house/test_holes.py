"""Each rule of scripts/rules sees the hole that it is about, and leaves alone what is whole."""

import json
import re
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from tests.house.sources import ROOT

RULES = ROOT / "scripts/rules"
SEMGREP = ROOT / "scripts/semgrep"

HOLES: dict[str, list[str]] = {
    "sql-put-together": [
        'q = f"select * from people.account where name = {name}"',
        "q = \"select * from people.account where name = '{}'\".format(name)",
        'q = "delete from people.account where name = \'" + name + "\'"',
        "q = \"update people.account set name = '%s'\" % name",
        'q = "insert into people.account values (" + ", ".join(values) + ")"',
        'q = f"drop table {table}"',
    ],
    "sql-executed-from-pieces": [
        'await db.execute(f"vacuum {table}")',
        'await db.execute("notify " + channel)',
        'await fetch_all(db, "show {}".format(name), None, Row)',
        "await fetch_value(db, HEAD + tail)",
    ],
    "unscoped-query": [
        'ROWS = """\nselect g.id\nfrom dispensing.dispensing g\nwhere g.id = %(id)s\n"""',
        'ROWS = "select p.name from dispensing.owed o join dispensing.patient p on p.id = o.patient_id"',
        'ROWS = """\nwith a as (select 1)\nselect r.id from buying.receipt r\n"""',
    ],
    "unscoped-list": ['PATIENTS = ListSpec(name="patients", source="dispensing.patient p", key=KEY)'],
    "escaping-switched-off": [
        "from markupsafe import Markup\nname = Markup(given)",
        "import jinja2\npage = jinja2.Template(given)",
        "page = environment.from_string(given)",
    ],
    "redirect-unchecked": [
        'def a(request):\n    return Redirect(request.query_params["next"])',
        'def a(request):\n    where = request.headers.get("referer", "/")\n    return redirect(request, where)',
        'async def a(request):\n    form = await read_form(request)\n    return redirect(request, form["next"])',
    ],
    "csrf-excused": [
        '@post("/hook", opt={"bare": True})\nasync def hook(request): ...',
        '@delete("/hook", opt={"public": True, "bare": True})\nasync def hook(request): ...',
    ],
    "shell": [
        "import subprocess\nsubprocess.run(words, shell=True)",
        "import os\nos.system(words)",
        "import asyncio\nawait asyncio.create_subprocess_shell(words)",
    ],
    "code-from-data": [
        "eval(words)",
        "exec(words)",
        "import pickle\npickle.loads(body)",
        "import yaml\nyaml.load(body)",
        "import marshal\nmarshal.loads(body)",
    ],
    "guessable": [
        "import random\ntoken = random.choice(letters)",
        "from random import randint\ncode = randint(0, 999999)",
        "import uuid\nid = uuid.uuid1()",
    ],
    "secret-compared-in-parts": [
        "ok = token == given",
        "ok = session.token_hash != given",
        "ok = settings.metrics_token.get_secret_value() == given",
        "ok = given_signature == signature",
        "ok = hashed.hexdigest() == given",
    ],
    "weak-digest": ["import hashlib\nhashlib.md5(body)", "import hashlib\nhashlib.sha1(body)"],
    "certificate-unchecked": ["import httpx\nhttpx.get(url, verify=False)"],
    "archive-unpacked-blindly": ["archive.extractall(folder)", "import shutil\nshutil.unpack_archive(a, b)"],
}
WHOLE = [
    'ROWS = """\nselect p.id from dispensing.patient p\n'
    'where (%(departments)s::uuid[] is null or p.department_id = any(%(departments)s::uuid[]))\n"""',
    'ROWS = """\nselect p.id from dispensing.patient p where p.id = %(id)s\nfor update\n"""',
    'await db.execute(ROWS, {"id": id_})',
    'log.info(f"select a place from the list, {name}")',
    'words = _("Select a place from %(list)s.") % {"list": name}',
    'PATIENTS = ListSpec(name="patients", source="dispensing.patient p", scope=SCOPE)',
    'def a(request):\n    return redirect(request, own_path(request.query_params["next"]))',
    "def a(request):\n    return redirect(request, f\"/users/{request.query_params['id']}\")",
    '@post("/hook", opt={"bare": True, "without_csrf": "Because of a reason."})\nasync def hook(request): ...',
    '@get("/healthz", opt={"bare": True})\nasync def live(): ...',
    "import subprocess\nsubprocess.run([program, words])",
    "import hmac\nok = hmac.compare_digest(token, given)",
    'ok = token is None or token == ""',
    "ok = kind == given",
    "import secrets\ntoken = secrets.token_urlsafe(32)",
    "import hashlib\nhashlib.sha256(body)",
]
TEMPLATES = ["{{ note|safe }}", "{{ note | safe }}", "{% autoescape false %}{{ note }}{% endautoescape %}"]
TEMPLATE_RULE = "template-escaping-switched-off"


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> dict[str, set[str]]:
    """The rules that fired, by planted file: one run for all of them."""
    room = tmp_path_factory.mktemp("planted")
    package = room / "src/stockroom"
    package.mkdir(parents=True)
    for rule, codes in HOLES.items():
        for number, code in enumerate(codes):
            (package / f"{rule}.{number}.py").write_text(code + "\n", "utf-8")
    for number, code in enumerate(WHOLE):
        (package / f"whole.{number}.py").write_text(code + "\n", "utf-8")
    for number, code in enumerate(TEMPLATES):
        (package / f"{TEMPLATE_RULE}.{number}.html").write_text(code + "\n", "utf-8")
    return scan(room)


def scan(room: Path) -> dict[str, set[str]]:
    assert (ROOT / ".venv-semgrep/bin/semgrep").exists(), "run `make .venv-semgrep/.stamp` first"
    told = subprocess.run(
        [SEMGREP, "--json", "src"], cwd=room, capture_output=True, text=True, check=False, timeout=600
    )
    answer = json.loads(told.stdout)
    assert answer["errors"] == [], told.stderr
    found: dict[str, set[str]] = defaultdict(set)
    for result in answer["results"]:
        found[Path(result["path"]).name].add(result["check_id"].rpartition(".")[2])
    return found


def planted() -> list[tuple[str, str, str]]:
    python = [(rule, f"{rule}.{n}.py", code) for rule, codes in HOLES.items() for n, code in enumerate(codes)]
    return [
        *python,
        *((TEMPLATE_RULE, f"{TEMPLATE_RULE}.{n}.html", code) for n, code in enumerate(TEMPLATES)),
    ]


@pytest.mark.parametrize(("rule", "name", "code"), planted(), ids=lambda value: str(value)[:50])
def test_a_planted_hole_is_seen(seen, rule, name, code):
    assert rule in seen[name], code


@pytest.mark.parametrize(("number", "code"), list(enumerate(WHOLE)), ids=lambda value: str(value)[:50])
def test_what_is_whole_is_left_alone(seen, number, code):
    assert seen[f"whole.{number}.py"] == set(), code


def test_every_rule_has_a_hole_to_see():
    rules = {
        rule for path in RULES.glob("*.yaml") for rule in re.findall(r"(?m)^  - id: (\S+)", path.read_text())
    }
    assert rules == {*HOLES, TEMPLATE_RULE}
