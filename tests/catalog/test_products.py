"""Creating and changing products."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from stockroom.catalog import (
    BarcodeInput,
    PackInput,
    find_product_by_code,
    get_product,
    list_packs,
    list_products_by_ids,
)
from stockroom.catalog.actions.forms import set_form_active
from stockroom.catalog.actions.products import update_product
from stockroom.catalog.actions.suppliers import archive_supplier
from stockroom.catalog.errors import BarcodeTaken, FormUnknown, ProductCodeTaken, SupplierUnknown
from stockroom.catalog.queries.products import list_barcodes
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import Invalid, NotFound, Refusal, VersionStale
from stockroom.platform.ids import new_id
from tests.catalog.conftest import MakeProduct
from tests.catalog.ground import gtin, tablets, written


async def test_creates_a_medicine_whole(db: Connection, make_product: MakeProduct) -> None:
    product_id = await make_product()
    made = await get_product(db, product_id)
    assert (made.code, made.form, made.form_pl) == ("AMX500", "tablet", "tabletka")
    assert (made.batch_tracked, made.expiry_tracked, made.version) == (True, True, 1)
    packs = await list_packs(db, [product_id])
    assert [(pack.name, pack.factor) for pack in packs] == [("box of 30", Decimal(30))]
    barcodes = await list_barcodes(db, product_id)
    assert [(code.code, code.pack_id) for code in barcodes] == [("0" + gtin(1), packs[0].id)]
    entry = db.pending_audit[-1]
    assert (entry.action, entry.entity_id, entry.after.barcodes) == (
        "catalog.product.create",
        str(product_id),
        barcodes,
    )


async def test_goods_are_not_tracked_unless_told(db: Connection, make_product: MakeProduct) -> None:
    plain = {"generic_name": "", "strength": "", "form_code": None, "atc_code": "", "allergy_groups": []}
    goods = await make_product(kind="goods", **plain)
    found = await get_product(db, goods)
    assert (found.batch_tracked, found.expiry_tracked) == (False, False)
    told = await make_product(kind="goods", code="G2", expiry_tracked=True, packs=[], barcodes=[], **plain)
    assert (await get_product(db, told)).batch_tracked is True


@pytest.mark.parametrize(
    ("changes", "refusal", "at_field"),
    [
        ({"code": "amx500"}, ProductCodeTaken, "/code"),
        ({"code": "B", "barcodes": [BarcodeInput(code="0" + gtin(1))]}, BarcodeTaken, "/barcodes/0/code"),
        (
            {"code": "B", "barcodes": [BarcodeInput(code=gtin(9)), BarcodeInput(code=gtin(1))]},
            BarcodeTaken,
            "/barcodes/1/code",
        ),
        ({"code": "B", "barcodes": [BarcodeInput(code="5909990012344")]}, Invalid, "/barcodes/0/code"),
        ({"code": "B", "barcodes": [BarcodeInput(code="A1", pack="crate")]}, Invalid, "/barcodes/0/pack"),
        ({"code": "B", "barcodes": [], "form_code": "elixir"}, FormUnknown, "/form_code"),
        (
            {"code": "B", "barcodes": [], "preferred_supplier_id": new_id()},
            SupplierUnknown,
            "/preferred_supplier_id",
        ),
        (
            {"code": "B", "barcodes": [], "packs": [PackInput(name="x", factor=Decimal(0))]},
            Invalid,
            "/packs/0/factor",
        ),
        (
            {"code": "B", "barcodes": [], "batch_tracked": False, "expiry_tracked": True},
            Invalid,
            "/batch_tracked",
        ),
        ({"code": "B", "barcodes": [], "vat_rate": Decimal(101)}, Invalid, "/vat_rate"),
        ({"code": "B", "barcodes": [], "kind": "goods", "form_code": None}, Invalid, "/generic_name"),
    ],
)
async def test_refuses_and_writes_nothing(
    db: Connection,
    make_product: MakeProduct,
    changes: dict[str, Any],
    refusal: type[Refusal],
    at_field: str,
) -> None:
    await make_product()
    before = await written(db)
    with pytest.raises(refusal) as refused:
        await make_product(**changes)
    assert refused.value.errors[0].at == at_field
    assert await written(db) == before


async def test_a_taken_barcode_names_its_product(db: Connection, make_product: MakeProduct) -> None:
    await make_product()
    with pytest.raises(BarcodeTaken) as refused:
        await make_product(code="B")
    assert refused.value.facts["product"] == "Amoxicillin 500 mg"


async def test_tells_all_that_is_wrong_at_once(db: Connection, make_product: MakeProduct) -> None:
    with pytest.raises(Invalid) as refused:
        await make_product(
            vat_rate=Decimal("NaN"),
            packs=[PackInput(name="a", factor=Decimal("0.5")), PackInput(name="A", factor=Decimal(1))],
            barcodes=[BarcodeInput(code="123"), BarcodeInput(code="X1", pack="b")],
        )
    assert [error.at for error in refused.value.errors] == [
        "/vat_rate",
        "/packs/0/factor",
        "/packs/1/name",
        "/barcodes/0/code",
        "/barcodes/1/pack",
    ]


async def test_changes_whole_and_keeps_what_is_the_same(
    db: Connection, make_product: MakeProduct, actor: Actor, at: datetime
) -> None:
    product_id = await make_product(packs=[pack("box of 30", 30), pack("carton", 300)])
    kept, retired = await list_packs(db, [product_id])
    wanted = tablets(
        name="Amoxicillin", packs=[pack("carton", 600), pack("box of 30", 30)],
        barcodes=[BarcodeInput(code=gtin(2), pack="Carton"), BarcodeInput(code="SHELF-1")],
    )  # fmt: skip
    after = await update_product(db, product_id=product_id, product=wanted, version=1, actor=actor, at=at)
    assert (after.name, after.version) == ("Amoxicillin", 2)
    packs = await list_packs(db, [product_id])
    assert [(found.name, found.factor) for found in packs] == [("box of 30", 30), ("carton", 600)]
    assert packs[0].id == kept.id
    assert packs[1].id != retired.id
    barcodes = await list_barcodes(db, product_id)
    assert [(code.code, code.pack) for code in barcodes] == [("SHELF-1", ""), ("0" + gtin(2), "carton")]
    entry = db.pending_audit[-1]
    assert [code.code for code in entry.before.barcodes] == ["0" + gtin(1)]


async def test_a_barcode_may_move_to_another_pack_of_the_product(
    db: Connection, make_product: MakeProduct, actor: Actor, at: datetime
) -> None:
    product_id = await make_product()
    wanted = tablets(barcodes=[BarcodeInput(code=gtin(1))])
    await update_product(db, product_id=product_id, product=wanted, version=1, actor=actor, at=at)
    assert [code.pack_id for code in await list_barcodes(db, product_id)] == [None]


async def test_a_stale_change_writes_nothing(
    db: Connection, make_product: MakeProduct, actor: Actor, at: datetime
) -> None:
    product_id = await make_product()
    before = await written(db)
    with pytest.raises(VersionStale):
        await update_product(
            db, product_id=product_id, product=tablets(name="X"), version=2, actor=actor, at=at
        )
    with pytest.raises(NotFound):
        await update_product(db, product_id=new_id(), product=tablets(), version=1, actor=actor, at=at)
    assert await written(db) == before


async def test_what_was_archived_stays_where_it_is_and_cannot_be_chosen_anew(
    db: Connection, make_product: MakeProduct, supplier: UUID, actor: Actor, at: datetime
) -> None:
    product_id = await make_product(preferred_supplier_id=supplier)
    await archive_supplier(db, supplier_id=supplier, version=1, actor=actor)
    await set_form_active(db, code="tablet", active=False, version=1, actor=actor)
    same = tablets(preferred_supplier_id=supplier, name="Renamed")
    after = await update_product(db, product_id=product_id, product=same, version=1, actor=actor, at=at)
    assert (after.preferred_supplier, after.form) == ("Hurtownia Leków", "tablet")
    with pytest.raises(FormUnknown):
        await make_product(code="B", barcodes=[])
    with pytest.raises(SupplierUnknown):
        await make_product(code="B", barcodes=[], form_code=None, preferred_supplier_id=supplier)


@pytest.mark.parametrize(
    "code",
    ["amx500", gtin(1), f"0{gtin(1)}", f"(01)0{gtin(1)}(10)A", "amoxicillin 500 MG", f" {gtin(1)}\r\n"],
)
async def test_finds_a_product_by_what_people_type(
    db: Connection, make_product: MakeProduct, code: str
) -> None:
    product_id = await make_product()
    found = await find_product_by_code(db, code)
    assert found is not None
    assert found.id == product_id


@pytest.mark.parametrize("code", ["", "  ", "\x00", "AMX", gtin(2), "amoxicillin"])
async def test_finds_nothing_by_less(db: Connection, make_product: MakeProduct, code: str) -> None:
    await make_product()
    assert await find_product_by_code(db, code) is None


async def test_a_name_of_two_products_finds_neither(db: Connection, make_product: MakeProduct) -> None:
    first = await make_product()
    second = await make_product(code="B", barcodes=[])
    assert await find_product_by_code(db, "Amoxicillin 500 mg") is None
    assert set(await list_products_by_ids(db, [first, second, new_id()])) == {first, second}


async def test_a_product_costs_the_same_whatever_its_packs(
    db: Connection, make_product: MakeProduct, statements: list[str]
) -> None:
    costs: list[int] = []
    for number in (1, 40):
        packs = [pack(f"box {size}", size + 1) for size in range(number)]
        barcodes = [
            BarcodeInput(code=gtin(number * 100 + size), pack=f"box {size}") for size in range(number)
        ]
        statements.clear()
        await make_product(code=f"P{number}", packs=packs, barcodes=barcodes)
        costs.append(len(statements))
    assert costs[0] == costs[1]


def pack(name: str, factor: int) -> PackInput:
    return PackInput(name=name, factor=Decimal(factor))
