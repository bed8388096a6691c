"""What pages of receipts cost: a fixed number of statements, whatever the rows."""

from datetime import datetime
from uuid import uuid4

from stockroom.buying import get_receipt, receive_goods
from stockroom.buying.pages.typed import read_typed
from stockroom.buying.queries import RECEIPTS
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import fetch_page, parse_list
from tests.buying.ground import BuyingGround, counted_statements


async def test_a_list_costs_two_statements_and_a_receipt_two(
    db: Connection, ground: BuyingGround, actor: Actor, at: datetime
) -> None:
    lines = [ground.line(batch_code=f"B{number}") for number in range(40)]
    for number in range(4):
        receipt = ground.receipt(*lines, invoice_number=str(number))
        posted = await receive_goods(db, receipt=receipt, currency="PLN", actor=actor, at=at)
    async with counted_statements(db) as listed:
        asked = parse_list(RECEIPTS, [("per_page", "2"), ("page", "2")])
        page = await fetch_page(db, RECEIPTS, asked, scope={"departments": None, "prices": True})
    assert (len(page.items), page.total, len(listed)) == (2, 4, 2)
    async with counted_statements(db) as shown:
        receipt = await get_receipt(db, posted.id, actor=actor)
    assert (len(receipt.lines), len(shown)) == (40, 2)


async def test_a_typed_form_costs_three_statements(db: Connection, ground: BuyingGround) -> None:
    form = {"supplier": "Neuca Hurt sp. z o.o."}
    form |= {f"lines-{number}-product": "PARA500" for number in range(30)}
    form |= {f"lines-{number}-product": "GAUZE" for number in range(30, 60)}
    async with counted_statements(db) as statements:
        typed = await read_typed(db, form)
    assert len(statements) == 3
    assert typed.form["supplier_id"] == str(ground.supplier)
    assert {line["product_id"] for line in typed.lines} == {
        str(ground.stock.tablets),
        str(ground.stock.gauze),
    }


async def test_a_name_that_two_products_bear_means_neither(db: Connection, ground: BuyingGround) -> None:
    await db.execute(
        "insert into catalog.product (id, code, name, kind, unit) values (%s, 'G2', 'GAUZE', 'goods', 'm')",
        [uuid4()],
    )
    await db.execute("update catalog.product set code = 'G1' where code = 'GAUZE'")
    typed = await read_typed(db, {"lines-0-product": "Gauze", "lines-1-product": "g2"})
    assert [bool(line["product_id"]) for line in typed.lines] == [False, True]
