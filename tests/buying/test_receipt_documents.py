"""The papers of a goods receipt."""

from uuid import UUID

import pytest

from stockroom.platform.db import fetch_value
from stockroom.platform.files import rows
from stockroom.settings import Settings
from tests.buying.ground import BuyingGround
from tests.conftest import SignIn
from tests.platform.files.samples import pdf, picture


async def receipt_of(client, shop: BuyingGround) -> str:
    return (await client.post("/api/receipts", json=shop.body())).json()["id"]


async def test_added_listed_downloaded_and_removed(sign_in: SignIn, shop: BuyingGround) -> None:
    client = await sign_in("pharmacist")
    url = f"/api/receipts/{await receipt_of(client, shop)}/documents"
    name = "../../Faktura \u202e żółta\r\n.pdf"
    made = await client.post(url, files={"file": (name, pdf(), "text/html")})
    assert made.status_code == 201, made.text
    scan = await client.post(url, files={"file": ("scan.jpg", picture())})
    assert [file["media_type"] for file in (await client.get(url)).json()] == [
        "application/pdf",
        "image/webp",
    ]
    got = await client.get(made.headers["location"])
    assert got.content == pdf()
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["cache-control"] == "private, no-store"
    disposition = got.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=")
    assert "filename*=UTF-8''Faktura%20%C5%BC" in disposition
    assert not any(bad in disposition for bad in ("..", "\u202e", "%E2%80%AE", "%0D"))
    other = scan.headers["location"]
    empty = await client.post(f"{other}/remove", json={"reason": " "})
    assert (empty.status_code, empty.json()["code"]) == (422, "file.reason")
    assert (await client.post(f"{other}/remove", json={"reason": "wrong receipt"})).status_code == 204
    assert (await client.get(other)).status_code == 404
    assert (await client.post(f"{other}/remove", json={"reason": "again"})).status_code == 404
    async with sign_in.database.connection() as db:
        told = "select reason from platform.audit_entry where action = 'buying.receipt.document_remove'"
        assert await fetch_value(db, told) == "wrong receipt"


async def test_a_document_belongs_to_one_receipt_and_one_department(
    sign_in: SignIn, shop: BuyingGround, settings: Settings
) -> None:
    client = await sign_in("pharmacist")
    first = await receipt_of(client, shop)
    other = (await client.post("/api/receipts", json=shop.body(invoice_number="2"))).json()["id"]
    made = (await client.post(f"/api/receipts/{first}/documents", files={"file": ("a", pdf())})).json()["id"]
    assert (await client.get(f"/api/receipts/{other}/documents/{made}")).status_code == 404
    department = UUID(int=1)
    async with sign_in.database.transaction() as db:
        await db.execute("insert into people.department (id, name) values (%s, 'Elsewhere')", [department])
    stranger = await sign_in("technician", departments=[department])
    url = f"/api/receipts/{first}/documents"
    for answer in (
        await stranger.get(url),
        await stranger.get(f"{url}/{made}"),
        await stranger.post(url, files={"file": ("a", pdf())}),
        await stranger.post(f"{url}/{made}/remove", json={"reason": "none of mine"}),
    ):
        assert answer.status_code == 404
    assert len([path for path in (settings.stockroom_data_dir / "files").rglob("*") if path.is_file()]) == 1
    nurse = await sign_in("ward")
    assert (await nurse.get(f"{url}/{made}")).status_code == 403


async def test_the_papers_of_one_receipt_are_counted(
    sign_in: SignIn, shop: BuyingGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "DOCUMENTS_OF_ONE", 1)
    client = await sign_in("pharmacist")
    url = f"/api/receipts/{await receipt_of(client, shop)}/documents"
    assert (await client.post(url, files={"file": ("a", pdf())})).status_code == 201
    full = await client.post(url, files={"file": ("b", pdf())})
    assert (full.status_code, full.json()["code"]) == (409, "file.too_many")


async def test_the_page(sign_in: SignIn, shop: BuyingGround) -> None:
    client = await sign_in("pharmacist")
    receipt = await receipt_of(client, shop)
    page = f"/receipts/{receipt}"
    added = await client.post(f"{page}/documents", files={"file": ("<b>faktura.pdf", pdf())})
    assert (added.status_code, added.headers["location"]) == (303, f"{page}#documents")
    shown = (await client.get(page)).text
    assert "<bdi>_b_faktura.pdf</bdi>" in shown
    wrong = await client.post(f"{page}/documents", files={"file": ("x.pdf", b"<html>%PDF-1.7")})
    assert (wrong.status_code, "Accepted are: PDF, JPEG, PNG, WebP" in wrong.text) == (422, True)
    (made,) = (await client.get(f"/api{page}/documents")).json()
    unreasoned = await client.post(f"{page}/documents/{made['id']}/remove", data={"reason": ""})
    assert unreasoned.status_code == 422
    assert f'id="f-reason-{made["id"]}-error"' in unreasoned.text
    gone = await client.post(f"{page}/documents/{made['id']}/remove", data={"reason": "twice"})
    assert gone.status_code == 303
    assert "_b_faktura.pdf" not in (await client.get(page)).text
