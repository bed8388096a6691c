"""Every page, for everybody, over the demo hospital: it answers, is whole, and costs a fixed few statements."""

from contextlib import contextmanager
from contextvars import ContextVar

import psycopg
import pytest

from stockroom.people.rules import BUILTIN_ROLES
from stockroom.platform.headers import ALWAYS
from tests.api.html import faults_of

# What a page asks of its reader; without it, it says what is missing.
ASKED = {
    "/stock/card": "?product_id={product_id}",
    "/stock/card/chart": "?product_id={product_id}",
    "/stock/card/export": "?product_id={product_id}&format=csv",
    "/stock/card/print": "?product_id={product_id}",
    "/dispense/patient": "?patient_id={patient_id}",
    "/lookup/scan": "?code=5909990000012",
    "/lookup/patients": "?q=an",
    "/lookup/prescribers": "?q=an",
    "/lookup/products": "?q=para",
    "/lookup/places": "?q=ward",
    "/lookup/suppliers": "?q=far",
    "/lookup/batches": "?product_id={product_id}&place_id={place_id}&q=",
    "/stock/allocation": "?product_id={product_id}&place_id={place_id}&quantity=1",
    "/palette": "?q=para",
    "/search": "?q=para",
}
# Statements of a page, sign-in included. What asks more says why.
BUDGET = 6
BUDGETS = {
    "/": 12,  # a home page is many small lists
    "/dispense": 10,  # what the form offers: places, wards, prescribers, the last patient
    "/dispensings/{dispensing_id}": 9,  # head, lines, batches, answers, returns, the rest, the read logged
    "/patients/{patient_id}": 7,  # the record and that it was read, the photo, the last dispensings, what is owed
    "/verify": 24,  # one for each invariant
}
SIGNED_OUT = "/sign-in"
COUNTING = ContextVar("COUNTING", default=None)


@contextmanager
def counted():
    """The statements that go to the database inside the block, those of background work left out."""
    found = []
    original = psycopg.AsyncCursor.execute

    async def execute(self, query, *args, **kwargs):
        if COUNTING.get() is found:
            found.append(query)
        return await original(self, query, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.AsyncCursor, "execute", execute)
        before = COUNTING.set(found)
        yield found
        COUNTING.reset(before)


@pytest.fixture(scope="module")
def pages(routes, samples):
    """Path template and address of every page that the demo hospital has an example of."""
    found = {}
    for route in routes:
        if route.method == "GET" and route.is_page and "public" not in route.marks:
            try:
                found[route.path] = samples.filled(route.path + ASKED.get(route.path, ""))
            except KeyError:
                continue
    assert len(found) > 80
    return found


@pytest.mark.parametrize("language", ["en", "pl"])
async def test_every_page_answers_whole_and_within_its_budget(hospital, pages, language):
    client = await hospital("admin")
    client.headers["Accept-Language"] = language
    wrong = {}
    for path, address in pages.items():
        with counted() as statements:
            answer = await client.get(address)
        found = [] if answer.status_code == 200 else [f"{answer.status_code}: {answer.text[-300:]}"]
        if answer.headers["content-type"].startswith("text/html"):
            found += faults_of(answer.text, language=language)
        if len(statements) > BUDGETS.get(path, BUDGET):
            found.append(f"{len(statements)} statements")
        if found:
            wrong[path] = found
    assert wrong == {}


async def test_no_page_asks_more_for_more_rows(hospital, pages):
    """One statement more, the total, where there is a second page."""
    client = await hospital("admin")
    grown = {}
    for path, address in pages.items():
        few, many = (f"{address}{'&' if '?' in address else '?'}per_page={n}" for n in (1, 100))
        with counted() as one:
            answer = await client.get(few)
        if answer.status_code != 200:
            continue
        with counted() as hundred:
            await client.get(many)
        if len(hundred) > len(one):
            grown[path] = (len(one), len(hundred))
    assert grown == {}


async def test_every_answer_carries_the_security_headers(hospital, routes, samples):
    client, visitor = await hospital("admin"), await hospital.visitor()
    bare = {}
    addresses = {"/static/nothing.css", "/no-such-page", "/api/no-such-thing", "/api/products?page=0"}
    for route in routes:
        if route.method == "GET" and "{" not in route.path:
            addresses.add(route.path)
    for address in sorted(addresses):
        for who in (client, visitor):
            answer = await who.get(address)
            missing = [name for name, value in ALWAYS if answer.headers.get(name.decode()) != value.decode()]
            if missing or "cache-control" not in answer.headers or "x-request-id" not in answer.headers:
                bare[address] = missing or dict(answer.headers)
            assert "unsafe" not in answer.headers["content-security-policy"]
            assert answer.headers["content-type"].count("charset") <= 1, address
    assert bare == {}


@pytest.mark.parametrize("role", sorted(BUILTIN_ROLES))
async def test_every_role_gets_each_page_or_is_told_no(hospital, pages, routes, role):
    client = await hospital(role)
    needs = {route.path: route.permission for route in routes if route.method == "GET"}
    held = BUILTIN_ROLES[role][1]
    wrong = {}
    for path, address in pages.items():
        answer = await client.get(address)
        wanted = 200 if not needs[path] or needs[path] in held else 403
        if answer.status_code != wanted:
            wrong[path] = (answer.status_code, wanted)
        elif answer.headers["content-type"].startswith("text/html") and (faults := faults_of(answer.text)):
            wrong[path] = faults
    assert wrong == {}


async def test_somebody_of_one_ward_sees_theirs_and_nothing_of_others(hospital, pages, samples):
    """Pages about another department's things do not exist for them; lists are shorter, never broken."""
    client = await hospital("ward", departments=[samples.values["department_id"]])
    statuses = {path: (await client.get(address)).status_code for path, address in pages.items()}
    assert set(statuses.values()) <= {200, 403, 404}
    assert statuses["/places/{place_id}"] == 404
    assert statuses["/places"] == 200


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        (
            "<!doctype html><html lang='en'><title>a</title><p id='a'></p><p id='a'></p></html>",
            "stands 2 times",
        ),
        ("<!doctype html><html><title>a</title><label for='b'>b</label></html>", "names nothing"),
        ("<!doctype html><html><title>a</title><p style='color: red'></p></html>", "inline style"),
        ("<!doctype html><html><title>a</title><a onclick='go()'></a></html>", "inline onclick"),
        ("<!doctype html><html><title>a</title><script>go()</script></html>", "inline <script>"),
        ("<!doctype html><html><title>a</title><input name='b' id='b'></html>", "has no label"),
        ("<!doctype html><html><title>a</title><div></html>", "closes nothing"),
        ("<!doctype html><html><body></body></html>", "no title"),
        ("<div><span></div>", "closes nothing"),
        ("<div>", "never closed"),
    ],
)
def test_a_faulty_page_is_seen(page, fault):
    assert any(fault in found for found in faults_of(page, language="en"))
