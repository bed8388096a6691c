"""Importing in the browser, and reading what was kept."""

import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from stockroom.platform.db import fetch_value
from stockroom.settings import Settings
from tests.conftest import SignIn

SAMPLE = Path(__file__).parent / "alorf" / "samples" / "alorf-backup-20250925.zip"


def zipped(to: Path, **tables: list[dict[str, object]]) -> bytes:
    with zipfile.ZipFile(to, "w") as archive:
        for name, records in tables.items():
            archive.writestr(f"json/{name}.json", json.dumps(records))
    return to.read_bytes()


async def upload(client: httpx.AsyncClient, content: bytes, name: str = "backup.zip") -> httpx.Response:
    return await client.post("/import", files={"file": (name, content, "application/zip")})


async def count(sign_in: SignIn, statement: str) -> int:
    async with sign_in.database.connection() as db:
        return await fetch_value(db, statement)  # pyright: ignore[reportArgumentType]  # a test's own


async def test_upload_rehearse_import(sign_in: SignIn):
    admin = await sign_in("admin")
    assert "Upload a backup" in (await admin.get("/import")).text
    answer = await upload(admin, SAMPLE.read_bytes(), "../../etc/kopia zapasowa.zip")
    assert answer.status_code == 303
    draft = answer.headers["location"]
    shown = (await admin.get(draft)).text
    assert "kopia_zapasowa.zip" in shown
    assert "nothing is written yet" in shown
    assert await count(sign_in, "select count(*) from dispensing.patient") == 0
    answer = await admin.post(draft)
    assert (answer.status_code, answer.headers["location"]) == (303, draft)
    assert await count(sign_in, "select count(*) from dispensing.patient") == 5
    done = (await admin.get(draft)).text
    assert "OPN-2025-00001" in done
    assert f'method="post" action="{draft}"' in shown
    assert f'method="post" action="{draft}"' not in done
    again = await upload(admin, SAMPLE.read_bytes())
    assert "There is nothing to import" in (await admin.get(again.headers["location"])).text


async def test_an_import_happens_once(sign_in: SignIn):
    admin = await sign_in("admin")
    draft = (await upload(admin, SAMPLE.read_bytes())).headers["location"]
    assert (await admin.post(draft)).status_code == 303
    before = await count(sign_in, "select count(*) from platform.audit_entry")
    assert (await admin.post(draft)).status_code == 409
    assert await count(sign_in, "select count(*) from platform.audit_entry") == before


async def test_what_waits_holds_no_password(sign_in: SignIn):
    admin = await sign_in("admin")
    await upload(admin, SAMPLE.read_bytes())
    with zipfile.ZipFile(SAMPLE) as archive:
        passwords = [user["password"] for user in json.loads(archive.read("json/users.json"))]
    async with sign_in.database.connection() as db:
        kept: bytes = await fetch_value(db, "select plan || report from interchange.draft")
    assert passwords
    assert not any(password.encode() in kept for password in passwords)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off"])
async def test_a_broken_upload_is_named_and_changes_nothing(sign_in: SignIn, content: bytes):
    admin = await sign_in("admin")
    before = await count(sign_in, "select count(*) from platform.audit_entry")
    answer = await upload(admin, content)
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert await count(sign_in, "select count(*) from interchange.draft") == 0
    assert await count(sign_in, "select count(*) from platform.audit_entry") == before


