"""What lists, searches, look-ups and exports leave out: things of other departments, and prices without the right."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest
from litestar import Litestar

from stockroom.main import create_app
from stockroom.people.rules import ALL
from stockroom.settings import Settings
from tests.api.routes import Route
from tests.api.samples import Samples, add_samples
from tests.api.test_authorization import walked
from tests.api.test_every_page import ASKED
from tests.conftest import Clones, SignIn, as_owner

WIDE = {"per_page": "100", "active": "", "q": ""}
# Two wards: one to look from, and one whose patients, places and documents nobody there may see.
WARDS = """
select d.id from people.department d
where not d.is_main and exists (select from dispensing.patient p where p.department_id = d.id)
order by d.name
limit 2
"""
# Words that only things of the other ward have.
MARKS = """
select file_number, id::text from dispensing.patient where department_id = %(other)s
union all select name, id::text from dispensing.patient where department_id = %(other)s
union all select code, id::text from stock.place where department_id = %(other)s
union all
select h.number, h.id::text from dispensing.dispensing g
join stock.document h on h.id = g.id
join dispensing.patient p on p.id = g.patient_id
where g.department_id = %(other)s and p.department_id = %(other)s
union all
select distinct h.number, h.id::text
from stock.document h
join stock.movement m on m.document_id = h.id
join stock.place f on f.id = m.from_place_id
join stock.place t on t.id = m.to_place_id
where h.kind = 'transfer' and t.department_id = %(other)s and f.department_id is distinct from %(own)s
"""
SEARCHES = ("/search", "/palette", "/api/search", "/lookup/patients", "/lookup/places")
# The price of one sample product, of one receipt and of one batch become a number that nothing else is.
PLANT_PRICES = (
    "alter table buying.receipt disable trigger user",
    "alter table buying.receipt_line disable trigger user",
    "update catalog.price set amount = 918273.64",
    "update stock.batch set unit_cost = 918273.64",
    "update buying.receipt set total = 918273.64, invoice_total = 918273.64",
    "update buying.receipt_line set unit_price = 918273.64, amount = 918273.64",
    "update buying.receipt_line set pack_price = 918273.64 where pack_price is not null",
    "alter table buying.receipt enable trigger user",
    "alter table buying.receipt_line enable trigger user",
    """insert into people.role (code, name, permissions)
        select 'no-prices-0f3a9d', 'No prices', array_remove(array_remove(permissions, 'catalog.price.read'),
            'catalog.price.write')
        from people.role where code = 'admin'""",
)


def address_of(route: Route, samples: Samples) -> str | None:
    try:
        return samples.filled(route.path + ASKED.get(route.path, ""))
    except KeyError:
        return None


async def texts(client: httpx.AsyncClient, routes: list[Route], samples: Samples) -> dict[str, str]:
    """What every address that can be read answers, whole lists and exports included."""
    found = {}
    for route in walked(routes):
        address = address_of(route, samples) if route.method == "GET" else None
        if address is None or "public" in route.marks:
            continue
        mark = "&" if "?" in address else "?"
        for wide in (address, f"{address}{mark}per_page=100", f"{address}{mark}format=csv"):
            if wide != address and "{" in route.path:
                continue
            answer = await client.get(wide)
            if answer.status_code == 200:
                found[wide] = answer.text
    return found


@pytest.fixture(scope="module")
def wards(demo_conninfo: str) -> dict[str, Any]:
    with psycopg.connect(demo_conninfo) as db:
        own, other = (row[0] for row in db.execute(WARDS.encode()).fetchall())
        marks = db.execute(MARKS.encode(), {"own": own, "other": other}).fetchall()
    return {"own": own, "marks": {word: id_ for word, id_ in marks if len(word) > 3}}


def told(text: str, marks: set[str]) -> set[str]:
    return {mark for mark in marks if re.search(rf"(?<![\w-]){re.escape(mark)}(?![\w-])", text)}


async def test_nothing_of_another_ward_is_listed_found_or_exported(
    hospital: SignIn, routes: list[Route], samples: Samples, wards: dict[str, Any]
) -> None:
    marks: set[str] = set(wards["marks"])
    assert len(marks) > 10
    everybody = await hospital("pharmacist")
    nurse = await hospital("pharmacist", departments=[wards["own"]])
    seen = await texts(everybody, routes, samples)
    showing = {address for address, text in seen.items() if told(text, marks)}
    assert {mark for text in seen.values() for mark in told(text, marks)} == marks
    assert len(showing) > 15
    leaks = {
        address: sorted(leaked)[:3]
        for address, text in (await texts(nurse, routes, samples)).items()
        if (leaked := told(text, marks))
    }
    assert leaks == {}


async def test_nothing_of_another_ward_is_found_by_searching_for_it(
    hospital: SignIn, wards: dict[str, Any]
) -> None:
    everybody = await hospital("pharmacist")
    nurse = await hospital("pharmacist", departments=[wards["own"]])
    unknown = []
    for word, id_ in sorted(wards["marks"].items())[::5]:
        found = False
        for path in SEARCHES:
            found |= id_ in (await everybody.get(path, params={"q": word})).text
            assert id_ not in (await nurse.get(path, params={"q": word})).text, (path, word)
        if not found:
            unknown.append(word)
    assert unknown == []


@pytest.fixture
async def priced(
    cluster: str, demo_template: str, settings: Settings
) -> AsyncIterator[tuple[SignIn, Samples]]:
    """Another hospital, where every price is the same odd number."""
    clones = Clones(cluster, demo_template)
    conninfo = add_samples(clones.make())
    with psycopg.connect(as_owner(conninfo)) as db:
        for statement in PLANT_PRICES:
            db.execute(statement.encode())
    app = create_app(settings, conninfo)
    litestar = app.app
    assert isinstance(litestar, Litestar)
    async with litestar.lifespan():
        made = SignIn(app, litestar.state.database)
        yield made, Samples(conninfo)
        await made.close()
    clones.drop_all()


async def test_no_price_is_told_without_the_right_to_it(
    priced: tuple[SignIn, Samples], routes: list[Route]
) -> None:
    hospital, samples = priced
    shown = await texts(await hospital("admin"), routes, samples)
    assert len([address for address, text in shown.items() if shows_price(text)]) > 8
    blind = await hospital("no-prices-0f3a9d")
    assert set((await blind.get("/api/auth/me")).json()["user"]["permissions"]) == ALL - {
        "catalog.price.read",
        "catalog.price.write",
    }
    leaks = [address for address, text in (await texts(blind, routes, samples)).items() if shows_price(text)]
    assert leaks == []


def shows_price(text: str) -> bool:
    """However it is grouped: 918,273.64 or 918 273,64 or 918273.64."""
    return "91827364" in re.sub(r"(?<=\d)[\s.,\u00a0\u202f](?=\d)", "", text)
