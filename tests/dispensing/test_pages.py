"""Pages of dispensing, as a browser without scripts uses them.

Keys of a known patient and one medicine without warnings, beside the words that are searched for and the digits
of the quantity: Enter (the patient; the last prescriber and the place are there already), Enter (the medicine),
Ctrl and Enter (post). Four of the twelve allowed; a warning adds only its reason.
"""

import re
from typing import Any
from uuid import uuid4

import httpx

from tests.conftest import SignIn
from tests.dispensing.ground import DispensingGround, counted_statements, written


def fields(ward: DispensingGround, **changes: Any) -> dict[str, str]:
    """The dispensing form as it is posted."""
    values = {
        "patient": "Jan Wójcik", "patient_id": ward.patient, "prescriber": "dr Anna Zielińska",
        "prescriber_id": ward.prescriber, "place_id": ward.stock.store,
        "lines-0-product": "Paracetamol 500 mg", "lines-0-product_id": ward.stock.tablets,
        "lines-0-quantity": "4", "lines-0-directions": "2 × 1",
    }  # fmt: skip
    return {name: str(value) for name, value in {**values, **changes}.items()}


def labelled(page: str, name: str) -> str:
    """The error at a field."""
    found = re.search(rf'id="f-{re.escape(name)}-error">.*?<span>(.*?)</span>', page, re.DOTALL)
    return found.group(1) if found else ""


async def entries(sign_in: SignIn, action: str) -> list[Any]:
    async with sign_in.database.connection() as db:
        cursor = await db.execute(
            "select entity_id from platform.audit_entry where action = %s order by seq", [action]
        )
        return [row[0] for row in await cursor.fetchall()]


async def post(client: httpx.AsyncClient, url: str, form: dict[str, str]) -> httpx.Response:
    return await client.post(url, data=form)


LISTS = ("/patients", "/prescribers", "/dispensings", "/owed")


