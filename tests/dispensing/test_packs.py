"""A dispensing may be written in packs; what is given, warned of and refused is in base units."""

from uuid import uuid4

from tests.conftest import SignIn
from tests.dispensing.ground import DispensingGround
from tests.dispensing.test_pages import fields, labelled, post


async def box(sign_in: SignIn, ward: DispensingGround, factor: int) -> str:
    async with sign_in.database.transaction() as db:
        cursor = await db.execute(
            "insert into catalog.pack (id, product_id, name, factor) values (%s, %s, 'strip', %s) returning id",
            [uuid4(), ward.stock.tablets, factor],
        )
        row = await cursor.fetchone()
    assert row is not None
    return str(row[0])


async def test_gives_the_tablets_of_the_strips(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    strip = await box(sign_in, ward, 4)
    form = fields(ward, **{"lines-0-quantity": "2", "lines-0-pack_id": strip})
    preview = (await client.post("/dispense/preview", data=form)).text
    assert '<span class="tnum">8</span>' in preview
    posted = await post(client, "/dispense", form)
    assert posted.status_code == 303, posted.text
    shown = await client.get(f"/api{posted.headers['location']}")
    assert [line["quantity"] for line in shown.json()["lines"]] == [8]


async def test_a_pack_that_the_medicine_has_not_is_refused_and_nothing_given(
    sign_in: SignIn, ward: DispensingGround
) -> None:
    client = await sign_in("pharmacist")
    form = fields(ward, **{"lines-0-pack_id": str(uuid4())})
    told = await post(client, "/dispense", form)
    assert told.status_code == 422
    assert "has no such pack" in labelled(told.text, "lines-0-pack_id")
    assert (await client.get("/api/dispensings")).json()["items"] == []
    preview = await client.post("/dispense/preview", data=form)
    assert preview.status_code == 200
    assert "Taken from" not in preview.text


async def test_the_form_offers_the_packs_and_keeps_the_one_chosen(
    sign_in: SignIn, ward: DispensingGround
) -> None:
    client = await sign_in("pharmacist")
    strip = await box(sign_in, ward, 4)
    form = fields(ward, **{"lines-0-quantity": "2", "lines-0-pack_id": strip, "check": "1"})
    shown = (await post(client, "/dispense", form)).text
    assert f'<option value="{strip}" data-factor="4" selected>strip</option>' in shown
    assert 'value="2"' in shown
