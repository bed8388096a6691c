"""Goods receipts over the API."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from stockroom.platform.access import system_actor
from stockroom.platform.db import fetch_value
from stockroom.stock import IssueInput, TakeLine, find_broken_invariants, issue_stock, reverse_document
from tests.buying.ground import BuyingGround, written
from tests.conftest import NOON, SignIn

TESTER = system_actor("tests")


async def test_receives_shows_lists_and_takes_back(sign_in: SignIn, shop: BuyingGround) -> None:
    client = await sign_in("pharmacist")
    made = await client.post("/api/receipts", json=shop.body(invoice_total=12, note="cold chain kept"))
    assert made.status_code == 201, made.text
    receipt = made.json()
    url = made.headers["location"]
    assert url == f"/api/receipts/{receipt['id']}"
    assert (await client.get(url)).json() == receipt
    assert (receipt["total"], receipt["currency"], receipt["warnings"]) == (12, "PLN", [])
    assert receipt["lines"][0]["batch_code"] == "A1"
    assert receipt["lines"][0]["quantity"] == 120
    gone = await client.post(f"{url}/reverse", json={"reason": "wrong supplier"})
    assert (gone.status_code, gone.json()["reversal_number"][:4]) == (200, "REV-")
    assert gone.json()["reversal_reason"] == "wrong supplier"
    again = await client.post(f"{url}/reverse", json={"reason": "twice"})
    assert (again.status_code, again.json()["code"]) == (409, "document.already_reversed")
    async with sign_in.database.connection() as db:
        assert await find_broken_invariants(db) == []


@pytest.mark.parametrize("path", ["/api/receipts/{id}/reverse", "/receipts/{id}/reverse"])
async def test_a_reversed_invoice_can_be_entered_again(
    sign_in: SignIn, shop: BuyingGround, path: str
) -> None:
    client = await sign_in("pharmacist")
    first = (await client.post("/api/receipts", json=shop.body())).json()
    taken = await client.post("/api/receipts", json=shop.body(invoice_number="fv/2026/03/0482 "))
    assert (taken.status_code, taken.json()["code"]) == (409, "receipt.invoice_taken")
    assert taken.json()["facts"]["number"] == first["number"]
    body = (
        {"json": {"reason": "typing error"}}
        if path.startswith("/api")
        else {"data": {"reason": "typing error"}}
    )
    assert (await client.post(path.format(id=first["id"]), **body)).status_code in (200, 303)
    assert (await client.post("/api/receipts", json=shop.body())).status_code == 201


async def test_however_a_receipt_is_reversed_its_invoice_is_free_and_its_price_forgotten(
    sign_in: SignIn, shop: BuyingGround
) -> None:
    client = await sign_in("pharmacist")
    assert (await client.post("/api/receipts", json=shop.body())).status_code == 201
    line = {**shop.body()["lines"][0], "unit_price": 100}
    dear = (await client.post("/api/receipts", json=shop.body(invoice_number="2", lines=[line]))).json()
    costs = "select unit_cost from stock.batch"
    async with sign_in.database.connection() as db:
        assert await fetch_value(db, costs) == Decimal("50.05")
    async with sign_in.database.transaction() as db:
        document_id = UUID(dear["id"])
        await reverse_document(db, document_id=document_id, reason="price", actor=TESTER, at=NOON)
    async with sign_in.database.connection() as db:
        assert await fetch_value(db, costs) == Decimal("0.1")
    assert (await client.post("/api/receipts", json=shop.body(invoice_number="2"))).status_code == 201


async def test_what_has_left_cannot_be_taken_back(sign_in: SignIn, shop: BuyingGround) -> None:
    client = await sign_in("pharmacist")
    made = (await client.post("/api/receipts", json=shop.body())).json()
    line = TakeLine(product_id=shop.stock.tablets, quantity=Decimal(1))
    async with sign_in.database.transaction() as db:
        await issue_stock(
            db, issue=IssueInput(place_id=shop.stock.store, lines=[line]), actor=TESTER, at=NOON
        )
    refused = await client.post(f"/api/receipts/{made['id']}/reverse", json={"reason": "wrong"})
    assert (refused.status_code, refused.json()["code"]) == (409, "stock.short")
    assert (await client.get(f"/api/receipts/{made['id']}")).json()["reversal_number"] is None
    assert (await client.post("/api/receipts", json=shop.body())).json()["code"] == "receipt.invoice_taken"


async def test_filters_search_and_sorting(sign_in: SignIn, shop: BuyingGround) -> None:
    client = await sign_in("pharmacist")
    gauze = {"product_id": str(shop.stock.gauze), "quantity": 2.5, "unit_price": 4}
    bodies = [
        shop.body(invoice_number="FV/1", received_on="2026-01-10"),
        shop.body(invoice_number="ŻÓŁW/2", received_on="2026-02-10", lines=[gauze]),
        shop.body(invoice_number="FV/3", received_on="2026-03-01", place_id=str(shop.stock.quarantine)),
    ]
    made = [(await client.post("/api/receipts", json=body)).json() for body in bodies]
    assert (
        await client.post(f"/api/receipts/{made[0]['id']}/reverse", json={"reason": "x"})
    ).status_code == 200

    async def found(**params: Any) -> list[str]:
        answer = await client.get("/api/receipts", params=params)
        assert answer.status_code == 200, answer.text
        return [item["invoice_number"] for item in answer.json()["items"]]

    assert await found() == ["FV/3", "ŻÓŁW/2", "FV/1"]
    assert await found(sort="total") == ["ŻÓŁW/2", "FV/1", "FV/3"]
    assert await found(sort="number") == ["FV/1", "ŻÓŁW/2", "FV/3"]
    assert await found(product_id=str(shop.stock.gauze)) == ["ŻÓŁW/2"]
    assert await found(place_id=str(shop.stock.quarantine)) == ["FV/3"]
    assert await found(received_from="2026-02-10", received_to="2026-02-28") == ["ŻÓŁW/2"]
    assert await found(reversed="true") == ["FV/1"]
    assert await found(reversed="false", supplier_id=str(shop.supplier)) == ["FV/3", "ŻÓŁW/2"]
    assert await found(supplier_id=str(uuid4())) == []
    assert await found(q="zolw") == ["ŻÓŁW/2"]
    assert await found(q="neuca") == ["FV/3", "ŻÓŁW/2", "FV/1"]
    assert await found(q=made[2]["number"]) != []
    wrong = await client.get("/api/receipts", params={"received_from": "2026-02-30", "reversed": "maybe"})
    assert {error["pointer"] for error in wrong.json()["errors"]} == {"/received_from", "/reversed"}


LINE: list[tuple[dict[str, Any], str, str]] = [
    ({"quantity": "NaN"}, "/lines/0/quantity", "quantity.too_large"),
    ({"quantity": "a dozen"}, "/lines/0/quantity", "field.number"),
    ({"batch_code": "A\x00"}, "/lines/0/batch_code", "field.characters"),
    ({"batch_code": "A\nB"}, "/lines/0/batch_code", "field.characters"),
    ({"batch_code": "x" * 65}, "/lines/0/batch_code", "field.too_long"),
    ({"expires_on": "2028-02-30"}, "/lines/0/expires_on", "field.date"),
    ({"expires_on": "31.01.2028"}, "/lines/0/expires_on", "field.date"),
    ({"unit_price": 1e12}, "/lines/0/unit_price", "receipt.price"),
    ({"unit_price": "Infinity"}, "/lines/0/unit_price", "receipt.price"),
    ({"product_id": "PARA500"}, "/lines/0/product_id", "field.id"),
    ({"pack_id": str(uuid4())}, "/lines/0/pack_id", "pack.unknown"),
    ({"colour": "red"}, "/lines/0/colour", "field.unknown"),
]
HEAD: list[tuple[dict[str, Any], str, str]] = [
    ({"supplier_id": str(uuid4())}, "/supplier_id", "supplier.unknown"),
    ({"supplier_id": 7}, "/supplier_id", "field.id"),
    ({"place_id": str(uuid4())}, "/place_id", "place.unknown"),
    ({"invoice_number": "x" * 201}, "/invoice_number", "field.too_long"),
    ({"invoice_number": "a\x00"}, "/invoice_number", "field.characters"),
    ({"received_on": "2999-01-01"}, "/received_on", "receipt.in_future"),
    ({"received_on": "0000-00-00"}, "/received_on", "field.date"),
    ({"invoice_total": "lots"}, "/invoice_total", "field.number"),
    ({"invoice_total": -1}, "/invoice_total", "receipt.invoice_total"),
    ({"accept_difference": "yes"}, "/accept_difference", "field.type"),
    ({"note": "x" * 4001}, "/note", "field.too_long"),
    ({"lines": []}, "/lines", "stock.nothing_to_post"),
    ({"lines": None}, "/lines", "field.type"),
    ({"number": "GRN-1"}, "/number", "field.unknown"),
]


async def test_refuses_bad_input_at_its_field_and_writes_nothing(sign_in: SignIn, shop: BuyingGround) -> None:
    client = await sign_in("pharmacist")
    bodies = [(shop.body(**changes), pointer, code) for changes, pointer, code in HEAD]
    for changes, pointer, code in LINE:
        bodies.append((shop.body(lines=[{**shop.body()["lines"][0], **changes}]), pointer, code))
    async with sign_in.database.connection() as db:
        before = await written(db)
    for body, pointer, code in bodies:
        refused = await client.post("/api/receipts", json=body)
        found = [(error["pointer"], error["code"]) for error in refused.json()["errors"]]
        assert (refused.status_code, found) == (422, [(pointer, code)]), (body, refused.text)
    async with sign_in.database.connection() as db:
        assert await written(db) == before


async def test_all_missing_fields_are_named_at_once(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    refused = (await client.post("/api/receipts", json={"lines": [{}]})).json()
    assert [error["pointer"] for error in refused["errors"]] == [
        "/supplier_id",
        "/place_id",
        "/lines/0/product_id",
    ]


async def test_a_difference_is_a_conflict_until_accepted_and_then_a_warning(
    sign_in: SignIn, shop: BuyingGround
) -> None:
    client = await sign_in("pharmacist")
    refused = await client.post("/api/receipts", json=shop.body(invoice_total=12.5))
    assert (refused.status_code, refused.json()["code"]) == (409, "receipt.total_differs")
    assert refused.json()["facts"] == {"total": 12.0, "invoice_total": 12.5, "difference": 0.5}
    made = await client.post("/api/receipts", json=shop.body(invoice_total=12.5, accept_difference=True))
    assert made.status_code == 201
    assert [warning["code"] for warning in made.json()["warnings"]] == ["receipt.total_differs"]


async def test_one_key_has_one_effect(sign_in: SignIn, shop: BuyingGround) -> None:
    client = await sign_in("pharmacist")
    key = {"Idempotency-Key": uuid4().hex}
    first = await client.post("/api/receipts", json=shop.body(), headers=key)
    again = await client.post("/api/receipts", json=shop.body(), headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert (await client.get("/api/receipts")).json()["total"] == 1


async def test_two_clerks_with_one_invoice_make_one_receipt(sign_in: SignIn, shop: BuyingGround) -> None:
    clients = [await sign_in("pharmacist"), await sign_in("technician")]
    bodies = [shop.body(), shop.body(invoice_number=" fv/2026/03/0482")]
    for _ in range(5):
        answers = await asyncio.gather(
            *(client.post("/api/receipts", json=body) for client, body in zip(clients, bodies, strict=True))
        )
        won, lost = sorted(answers, key=lambda answer: answer.status_code)
        assert (won.status_code, lost.status_code) == (201, 409)
        assert lost.json()["code"] == "receipt.invoice_taken"
        assert lost.json()["facts"]["number"] == won.json()["number"]
        reversal = f"/api/receipts/{won.json()['id']}/reverse"
        assert (await clients[0].post(reversal, json={"reason": "again"})).status_code == 200
    async with sign_in.database.connection() as db:
        assert await find_broken_invariants(db) == []


async def test_permissions(sign_in: SignIn, shop: BuyingGround) -> None:
    technician, auditor = await sign_in("technician"), await sign_in("auditor")
    made = await technician.post("/api/receipts", json=shop.body())
    assert made.status_code == 201
    url = made.headers["location"]
    assert (await technician.post(f"{url}/reverse", json={"reason": "x"})).status_code == 403
    assert (await auditor.get(url)).status_code == 200
    assert (await auditor.post("/api/receipts", json=shop.body())).status_code == 403
    assert (await (await sign_in("ward")).get("/api/receipts")).status_code == 403
    assert (await (await sign_in.visitor()).get("/api/receipts")).status_code == 401


async def test_amounts_are_for_those_who_may_see_prices(sign_in: SignIn, shop: BuyingGround) -> None:
    pharmacist, technician = await sign_in("pharmacist"), await sign_in("technician")
    line = {**shop.body()["lines"][0], "unit_price": 91.5}
    made = await pharmacist.post("/api/receipts", json=shop.body(lines=[line]))
    assert made.status_code == 201, made.text
    for path in (made.headers["location"], "/api/receipts"):
        assert "91.5" in (await pharmacist.get(path)).text or path == "/api/receipts"
        blind = await technician.get(path)
        assert blind.status_code == 200
        told = blind.json() if path != "/api/receipts" else blind.json()["items"][0]
        header = told.get("header", told)
        assert header["total"] is None, path
        assert "91.5" not in blind.text


async def test_people_see_and_fill_only_their_departments_places(sign_in: SignIn, shop: BuyingGround) -> None:
    chief = await sign_in("admin")
    ward: UUID = (await chief.post("/api/departments", json={"name": "Ward"})).json()["id"]
    async with sign_in.database.transaction() as db:
        await db.execute("update stock.place set department_id = %s where id = %s", [ward, shop.stock.ward])
    bound = await sign_in("technician", departments=[ward])
    theirs = (await chief.post("/api/receipts", json=shop.body())).json()
    own = await bound.post("/api/receipts", json=shop.body(invoice_number="2", place_id=str(shop.stock.ward)))
    assert own.status_code == 201
    listed = (await bound.get("/api/receipts")).json()["items"]
    assert [item["id"] for item in listed] == [own.json()["id"]]
    assert (await bound.get(f"/api/receipts/{theirs['id']}")).status_code == 404
    assert (await bound.get(f"/receipts/{theirs['id']}")).status_code == 404
    refused = await bound.post("/api/receipts", json=shop.body(invoice_number="3"))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (403, "/place_id")
    assert theirs["number"] not in (await bound.get("/receipts/export")).text


async def test_the_documentation_shows_a_receipt(sign_in: SignIn) -> None:
    client = await sign_in("admin")
    schema = await client.get("/api/docs/openapi.json")
    operation = schema.json()["paths"]["/api/receipts"]["post"]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    assert examples["packs"]["value"]["lines"][0]["packs"] == 4
