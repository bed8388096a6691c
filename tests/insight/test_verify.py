"""The check of everything: it sees a planted break, ends in time, and looks at one moment."""

from datetime import timedelta

import pytest

from stockroom.insight.queries import verify
from stockroom.insight.queries.verify import verify_everything
from stockroom.platform.db import Connection, Database, fetch_value
from tests.conftest import SignIn, as_owner
from tests.insight.ground import Hospital


async def test_a_sound_database_holds(sign_in: SignIn, busy: Hospital) -> None:
    auditor = await sign_in("auditor")
    page = await auditor.get("/verify")
    assert page.status_code == 200
    assert "All checks hold" in page.text
    report = (await auditor.get("/api/verify")).json()
    assert report["ok"] is True
    assert len(report["checks"]) == len(verify.INVARIANTS) + 1


async def test_a_balance_changed_behind_the_ledger_is_shown_with_its_batch(
    sign_in: SignIn, busy: Hospital
) -> None:
    async with sign_in.database.transaction() as db:
        await db.execute(
            "update stock.balance set on_hand = on_hand + 1 where place_id = %s", [busy.ward_store]
        )
        batch = await fetch_value(
            db, "select batch_id from stock.balance where place_id = %(id)s", {"id": busy.ward_store}
        )
    page = await (await sign_in("auditor")).get("/verify")
    assert page.status_code == 200
    assert "Not every check holds" in page.text
    assert page.text.count("Broken") == 1
    assert f"batch {batch} at place {busy.ward_store}" in page.text


async def test_a_changed_audit_entry_is_shown(sign_in: SignIn, busy: Hospital) -> None:
    auditor = await sign_in("auditor")
    async with await Connection.connect(as_owner(sign_in.database.pool.conninfo)) as db:
        await db.execute("alter table platform.audit_entry disable trigger user")
        await db.execute("update platform.audit_entry set actor_name = 'Somebody else' where seq = 2")
        await db.execute("alter table platform.audit_entry enable trigger user")
    report = (await auditor.get("/api/verify")).json()
    assert report["ok"] is False
    (broken,) = [check for check in report["checks"] if not check["ok"]]
    assert (broken["name"], broken["offenders"]) == (verify.AUDIT_CHAIN, ["audit entry 2"])
    async with sign_in.database.connection() as db:
        told = await fetch_value(
            db, "select facts -> 'broken' from platform.security_event where event = 'audit.broken'"
        )
    assert told == ["audit chain is whole: audit entry 2"]


async def test_a_check_that_takes_too_long_is_left_and_the_connection_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        verify, "INVARIANTS", {"slow": "select pg_sleep(30)::text", "quick": "select 'x' where false"}
    )
    async with database.connection() as db:
        before = await fetch_value(db, "show statement_timeout")
        async with db.transaction():
            report = await verify_everything(db, within=timedelta(milliseconds=50))
        assert await fetch_value(db, "show statement_timeout") == before
    assert report.ok is False
    assert next((check.name, check.finished) for check in report.checks) == ("slow", False)
    assert all(not check.offenders for check in report.checks)


async def test_all_checks_look_at_the_same_moment_and_write_nothing(database: Database) -> None:
    async with database.transaction() as db:
        report = await verify_everything(db)
        assert await fetch_value(db, "show transaction_isolation") == "repeatable read"
        assert await fetch_value(db, "show transaction_read_only") == "on"
    assert report.ok is True


@pytest.mark.parametrize("role", ["pharmacist", "technician", "purchasing", "ward"])
async def test_only_those_who_may_read_the_audit_trail_verify(sign_in: SignIn, role: str) -> None:
    client = await sign_in(role)
    assert (await client.get("/verify")).status_code == 403
    assert (await client.get("/api/verify")).status_code == 403
