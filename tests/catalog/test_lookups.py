"""What pickers offer."""

import re
from typing import Any

import pytest

from stockroom.catalog.api import examples
from stockroom.catalog.gs1 import barcode_of
from stockroom.catalog.queries.lookups import look_up_products, look_up_suppliers
from stockroom.platform.db import Connection
from tests.catalog.conftest import MakeProduct
from tests.catalog.ground import gtin
from tests.conftest import SignIn

NAMES = ("Amoxicillin", "Amoxicillin with clavulanic acid", "Ampicillin", "Metformin", "Gauze amoxi-free")


@pytest.fixture
async def shelf(make_product: MakeProduct) -> None:
    for number, name in enumerate(NAMES):
        await make_product(code=f"M{number}", name=name, generic_name="", strength="", barcodes=[])
    await make_product(code="AMOXI", name="Something else", generic_name="", strength="")


async def names(db: Connection, q: str) -> list[str]:
    return [option.name for option in await look_up_products(db, q, barcode=barcode_of(q))]


@pytest.mark.usefixtures("shelf")
async def test_a_code_comes_first_then_beginnings_then_words(db: Connection) -> None:
    found = await look_up_products(db, "amoxi", barcode="amoxi")
    assert [option.name for option in found] == [
        "Something else",
        "Amoxicillin",
        "Amoxicillin with clavulanic acid",
        "Gauze amoxi-free",
    ]
    assert [option.exact for option in found] == [True, False, False, False]


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("amoxicilin", "Amoxicillin"),
        ("clavulanic amox", "Amoxicillin with clavulanic acid"),
        ("METFORMIN", "Metformin"),
        ("m3", "Metformin"),
        (gtin(1), "Something else"),
        (f"(01)0{gtin(1)}(10)A1", "Something else"),
        ("metformim", "Metformin"),
    ],
)
async def test_offers_what_was_meant(db: Connection, q: str, first: str) -> None:
    assert (await names(db, q))[0] == first


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("q", ["", "   ", "%", "_", "xyzzy", "\x00", "\\", gtin(2)])
async def test_offers_nothing_for_nothing(db: Connection, q: str) -> None:
    assert await names(db, q) == []


async def test_offers_ten_at_most_and_nothing_archived(
    db: Connection, make_product: MakeProduct, statements: list[str]
) -> None:
    for number in range(14):
        await make_product(code=f"M{number}", name=f"Medicine {number}", barcodes=[])
    await db.execute("update catalog.product set active = false where code = 'M1'")
    statements.clear()
    offered = await names(db, "medicine")
    assert (len(offered), len(statements)) == (10, 1)
    assert await names(db, "medicine 1") != []
    assert "Medicine 1" not in await names(db, "m1")


async def test_suppliers_by_name_city_and_tax_id(db: Connection) -> None:
    for name, city, tax_id in (("Neuca", "Toruń", "5260001246"), ("Torunskie Zioła", "Łódź", "")):
        await db.execute(
            "insert into catalog.supplier (id, name, city, tax_id) values (gen_random_uuid(), %s, %s, %s)",
            [name, city, tax_id],
        )

    async def offered(q: str) -> list[tuple[str, bool]]:
        return [(option.name, option.exact) for option in await look_up_suppliers(db, q)]

    assert await offered("torun") == [("Torunskie Zioła", False), ("Neuca", False)]
    assert await offered("5260001246") == [("Neuca", True)]
    assert await offered("NEUCA") == [("Neuca", True)]
    assert await offered("") == []


def attributes(html: str) -> dict[str, str]:
    return dict(re.findall(r'(data-[a-z_-]+)="([^"]*)"', html))


async def test_an_option_carries_what_forms_fill_in(sign_in: SignIn) -> None:
    client = await sign_in("technician")
    maker = await sign_in("pharmacist")
    body: dict[str, Any] = {**examples.PRODUCT, "name": 'Amoxi<b>"500"'}
    product = (await maker.post("/api/products", json=body)).json()
    code = "0105909990012343" + "17270131" + "10AB12\x1d" + "21SERIAL0001"
    answer = await client.get("/lookup/products", params={"q": code})
    assert answer.status_code == 200
    assert "<b>" not in answer.text
    assert answer.text.count('role="option"') == 1
    assert "data-exact" in answer.text
    found = attributes(answer.text)
    assert (found["data-id"], found["data-show-unit"], found["data-batch-tracked"]) == (
        product["id"],
        "capsule",
        "true",
    )
    assert (found["data-fill-batch_code"], found["data-fill-expires_on"]) == ("AB12", "2027-01-31")
    assert found["data-pack-id"] == product["packs"][0]["id"]
    assert "&#34;factor&#34;: 20" in found["data-packs"]
    typed = attributes((await client.get("/lookup/products", params={"q": "amoxi"})).text)
    assert "data-fill-batch_code" not in typed


async def test_a_supplier_option_and_who_may_ask(sign_in: SignIn) -> None:
    client = await sign_in("purchasing")
    made = (await client.post("/api/suppliers", json=examples.SUPPLIER)).json()
    answer = await client.get("/lookup/suppliers", params={"q": "hurt"})
    assert attributes(answer.text)["data-id"] == made["id"]
    visitor = await sign_in.visitor()
    for address in ("/lookup/products", "/lookup/suppliers"):
        assert (await visitor.get(address, params={"q": "a"})).status_code == 303
