"""The photo of a patient: for those who may read the record, and every look at it is logged."""

from stockroom.platform.db import fetch_value
from tests.conftest import SignIn
from tests.dispensing.ground import DispensingGround
from tests.platform.files.samples import picture

READS = """
select count(*) from platform.audit_entry
where action = 'dispensing.patient.read' and entity_id = %(id)s and after ->> 'read' = 'photo'
"""


async def test_looking_is_logged_and_nothing_is_cached(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    url = f"/api/patients/{ward.patient}/photo"
    made = await client.put(url, content=picture(), headers={"If-Match": '"1"'})
    assert (made.status_code, made.headers["etag"]) == (200, '"2"')
    seen = await client.get(url)
    assert seen.headers["cache-control"] == "private, no-store"
    again = await client.get(url, headers={"If-None-Match": seen.headers["etag"]})
    assert again.status_code == 200
    async with sign_in.database.connection() as db:
        assert await fetch_value(db, READS, {"id": str(ward.patient)}) == 2
    assert f"{url}?size=small" in (await client.get(f"/patients/{ward.patient}")).text
    removed = await client.post(f"/patients/{ward.patient}/photo/remove", data={"version": "2"})
    assert removed.status_code == 303
    assert (await client.get(url)).status_code == 404


async def test_another_department_s_patient_has_none(sign_in: SignIn, ward: DispensingGround) -> None:
    """The patient is in cardiology; 404 whether or not there is a photo, and nothing is kept."""
    own = await sign_in("pharmacist", departments=[ward.cardiology])
    other = await sign_in("pharmacist", departments=[ward.surgery])
    url = f"/api/patients/{ward.patient}/photo"
    assert (await own.put(url, content=picture(), headers={"If-Match": '"1"'})).status_code == 200
    assert (await own.get(url)).status_code == 200
    for answer in (
        await other.get(url),
        await other.get(f"{url}?size=small"),
        await other.put(url, content=picture(), headers={"If-Match": '"2"'}),
        await other.delete(url, headers={"If-Match": '"2"'}),
        await other.post(
            f"/patients/{ward.patient}/photo", files={"file": ("x", picture())}, data={"version": "2"}
        ),
    ):
        assert answer.status_code == 404
    async with sign_in.database.connection() as db:
        assert await fetch_value(db, "select count(*) from platform.file") == 1
        assert await fetch_value(db, READS, {"id": str(ward.patient)}) == 1


async def test_a_role_without_patients_is_refused(sign_in: SignIn, ward: DispensingGround) -> None:
    buyer = await sign_in("purchasing")
    assert (await buyer.get(f"/api/patients/{ward.patient}/photo")).status_code == 403


async def test_a_refused_photo_shows_the_record_again(sign_in: SignIn, ward: DispensingGround) -> None:
    client = await sign_in("pharmacist")
    answer = await client.post(
        f"/patients/{ward.patient}/photo", files={"file": ("x.jpg", b"PK\x03\x04")}, data={"version": "1"}
    )
    assert answer.status_code == 422
    assert "Accepted are: JPEG, PNG, WebP, GIF" in answer.text