async def test_every_broken_file_of_an_upload_is_named(sign_in: SignIn, tmp_path: Path):
    path = tmp_path / "broken.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("json/stores.json", "[{")
        archive.writestr("json/patients.json", "nothing")
    answer = await upload(await sign_in("admin"), path.read_bytes())
    assert answer.status_code == 422
    assert "json/stores.json" in answer.text
    assert "json/patients.json" in answer.text


async def test_nothing_but_a_file_is_an_upload(sign_in: SignIn):
    admin = await sign_in("admin")
    answer = await admin.post("/import", data={"file": "text"})
    assert answer.status_code == 422


async def test_only_administrators_import_and_see_only_their_own(sign_in: SignIn):
    pharmacist, auditor = await sign_in("pharmacist"), await sign_in("auditor")
    for client in (pharmacist, auditor):
        assert (await client.get("/import")).status_code == 403
        assert (await upload(client, SAMPLE.read_bytes())).status_code == 403
    draft = (await upload(await sign_in("admin"), SAMPLE.read_bytes())).headers["location"]
    other = await sign_in("admin")
    assert (await other.get(draft)).status_code == 404
    assert (await other.post(draft)).status_code == 404
    assert (await other.post(f"{draft}/drop")).status_code == 409


async def test_a_draft_can_be_dropped_and_is_forgotten_after_a_day(sign_in: SignIn):
    admin = await sign_in("admin")
    draft = (await upload(admin, SAMPLE.read_bytes())).headers["location"]
    assert (await admin.post(f"{draft}/drop")).status_code == 303
    assert (await admin.get(draft)).status_code == 404
    await upload(admin, SAMPLE.read_bytes())
    async with sign_in.database.transaction() as db:
        await db.execute(
            "update interchange.draft set made_at = made_at - %s", [timedelta(days=1, minutes=1)]
        )
    await upload(admin, SAMPLE.read_bytes())
    assert await count(sign_in, "select count(*) from interchange.draft") == 1


async def test_the_report_filters_searches_and_pages(sign_in: SignIn, tmp_path: Path):
    admin = await sign_in("admin")
    content = zipped(
        tmp_path / "b.zip",
        patients=[{"id": str(number), "name": f"Patient {number}", "age": 40} for number in range(1, 41)],
        medicines=[{"id": "01", "name": "Apap", "strength": "5 mg", "form_dosage": "Lizak <b>"}, None],
    )
    draft = (await upload(admin, content)).headers["location"]
    told = (await admin.get(draft, params={"entity": "medicines", "outcome": "refused"})).text
    assert "This is no record." in told
    assert "1–1 of 1" in told
    coded = (await admin.get(draft, params={"code": "form_unknown"})).text
    assert "The form Lizak &lt;b&gt; is not on the list" in coded
    paged = await admin.get(draft, params={"entity": "patients", "page": "2"}, headers={"HX-Request": "true"})
    assert "26–40 of 40" in paged.text
    assert "<html" not in paged.text
    assert "No line matches." in (await admin.get(draft, params={"q": "nowhere at all"})).text


@pytest.mark.parametrize(
    "bad", ["page=0", "page=x", "outcome=maybe", "strange=1", "q=" + "x" * 201, "per_page=1000", "code=%00"]
)
async def test_a_report_refuses_bad_parameters(sign_in: SignIn, bad: str):
    admin = await sign_in("admin")
    draft = (await upload(admin, SAMPLE.read_bytes())).headers["location"]
    assert (await admin.get(f"{draft}?{bad}")).status_code == 422


@pytest.fixture
async def imported(sign_in: SignIn) -> SignIn:
    admin = await sign_in("admin")
    draft = (await upload(admin, SAMPLE.read_bytes())).headers["location"]
    assert (await admin.post(draft)).status_code == 303
    return sign_in


async def test_old_documents_are_listed_filtered_and_exported(imported: SignIn):
    client = await imported("pharmacist")
    whole = (await client.get("/api/old-documents", params={"per_page": "100"})).json()
    kinds = [item["kind"] for item in whole["items"]]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "purchase": 5, "consumption": 5, "transfer": 4, "record": 5,
    }  # fmt: skip
    assert "Purchase" in (await client.get("/old-documents?kind=purchase")).text
    assert "No old document matches" in (await client.get("/old-documents?until=1999-01-01")).text
    csv = (await client.get("/old-documents/export?kind=transfer")).text
    assert csv.count("Transfer") == 4
    found = (await client.get("/api/old-documents", params={"q": "paracetamol", "kind": "purchase"})).json()
    assert found["total"] >= 1
    assert (await client.get("/api/old-documents?kind=other")).status_code == 422


async def test_an_old_document_is_read_whole_and_the_reading_is_noted(imported: SignIn):
    client = await imported("pharmacist")
    found = (await client.get("/api/old-documents?kind=consumption")).json()["items"][0]
    shown = await client.get(f"/old-documents/{found['id']}")
    assert shown.status_code == 200
    assert "patient_id" in shown.text
    assert re.search(r'href="/products/[0-9a-f-]{36}">', shown.text)
    whole = (await client.get(f"/api/old-documents/{found['id']}")).json()
    assert whole["content"]["old_id"] == found["old_id"]
    read = "select count(*) from platform.audit_entry where action = 'interchange.old_document.read'"
    assert await count(imported, read) == 2


async def test_bound_people_see_the_old_documents_of_their_departments_only(imported: SignIn):
    async with imported.database.connection() as db:
        ward = await fetch_value(
            db, "select departments[1] from interchange.old_document where kind = 'record' and departments[1] in"
            " (select id from people.department where not is_main) order by id limit 1"
        )  # fmt: skip
        foreign = await fetch_value(
            db,
            "select id from interchange.old_document where not %(ward)s = any(departments) limit 1",
            {"ward": ward},
        )
    client = await imported("pharmacist", departments=[ward])
    seen = (await client.get("/api/old-documents?per_page=100")).json()["items"]
    whole = await count(imported, "select count(*) from interchange.old_document")
    assert 0 < len(seen) < whole
    assert (await client.get(f"/old-documents/{foreign}")).status_code == 404
    assert (await client.get(f"/api/old-documents/{foreign}")).status_code == 404


async def test_old_documents_are_not_for_everybody(imported: SignIn):
    nurse = await imported("ward")
    assert (await nurse.get("/old-documents")).status_code == 403
    assert (await nurse.get("/api/old-documents")).status_code == 403
    pharmacist = await imported("pharmacist")
    missing = "/old-documents/01900000-0000-7000-8000-000000000000"
    assert (await pharmacist.get(missing)).status_code == 404


async def test_an_upload_over_the_limit_is_refused(sign_in: SignIn, settings: Settings):
    answer = await upload(await sign_in("admin"), b"x" * (settings.max_body_bytes + 1))
    assert answer.status_code == 413
    assert await count(sign_in, "select count(*) from interchange.draft") == 0