async def test_every_page_opens_empty_and_full(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    pages = (*LISTS, "/patients/new", "/prescribers/new", "/dispense")
    for url in pages:
        assert (await client.get(url)).status_code == 200, url
    body = ward.body({"quantity": 14, "allow_partial": True})
    assert (await client.post("/api/dispensings", json=body)).status_code == 201
    for url in pages:
        full = await client.get(url)
        assert full.status_code == 200, url
        assert ("Wójcik" in full.text) == (url in ("/patients", "/dispensings", "/owed")), url
    for url in LISTS:
        rows = await client.get(url, params={"q": "zzz"}, headers={"HX-Request": "true"})
        assert (rows.status_code, "<html" in rows.text) == (200, False), url
        for file_format in ("csv", "xlsx"):
            file = await client.get(f"{url}/export", params={"format": file_format})
            assert file.headers["content-disposition"].endswith(f'.{file_format}"'), url


async def test_dispenses_what_names_and_codes_mean(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    words = {"patient": "k-1", "prescriber": "DR ANNA ZIELINSKA", "lines-0-product": "para500"}
    ids = {"patient_id": "", "prescriber_id": "", "lines-0-product_id": ""}
    posted = await post(client, "/dispense", fields(ward, **words, **ids))
    assert posted.status_code == 303
    page = (await client.get(posted.headers["location"])).text
    assert "Jan Wójcik" in page
    assert "2 × 1" in page
    assert "W%C3%B3jcik" not in str(posted.headers)
    assert (
        "jcik" not in bytes.fromhex(client.cookies["flash"]).decode() if "flash" in client.cookies else True
    )


async def test_warnings_are_shown_with_the_batches_and_the_second_post_goes_through(
    sign_in: SignIn, ward: DispensingGround
) -> None:
    client = await sign_in("pharmacist")
    form = fields(
        ward,
        **{"lines-0-product_id": ward.amoxicillin, "lines-0-product": "x", "idempotency_key": uuid4().hex},
    )
    async with sign_in.database.connection() as db:
        before = await written(db)
    shown = await post(client, "/dispense", form)
    reason = f"reason-allergy-{ward.amoxicillin}"
    assert shown.status_code == 409
    assert labelled(shown.text, reason) == "Write the reason."
    assert "allergic to Penicillins" in shown.text
    assert 'class="code">A1</span>' in shown.text
    async with sign_in.database.connection() as db:
        assert await written(db) == before
    posted = await post(client, "/dispense", {**form, reason: "tolerated in 2024"})
    assert posted.status_code == 303
    assert "tolerated in 2024" in (await client.get(posted.headers["location"])).text


async def test_a_reason_for_a_warning_that_went_away_does_not_stand_in_the_way(
    sign_in: SignIn, ward: DispensingGround
) -> None:
    client = await sign_in("pharmacist")
    stale = {f"reason-allergy-{ward.amoxicillin}": "tolerated", "reason-allergy-x": "y"}
    assert (await post(client, "/dispense", fields(ward, **stale))).status_code == 303


BAD_FORMS: list[tuple[dict[str, str], str, str]] = [
    ({"patient_id": "", "patient": ""}, "patient", "Please fill this in."),
    ({"patient_id": "", "patient": "nobody"}, "patient", "There is no such patient"),
    ({"patient_id": str(uuid4())}, "patient", "There is no such patient"),
    ({"prescriber_id": "", "prescriber": "nobody"}, "prescriber", "There is no such prescriber."),
    ({"place_id": str(uuid4())}, "place_id", "There is no such place"),
    (
        {"lines-0-product_id": "", "lines-0-product": "nothing"},
        "lines-0-product",
        "No product has this code",
    ),
    ({"lines-0-product_id": str(uuid4())}, "lines-0-product", "There is no such product."),
    ({"lines-0-quantity": ""}, "lines-0-quantity", "Please fill this in."),
    ({"lines-0-quantity": "many"}, "lines-0-quantity", "Write a number"),
    ({"lines-0-quantity": "NaN"}, "lines-0-quantity", "The quantity is too large."),
    ({"lines-0-quantity": "11"}, "lines-0-quantity", "Only 10 of 11 tablet"),
    ({"lines-0-directions": "a\x00b"}, "lines-0-directions", "characters that are not allowed"),
    ({"note": "x" * 4001}, "note", "At most 4000 characters."),
]


async def test_says_what_is_wrong_at_its_field_and_keeps_what_was_typed(
    sign_in: SignIn, ward: DispensingGround
) -> None:
    client = await sign_in("pharmacist")
    async with sign_in.database.connection() as db:
        before = await written(db)
    for changes, field, message in BAD_FORMS:
        form = fields(ward, **{"lines-0-directions": "one at night", **changes})
        refused = await post(client, "/dispense", form)
        assert refused.status_code in (409, 422), changes
        assert message in labelled(refused.text, field), changes
        assert "one at night" in refused.text or "lines-0-directions" in changes, changes
    async with sign_in.database.connection() as db:
        assert await written(db) == before


async def test_an_error_stands_at_its_line_though_empty_lines_lie_between(
    sign_in: SignIn, ward: DispensingGround
) -> None:
    client = await sign_in("pharmacist")
    extra = {"lines-1-product": "", "lines-3-product_id": str(ward.warfarin), "lines-3-quantity": "99"}
    refused = await post(client, "/dispense", fields(ward, **extra))
    assert labelled(refused.text, "lines-3-quantity").startswith("Only 10 of 99")


async def test_lines_are_added_and_removed_without_scripts(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    key = uuid4().hex
    added = await post(client, "/dispense", fields(ward, add_line="1", idempotency_key=key))
    assert (added.status_code, 'name="lines-1-product"' in added.text) == (200, True)
    removed = await post(client, "/dispense", fields(ward, remove_line="0", idempotency_key=uuid4().hex))
    assert 'value="Paracetamol' not in removed.text
    checked = await post(client, "/dispense", fields(ward, check="1", idempotency_key=uuid4().hex))
    assert 'class="code">A1</span>' in checked.text
    assert key not in added.text
    assert (await client.get("/api/dispensings")).json()["total"] == 0


async def test_the_preview_says_batches_and_warnings_and_writes_nothing(
    sign_in: SignIn, ward: DispensingGround
) -> None:
    client = await sign_in("pharmacist")
    async with sign_in.database.connection() as db:
        before = await written(db)
    half = {"lines-1-product_id": str(ward.warfarin), "lines-1-quantity": "", "lines-2-quantity": "x"}
    for changes in (half, {**half, "patient_id": ""}, {**half, "place_id": str(uuid4())}, {"place_id": ""}):
        seen = await post(client, "/dispense/preview", fields(ward, **changes))
        assert seen.status_code == 200
        known = "place_id" not in changes
        assert ('data-preview-of="0"' in seen.text, "high-alert" in seen.text) == (known, known)
    async with sign_in.database.connection() as db:
        assert await written(db) == before


async def test_another_batch_needs_a_reason(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    async with sign_in.database.transaction() as db:
        await db.execute(
            "with made as (insert into stock.batch (id, product_id, code, expires_on)"
            " values (gen_random_uuid(), %s, 'LATE', '2099-12-31') returning id, product_id)"
            " insert into stock.balance (batch_id, place_id, product_id, on_hand)"
            " select id, %s, product_id, 5 from made",
            [ward.stock.tablets, ward.stock.store],
        )
        cursor = await db.execute("select id from stock.batch where code = 'LATE'")
        row = await cursor.fetchone()
    assert row is not None
    chosen = {"lines-0-batch_id": str(row[0])}
    refused = await post(client, "/dispense", fields(ward, **chosen))
    assert refused.status_code == 409
    assert "Say why you take another." in refused.text
    reason = {"lines-0-batch_reason": "opened package"}
    posted = await post(client, "/dispense", fields(ward, **chosen, **reason))
    assert "LATE" in (await client.get(posted.headers["location"])).text


async def test_the_patient_is_filled_in_with_the_last_prescriber_and_the_place_is_remembered(
    sign_in: SignIn, ward: DispensingGround
) -> None:
    client = await sign_in("pharmacist")
    assert (await post(client, "/dispense", fields(ward, place_id=ward.stock.store))).status_code == 303
    options = (await client.get("/lookup/patients", params={"q": "wojc"})).text
    assert f'data-prescriber-id="{ward.prescriber}"' in options
    page = (await client.get("/dispense", params={"patient_id": str(ward.patient)})).text
    assert f'name="prescriber_id" value="{ward.prescriber}"' in page
    assert f'<option value="{ward.stock.store}" selected>' in page
    assert "Penicillins" in page


async def test_the_panel_shows_the_last_five_however_many_there_were(
    sign_in: SignIn, ward: DispensingGround
) -> None:
    client = await sign_in("pharmacist")
    answers = [{"code": "duplicate", "product_id": str(ward.stock.tablets), "reason": "x"}]
    for made in range(6):
        body = ward.body() | ({"answers": answers} if made else {})
        assert (await client.post("/api/dispensings", json=body)).status_code == 201
    for url in ("/dispense", "/dispense/patient"):
        panel = await client.get(url, params={"patient_id": str(ward.patient)})
        assert (panel.status_code, panel.text.count('href="/dispensings/')) == (200, 5)


async def test_the_owed_rest_fills_the_form_and_is_settled(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    body = ward.body({"product_id": str(ward.warfarin), "quantity": 14, "allow_partial": True})
    answers = [{"code": "high_alert", "product_id": str(ward.warfarin), "reason": "checked"}]
    made = (await client.post("/api/dispensings", json=body | {"answers": answers})).json()
    page = (await client.get("/dispense", params={"owed": made["id"]})).text
    assert 'name="lines-0-quantity" aria-label="Quantity" type="text" inputmode="decimal" value="4"' in page
    assert f'name="lines-0-settles_id" value="{made["id"]}"' in page
    detail = f"/dispensings/{made['id']}"
    refused = await post(client, f"{detail}/lines/1/cancel-owed", {"owed_reason_1": ""})
    assert (refused.status_code, labelled(refused.text, "owed_reason_1")) == (422, "Write the reason.")
    given_up = await post(client, f"{detail}/lines/1/cancel-owed", {"owed_reason_1": "discharged"})
    assert given_up.headers["location"] == detail
    assert "given up: discharged" in (await client.get(detail)).text


async def test_returns_and_reverses_with_messages_at_the_line(
    sign_in: SignIn, ward: DispensingGround
) -> None:
    client = await sign_in("pharmacist")
    lines = {"product_id": str(ward.stock.tablets)}, {"product_id": str(ward.amoxicillin)}
    answers = [{"code": "allergy", "product_id": str(ward.amoxicillin), "reason": "checked"}]
    made = (await client.post("/api/dispensings", json=ward.body(*lines, answers=answers))).json()
    url = f"/dispensings/{made['id']}"
    form = {"lines-1-line": "1", "lines-1-quantity": "", "lines-2-line": "2", "lines-2-quantity": "3"}
    refused = await post(client, f"{url}/return", {**form, "reason": "left over"})
    assert (refused.status_code, labelled(refused.text, "lines-2-quantity")) == (
        409,
        "Only 1 of what was given can still come back.",
    )
    assert 'value="left over"' in refused.text
    missing = await post(client, f"{url}/return", {**form, "lines-2-quantity": "1", "reason": ""})
    assert labelled(missing.text, "reason") == "Write the reason."
    back = await post(client, f"{url}/return", {**form, "lines-2-quantity": "1", "reason": "left over"})
    assert back.headers["location"] == url
    partly = await post(client, f"{url}/reverse", {"reversal_reason": "wrong"})
    assert (partly.status_code, "already reversed" in partly.text) == (409, True)
    second = (await client.post("/api/dispensings", json=ward.body({"product_id": str(ward.warfarin)}, answers=[
        {"code": "high_alert", "product_id": str(ward.warfarin), "reason": "checked"}]))).json()  # fmt: skip
    other = f"/dispensings/{second['id']}"
    asked = await post(client, f"{other}/reverse", {"reversal_reason": ""})
    assert labelled(asked.text, "reversal_reason") == "Write the reason."
    await post(client, f"{other}/reverse", {"reversal_reason": "wrong patient"})
    assert "Reversed by" in (await client.get(other)).text


async def test_a_patient_is_written_changed_merged_and_archived(
    sign_in: SignIn, ward: DispensingGround
) -> None:
    client = await sign_in("pharmacist")
    bad = {"name": "", "birth_date": "2026-02-31", "group_latex": "true", "allergies": "eggs"}
    refused = await post(client, "/patients/new", bad)
    assert refused.status_code == 422
    assert labelled(refused.text, "name") == "Please fill this in."
    assert labelled(refused.text, "birth_date").startswith("Write a date")
    assert re.search(r'name="group_latex" value="true"[^>]* checked', refused.text)
    made = await post(client, "/patients/new", {"name": "Ewa Lis", "no_known_allergies": "true"})
    url = made.headers["location"]
    assert "No known allergies." in (await client.get(url)).text
    clash = {"name": "Ewa Lis", "no_known_allergies": "true", "group_egg": "true", "version": "1"}
    assert labelled((await post(client, f"{url}/edit", clash)).text, "no_known_allergies")
    plain = {"name": "Ewa Lis", "version": "1"}
    assert (await post(client, f"{url}/edit", plain)).status_code == 303
    assert (await post(client, f"{url}/edit", plain)).status_code == 409
    assert "Allergies are not recorded" in (await client.get(url)).text
    lost = await post(client, f"{url}/merge", {"survivor": "nobody", "version": "2"})
    assert (lost.status_code, bool(labelled(lost.text, "survivor"))) == (422, True)
    merged = await post(client, f"{url}/merge", {"survivor": "K-1", "version": "2"})
    assert merged.headers["location"] == f"/patients/{ward.patient}"
    assert (await client.get(url)).headers["location"] == f"/patients/{ward.patient}"
    kept = f"/patients/{ward.patient}"
    assert (await post(client, f"{kept}/archive", {"version": "9"})).status_code == 409
    assert (await post(client, f"{kept}/archive", {"version": "1"})).status_code == 303
    assert (await post(client, f"{kept}/restore", {"version": "2"})).headers["location"] == kept


async def test_prescribers_are_written_and_archived(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    taken = await post(client, "/prescribers/new", {"name": "dr X", "licence": "5425740"})
    assert (taken.status_code, bool(labelled(taken.text, "licence"))) == (409, True)
    made = await post(client, "/prescribers/new", {"name": "dr Jan Lis", "email": "jan@lis.example"})
    url = made.headers["location"]
    assert "jan@lis.example" in (await client.get(url)).text
    assert (
        await post(client, f"{url}/edit", {"name": "dr Jan Lis", "email": "x", "version": "1"})
    ).status_code == 422
    assert (await post(client, f"{url}/edit", {"name": "dr J. Lis", "version": "1"})).status_code == 303
    assert (await post(client, f"{url}/archive", {"version": "2"})).status_code == 303
    assert "dr J. Lis" not in (await client.get("/lookup/prescribers", params={"q": "lis"})).text
    assert (await post(client, f"{url}/restore", {"version": "3"})).status_code == 303
    assert "dr J. Lis" in (await client.get("/lookup/prescribers", params={"q": "lis"})).text


async def test_reading_and_exporting_patients_is_logged(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    for url in ("/patients", "/dispense", "/lookup/patients?q=jan", "/patients/new"):
        await client.get(url)
    assert await entries(sign_in, "dispensing.patient.read") == []
    for url in (
        f"/patients/{ward.patient}", f"/patients/{ward.patient}/edit",
        f"/dispense?patient_id={ward.patient}", f"/dispense/patient?patient_id={ward.patient}",
    ):  # fmt: skip
        assert (await client.get(url)).status_code == 200, url
    assert await entries(sign_in, "dispensing.patient.read") == [str(ward.patient)] * 4
    await client.get("/patients/export")
    assert len(await entries(sign_in, "dispensing.patient.export")) == 1


async def test_a_nurse_meets_only_her_own(sign_in: SignIn, ward: DispensingGround) -> None:
    pharmacist = await sign_in("pharmacist")
    made = (await pharmacist.post("/api/dispensings", json=ward.body())).json()
    other = await sign_in("ward", departments=[ward.surgery])
    for url in (
        f"/patients/{ward.patient}", f"/dispensings/{made['id']}", f"/dispense?patient_id={ward.patient}",
        f"/dispense?owed={made['id']}", f"/dispense/patient?patient_id={ward.patient}", "/dispense?owed=x",
    ):  # fmt: skip
        assert (await other.get(url)).status_code == 404, url
    assert "Wójcik" not in (await other.get("/lookup/patients", params={"q": "Wójcik"})).text
    assert "Wójcik" not in (await other.get("/patients")).text
    typed = fields(ward, patient="K-1", patient_id="")
    assert labelled((await post(other, "/dispense", typed)).text, "patient")
    seen = await post(other, "/dispense/preview", fields(ward))
    assert "data-warning=" not in seen.text
    assert (await other.get("/patients/new")).status_code == 403
    own = await sign_in("ward", departments=[ward.cardiology])
    assert f'<option value="{ward.stock.store}"' not in (await own.get("/dispense")).text
    assert (await own.get(f"/dispensings/{made['id']}")).status_code == 200


async def test_pages_cost_the_same_whatever_their_rows(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")

    async def cost(url: str) -> int:
        async with sign_in.database.connection() as db:
            pass
        async with counted_statements(db) as statements:
            assert (await client.get(url)).status_code == 200
        return len(statements)

    body = ward.body({"allow_partial": True, "quantity": 3})
    answers = [{"code": "duplicate", "product_id": str(ward.stock.tablets), "reason": "x"}]
    await client.post("/api/dispensings", json=body)
    urls = ["/patients", "/dispensings", "/owed", f"/patients/{ward.patient}", "/dispense"]
    before = {url: await cost(url) for url in urls}
    for _ in range(3):
        made = await client.post("/api/dispensings", json=body | {"answers": answers})
        assert made.status_code == 201
        await client.post("/api/patients", json={"name": "Ewa Lis"})
    assert {url: await cost(url) for url in urls} == before
    assert max(before.values()) <= 8
