"""Pages of suppliers and dosage forms."""

from stockroom.catalog.api import examples
from tests.catalog.test_product_pages import token, typed
from tests.conftest import SignIn

FORM = {name: str(value) for name, value in examples.SUPPLIER.items()}


async def test_enters_changes_and_archives_a_supplier(sign_in: SignIn) -> None:
    client = await sign_in("purchasing")
    made = await typed(client, "/suppliers/new", **FORM)
    assert made.status_code == 303
    address = made.headers["location"]
    page = (await client.get(address)).text
    for words in ("Hurtownia Leków", "Anna Nowak", "+48 22 000 00 00", "5260001246", "2 days"):
        assert words in page
    saved = await typed(client, f"{address}/edit", **{**FORM, "city": "Kraków"})
    assert saved.status_code == 303
    page = await client.get(address)
    assert "Kraków" in page.text
    assert (await client.post(f"{address}/archive", data=token(page.text))).status_code == 303
    assert "Hurtownia" not in (await client.get("/suppliers")).text
    assert "Hurtownia" in (await client.get("/suppliers?active=false")).text
    page = await client.get(address)
    assert (await client.post(f"{address}/restore", data=token(page.text))).status_code == 303


async def test_a_refused_supplier_stays_as_it_was_typed(sign_in: SignIn) -> None:
    client = await sign_in("purchasing")
    refused = await typed(
        client, "/suppliers/new", **{**FORM, "tax_id": "526-000-12-47", "lead_time_days": "soon"}
    )
    assert refused.status_code == 422
    assert 'value="soon"' in refused.text
    assert 'id="f-lead_time_days-error"' in refused.text
    refused = await typed(client, "/suppliers/new", **{**FORM, "tax_id": "526-000-12-47"})
    assert 'id="f-tax_id-error"' in refused.text
    assert 'value="526-000-12-47"' in refused.text
    assert (await client.get("/api/suppliers")).json()["total"] == 0


async def test_the_list_of_suppliers_searches_and_exports(sign_in: SignIn) -> None:
    client = await sign_in("purchasing")
    for name in ("Neuca", "Farmacol"):
        await client.post("/api/suppliers", json={"name": name, "phone": "+48 123"})
    fragment = await client.get("/suppliers?q=neuca", headers={"HX-Request": "true"})
    assert "Neuca" in fragment.text
    assert "Farmacol" not in fragment.text
    exported = (await client.get("/suppliers/export?q=neuca&format=csv")).text
    assert "Neuca" in exported
    assert "+48 123" in exported
    assert "Farmacol" not in exported
    book = await client.get("/suppliers/export?format=xlsx")
    assert book.content[:2] == b"PK"


async def test_dosage_forms_are_edited_in_their_list(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    added = await typed(client, "/dosage-forms", code="eye_drops", name="eye drops", name_pl="krople do oczu")
    assert added.status_code == 303
    page = await client.get("/dosage-forms")
    hidden = {**token(page.text), "version": "1"}
    names = {"name": "drops for eyes", "name_pl": "krople"}
    assert (await client.post("/dosage-forms/eye_drops", data={**hidden, **names})).status_code == 303
    hidden = {**token((await client.get("/dosage-forms")).text), "version": "2"}
    empty = await client.post("/dosage-forms/eye_drops", data={**hidden, "name": "", "name_pl": "zz"})
    assert empty.status_code == 422
    assert 'id="f-eye_drops-name-error"' in empty.text
    assert 'value="zz"' in empty.text
    gone = await client.post("/dosage-forms/eye_drops/archive", data=hidden)
    assert gone.status_code == 303
    assert "drops for eyes" not in (await client.get("/dosage-forms")).text
    assert "drops for eyes" in (await client.get("/dosage-forms?active=false")).text


async def test_a_refused_new_form_stays_as_it_was_typed(sign_in: SignIn) -> None:
    client = await sign_in("pharmacist")
    refused = await typed(client, "/dosage-forms", code="tablet", name="pill", name_pl="pigułka")
    assert refused.status_code == 409
    assert 'id="f-code-error"' in refused.text
    assert 'value="pigułka"' in refused.text


async def test_readers_see_dosage_forms_without_fields(sign_in: SignIn) -> None:
    auditor = await sign_in("auditor")
    page = (await auditor.get("/dosage-forms")).text
    assert "kapsułka" in page
    assert 'name="name_pl"' not in page
    assert (await auditor.post("/dosage-forms", data={"code": "x"})).status_code == 403
