"""Whoever is shown a patient leaves a trace of it: every route that reads, asked as those who see patients (P26)."""

import re

import psycopg
import pytest

from tests.api.test_every_page import ASKED

# By what an answer names each patient: the file number, and the name where nobody else is called alike.
NAMES = """
select
    p.id::text, p.file_number,
    case when not exists (
        select from (
            select name from dispensing.patient where id <> p.id
            union all select name from people.account
            union all select name from dispensing.prescriber) other
        where other.name like '%' || p.name || '%') then p.name else p.file_number end
from dispensing.patient p
"""
NOTED = """
select entity_id, coalesce(after -> 'ids', '[]'::jsonb) from platform.audit_entry
where entity = 'patient' and request_id = %s
"""
# What a list asks of its reader, so that it shows the patient that the rest of the walk is about.
ALSO_ASKED = {
    "/dispense": "?patient_id={patient_id}",
    "/palette": "?q={number}",
    "/search": "?q={number}",
    "/lookup/patients": "?q={number}",
    "/api/search": "?q={number}",
    "/patients/export": "?format=csv",
    "/owed/export": "?format=csv",
    "/dispensings/export": "?format=csv",
}
# Every route that is known to show a patient: where one falls silent, the walk has lost its way to it.
SHOWN = {
    "/api/dispensings",
    "/api/dispensings/{dispensing_id}",
    "/api/owed",
    "/api/patients",
    "/api/patients/{patient_id}",
    "/api/search",
    "/dispense",
    "/dispense/patient",
    "/dispensings",
    "/dispensings/export",
    "/dispensings/{dispensing_id}",
    "/lookup/patients",
    "/owed",
    "/owed/export",
    "/palette",
    "/patients",
    "/patients/export",
    "/patients/{patient_id}",
    "/patients/{patient_id}/edit",
    "/patients/{patient_id}/merge",
    "/search",
}


def named_in(text, patients):
    """The ids of those whose number (a dispensing's, DSP-…, ends alike) or name stands in the text."""
    numbers = set(re.findall(r"\bP-\d{4}-\d+\b", text))
    return {
        id_
        for id_, (number, name) in patients.items()
        if number in numbers or (name != number and name in text)
    }


@pytest.fixture(scope="module")
def patients(demo_conninfo, hospital):
    with psycopg.connect(demo_conninfo) as db:
        return {id_: (number, name) for id_, number, name in db.execute(NAMES).fetchall()}


@pytest.fixture(scope="module")
def addresses(routes, samples, patients):
    """Path template and address of everything that reads and has an example."""
    number = patients[samples.values["patient_id"]][0]
    found = {}
    for route in routes:
        if route.method != "GET" or "public" in route.marks or route.path.startswith("/static"):
            continue
        asked = ALSO_ASKED.get(route.path) or ASKED.get(route.path, "")
        try:
            found[route.path] = samples.filled(route.path + asked.replace("{number}", number))
        except KeyError:
            continue
    return found


@pytest.mark.parametrize("role", ["pharmacist", "admin", "ward"])
async def test_every_answer_that_names_a_patient_has_noted_it(
    hospital, addresses, patients, demo_conninfo, role
):
    client = await hospital(role)
    silent, shown = {}, set()
    with psycopg.connect(demo_conninfo, autocommit=True) as db:
        for path, address in addresses.items():
            answer = await client.get(address)
            if answer.status_code != 200:
                continue
            named = named_in(answer.text, patients)
            if not named:
                continue
            shown.add(path)
            rows = db.execute(NOTED, [answer.headers["x-request-id"]]).fetchall()
            noted = {id_ for one, many in rows for id_ in (one, *many)}
            if missing := named - noted:
                silent[path] = sorted(patients[id_] for id_ in missing)
            if len(rows) > 1:
                silent[path] = f"{len(rows)} rows for one request"
    assert silent == {}, silent
    if role != "ward":
        assert shown >= SHOWN, SHOWN - shown


async def test_a_picker_that_found_nobody_notes_nothing(hospital, demo_conninfo):
    client = await hospital("pharmacist")
    answer = await client.get("/lookup/patients?q=zzzzzzzzzzzz")
    with psycopg.connect(demo_conninfo) as db:
        assert db.execute(NOTED, [answer.headers["x-request-id"]]).fetchall() == []


async def test_the_audit_trail_finds_who_was_shown_a_patient_in_a_list(hospital, samples, demo_conninfo):
    patient = samples.values["patient_id"]
    pharmacist, auditor = await hospital("pharmacist"), await hospital("auditor")
    listed = (await pharmacist.get(f"/dispensings?patient_id={patient}")).headers["x-request-id"]
    found = await auditor.get(f"/api/audit?entity=patient&entity_id={patient}&per_page=100&sort=-seq")
    assert listed in {entry["request_id"] for entry in found.json()["items"]}
