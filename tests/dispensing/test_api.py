"""Dispensing over the API: what bad input gets, who sees what, and that reading leaves a trace."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import anyio
import httpx

from stockroom.dispensing.api import examples
from stockroom.platform.access import Actor
from stockroom.stock import find_broken_invariants
from tests.conftest import SignIn
from tests.dispensing.ground import DispensingGround, put_on_shelf, written


async def refused(client: httpx.AsyncClient, url: str, body: dict[str, Any]) -> tuple[int, str, list[str]]:
    answer = await client.post(url, json=body)
    problem = answer.json()
    return answer.status_code, problem["code"], [error["pointer"] for error in problem["errors"]]


async def test_the_examples_of_the_documentation_work(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    patient = await client.post("/api/patients", json=examples.PATIENT)
    prescriber = await client.post("/api/prescribers", json=examples.PRESCRIBER | {"licence": "1"})
    assert (patient.status_code, prescriber.status_code) == (201, 201)
    ids = {
        "patient_id": patient.json()["id"],
        "prescriber_id": prescriber.json()["id"],
        "place_id": str(ward.stock.store),
    }
    product = {"product_id": str(ward.warfarin)}
    preview = examples.PREVIEW | ids | {"lines": [examples.PREVIEW["lines"][0] | product]}
    del preview["prescriber_id"]
    seen = (await client.post("/api/dispensings/preview", json=preview)).json()
    assert [(line["missing"], line["batches"][0]["quantity"]) for line in seen["lines"]] == [(4, 10)]
    assert [warned["code"] for warned in seen["warnings"]] == ["high_alert"]
    body = examples.DISPENSING | ids | {
        "lines": [examples.DISPENSING["lines"][0] | product],
        "answers": [examples.DISPENSING["answers"][0] | product],
    }  # fmt: skip
    made = await client.post("/api/dispensings", json=body)
    assert made.status_code == 201
    assert made.headers["location"] == f"/api/dispensings/{made.json()['id']}"
    back = await client.post(f"{made.headers['location']}/return", json=examples.RETURN)
    line = back.json()["lines"][0]
    assert (line["wanted"], line["quantity"], line["returned"], line["owed"]) == (14, 10, 4, 4)


async def test_unanswered_warnings_come_with_their_sentences(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    body = ward.body({"product_id": str(ward.amoxicillin)})
    answer = await client.post("/api/dispensings", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "dispensing.warnings_unanswered")
    assert problem["facts"]["warnings"] == [
        {
            "code": "allergy",
            "product_id": str(ward.amoxicillin),
            "product": "Amoxicillin 500 mg",
            "sentence": "The patient is recorded as allergic to Penicillins, and Amoxicillin 500 mg belongs there.",
        }
    ]
    reasons = [{"code": "allergy", "product_id": str(ward.amoxicillin), "reason": "tolerated in 2024"}]
    assert (await client.post("/api/dispensings", json=body | {"answers": reasons})).status_code == 201


BAD_DISPENSINGS: list[tuple[dict[str, Any], str, str]] = [
    ({"patient_id": "x"}, "field.id", "/patient_id"),
    ({"patient_id": None}, "field.id", "/patient_id"),
    ({"colour": "red"}, "field.unknown", "/colour"),
    ({"lines": [{"quantity": 1}]}, "field.required", "/lines/0/product_id"),
    ({"note": "a\x00b"}, "field.characters", "/note"),
    ({"note": "x" * 4001}, "field.too_long", "/note"),
    ({"line": {"quantity": "many"}}, "field.number", "/lines/0/quantity"),
    ({"line": {"quantity": True}}, "field.number", "/lines/0/quantity"),
    ({"line": {"directions": "x" * 201}}, "field.too_long", "/lines/0/directions"),
    ({"line": {"directions": "a\nb"}}, "field.characters", "/lines/0/directions"),
    ({"line": {"dose": 1}}, "field.unknown", "/lines/0/dose"),
    ({"line": {"quantity": "NaN"}}, "quantity.too_large", "/lines/0/quantity"),
    ({"line": {"quantity": 1e30}}, "quantity.too_large", "/lines/0/quantity"),
    ({"line": {"quantity": 0.5}}, "quantity.too_precise", "/lines/0/quantity"),
    ({"line": {"product_id": str(uuid4())}}, "product.unknown", "/lines/0/product_id"),
    ({"lines": []}, "stock.nothing_to_post", "/lines"),
]


async def test_refuses_bad_input_at_its_field(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    async with sign_in.database.connection() as db:
        before = await written(db)
    for change, code, pointer in BAD_DISPENSINGS:
        rest = {name: value for name, value in change.items() if name != "line"}
        answer = await client.post("/api/dispensings", json=ward.body(change.get("line", {})) | rest)
        assert answer.status_code == 422, (change, answer.text)
        found = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
        assert found == [(pointer, code)], change
    async with sign_in.database.connection() as db:
        assert await written(db) == before


BAD_PATIENTS: list[tuple[dict[str, Any], str, str]] = [
    ({"name": " "}, "field.characters", "/name"),
    ({"name": "x" * 201}, "field.too_long", "/name"),
    ({"sex": "none"}, "field.choice", "/sex"),
    ({"birth_date": "2026-02-30"}, "field.date", "/birth_date"),
    ({"birth_date": "1850-01-01"}, "patient.birth_date_impossible", "/birth_date"),
    ({"birth_date": "2999-01-01"}, "patient.birth_date_impossible", "/birth_date"),
    ({"allergy_groups": ["dust"]}, "patient.allergy_group_unknown", "/allergy_groups"),
    ({"allergy_groups": ["a\x00b"]}, "field.characters", "/allergy_groups/0"),
    ({"file_number": "a\x00b"}, "field.characters", "/file_number"),
    ({"department_id": str(uuid4())}, "patient.department_unknown", "/department_id"),
    ({"merged_into_id": str(uuid4())}, "field.unknown", "/merged_into_id"),
]


async def test_refuses_a_bad_patient_at_its_field(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    for change, code, pointer in BAD_PATIENTS:
        answer = await client.post("/api/patients", json={"name": "Anna Nowak"} | change)
        assert answer.status_code == 422, (change, answer.text)
        found = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
        assert found == [(pointer, code)], change
    assert (await client.get("/api/patients")).json()["total"] == 1


async def test_lists_search_filter_and_page(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    for _ in range(2):
        reasons = [{"code": "duplicate", "product_id": str(ward.stock.tablets), "reason": "dose doubled"}]
        await client.post("/api/dispensings", json=ward.body(answers=reasons if _ else []))

    async def count(url: str, **params: str) -> int:
        answer = await client.get(url, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()["total"]

    for q in ("wojcik", "K-1", "jan woj", "Wójcikk"):
        assert await count("/api/patients", q=q) == 1, q
    assert await count("/api/patients", q="nobody") == 0
    assert await count("/api/prescribers", q="zielinska") == 1
    for name, value in (
        ("patient_id", ward.patient), ("prescriber_id", ward.prescriber),
        ("product_id", ward.stock.tablets), ("place_id", ward.stock.store),
        ("department_id", ward.cardiology), ("reversed", "false"), ("q", "DSP-20"), ("q", "wojcik"),
        ("since", "2026-01-01T00:00:00Z"),
    ):  # fmt: skip
        assert await count("/api/dispensings", **{name: str(value)}) == 2, name
        assert await count("/api/dispensings", until="2026-01-01T00:00:00Z", **{name: str(value)}) == 0
    assert await count("/api/dispensings", product_id=str(ward.warfarin)) == 0
    first = (await client.get("/api/dispensings", params={"limit": 1})).json()
    rest = await client.get("/api/dispensings", params={"limit": 1, "cursor": first["next_cursor"]})
    assert first["items"][0]["number"] > rest.json()["items"][0]["number"]
    for bad in ({"since": "yesterday"}, {"patient_id": "x"}, {"sort": "colour"}, {"colour": "red"}):
        assert (await client.get("/api/dispensings", params=bad)).status_code == 422


async def test_what_is_owed_is_listed_given_and_cancelled(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    made = (
        await client.post("/api/dispensings", json=ward.body({"quantity": 14, "allow_partial": True}))
    ).json()
    owed = (await client.get("/api/owed", params={"q": "wojcik"})).json()["items"]
    assert [(row["number"], row["owed"], row["available"]) for row in owed] == [(made["number"], 4, 0)]
    first = (await client.get("/api/owed", params={"limit": 1, "patient_id": str(ward.patient)})).json()
    assert (len(first["items"]), first["has_more"]) == (1, False)
    url = f"/api/dispensings/{made['id']}/lines/1/cancel-owed"
    assert await refused(client, url, {"reason": ""}) == (422, "reason.missing", ["/reason"])
    cancelled = await client.post(url, json={"reason": "discharged"})
    assert cancelled.json()["lines"][0]["owed_cancelled"] == "discharged"
    assert (await client.get("/api/owed")).json()["total"] == 0


async def test_edits_carry_the_version_they_saw(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    url = f"/api/patients/{ward.patient}"
    tag = (await client.get(url)).headers["etag"]
    body = {"name": "Jan Wójcik", "department_id": str(ward.cardiology)}
    assert (await client.put(url, json=body)).json()["code"] == "version.missing"
    assert (await client.put(url, json=body, headers={"If-Match": tag})).status_code == 200
    stale = await client.put(url, json=body, headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["code"]) == (409, "version.stale")
    assert (await client.delete(url, headers={"If-Match": '"2"'})).status_code == 204
    back = await client.post(f"{url}/restore", headers={"If-Match": '"3"'})
    assert (back.json()["active"], back.json()["version"]) == (True, 4)
    other = (await client.post("/api/patients", json={"name": "Jan Wojcik"})).json()
    merged = await client.post(
        f"/api/patients/{other['id']}/merge",
        json={"survivor_id": str(ward.patient)},
        headers={"If-Match": '"1"'},
    )
    assert (merged.status_code, merged.json()["id"]) == (200, str(ward.patient))


async def test_reading_a_patient_leaves_a_trace_and_listing_does_not(
    sign_in: SignIn, ward: DispensingGround
) -> None:
    client = await sign_in("pharmacist", username="reader")
    made = (await client.post("/api/dispensings", json=ward.body())).json()
    await client.get("/api/patients")
    assert (await client.get(f"/api/patients/{uuid4()}")).status_code == 404
    assert (await client.get(f"/api/patients/{ward.patient}")).status_code == 200
    assert (await client.get(f"/api/dispensings/{made['id']}")).status_code == 200
    async with sign_in.database.connection() as db:
        cursor = await db.execute(
            "select actor_name, entity, entity_id, after ->> 'read' from platform.audit_entry"
            " where action = 'dispensing.patient.read' order by seq"
        )
        assert await cursor.fetchall() == [
            ("Test Pharmacist", "patient", str(ward.patient), None),
            ("Test Pharmacist", "patient", str(ward.patient), made["number"]),
        ]


async def test_a_nurse_sees_her_department_only(sign_in: SignIn, ward: DispensingGround) -> None:
    pharmacist = await sign_in("pharmacist")
    made = (
        await pharmacist.post("/api/dispensings", json=ward.body({"quantity": 14, "allow_partial": True}))
    ).json()
    own = await sign_in("ward", departments=[ward.cardiology])
    other = await sign_in("ward", departments=[ward.surgery])
    for url in ("/api/patients", "/api/dispensings", "/api/owed"):
        assert (await own.get(url)).json()["total"] == 1, url
        assert (await other.get(url)).json()["total"] == 0, url
    for url in (f"/api/patients/{ward.patient}", f"/api/dispensings/{made['id']}"):
        assert (await own.get(url)).status_code == 200, url
        assert (await other.get(url)).status_code == 404, url
    body = ward.body({"product_id": str(ward.warfarin)})
    assert await refused(own, "/api/dispensings", body) == (403, "place.not_yours", ["/place_id"])
    assert (await refused(other, "/api/dispensings", body))[1] == "patient.unknown"
    preview = {"place_id": body["place_id"], "patient_id": body["patient_id"], "lines": body["lines"]}
    assert (await refused(own, "/api/dispensings/preview", preview))[1] == "place.not_yours"
    assert (await refused(other, "/api/dispensings/preview", preview))[1] == "patient.unknown"
    back = {"lines": [{"line": 1, "quantity": 1}], "reason": "x"}
    assert (await refused(own, f"/api/dispensings/{made['id']}/return", back))[0] == 403
    assert (await refused(other, f"/api/dispensings/{made['id']}/return", back))[0] == 404
    assert (await refused(other, f"/api/dispensings/{made['id']}/reverse", {"reason": "x"}))[0] == 404


async def test_only_those_with_the_permission(sign_in: SignIn, ward: DispensingGround) -> None:
    purchasing, auditor = await sign_in("purchasing"), await sign_in("auditor")
    for url in ("/api/patients", "/api/prescribers", "/api/dispensings", "/api/owed"):
        assert (await purchasing.get(url)).status_code == 403
        assert (await auditor.get(url)).status_code == 200
    for url in ("/api/patients", "/api/prescribers", "/api/dispensings", "/api/dispensings/preview"):
        assert (await auditor.post(url, json={})).status_code == 403
    nurse = await sign_in("ward")
    assert (await nurse.post("/api/patients", json={"name": "X"})).status_code == 403


async def test_a_preview_writes_nothing_but_that_the_patient_was_seen(
    sign_in: SignIn, ward: DispensingGround
) -> None:
    client = await sign_in("pharmacist")
    async with sign_in.database.connection() as db:
        before = await written(db)
    body = ward.body({}, {"product_id": str(uuid4())}, {"quantity": -1})
    preview = {name: body[name] for name in ("place_id", "patient_id", "lines")}
    seen = await client.post("/api/dispensings/preview", json=preview)
    assert seen.status_code == 200, seen.text
    assert [line["product"] for line in seen.json()["lines"]][:2] == ["Paracetamol 500 mg", ""]
    preview["lines"][1]["quantity"] = "NaN"
    told = (422, "quantity.too_large", ["/lines/1/quantity"])
    assert await refused(client, "/api/dispensings/preview", preview) == told
    async with sign_in.database.connection() as db:
        after = await written(db)
        assert after == (*before[:4], before[4] + 1, *before[5:])


async def test_fifty_people_give_the_last_ten_once(sign_in: SignIn, ward: DispensingGround) -> None:
    clients = [await sign_in("pharmacist") for _ in range(5)]
    patients = [
        (await clients[0].post("/api/patients", json={"name": f"P {n}"})).json()["id"] for n in range(50)
    ]
    answers: list[httpx.Response] = []

    async def give(number: int, patient: str) -> None:
        body = ward.body(patient_id=patient)
        answers.append(await clients[number % 5].post("/api/dispensings", json=body))

    async with anyio.create_task_group() as group:
        for number, patient in enumerate(patients):
            group.start_soon(give, number, patient)
    codes = sorted((answer.status_code, answer.json().get("code", "")) for answer in answers)
    assert codes == [(201, "")] * 10 + [(409, "stock.short")] * 40
    async with sign_in.database.connection() as db:
        assert await find_broken_invariants(db) == []


async def test_one_key_sent_by_all_at_once_has_one_effect(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    key = {"Idempotency-Key": uuid4().hex}
    answers: list[httpx.Response] = []

    async def give() -> None:
        answers.append(await client.post("/api/dispensings", json=ward.body(), headers=key))

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(give)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await client.get("/api/dispensings")).json()["total"] == 1


async def test_two_dispensings_to_one_patient_see_each_other(
    sign_in: SignIn, ward: DispensingGround, actor: Actor, at: datetime
) -> None:
    client = await sign_in("pharmacist")
    brands = [uuid4() for _ in range(4)]
    async with sign_in.database.transaction() as db:
        for number, brand in enumerate(brands):
            await db.execute(
                "insert into catalog.product (id, code, name, kind, unit, generic_name)"
                " values (%s, %s, 'Ibuprofen', 'medicine', 'tablet', 'Ibuprofen')",
                [brand, f"IBU{number}"],
            )
            await put_on_shelf(db, brand, ward.stock.store, 5, actor=actor, at=at, code="", expires_on=None)
    answers: list[httpx.Response] = []

    async def give(brand: UUID) -> None:
        body = ward.body({"product_id": str(brand)})
        answers.append(await client.post("/api/dispensings", json=body))

    async with anyio.create_task_group() as group:
        for brand in brands:
            group.start_soon(give, brand)
    codes = sorted((answer.status_code, answer.json().get("code", "")) for answer in answers)
    assert codes == [(201, "")] + [(409, "dispensing.warnings_unanswered")] * 3
