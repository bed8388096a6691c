"""Importing in the browser: rehearse an upload, then import what was rehearsed, or drop it."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from stockroom.interchange.actions.import_alorf import Outcome, import_alorf, rehearse_alorf
from stockroom.interchange.alorf import Migration, Plan
from stockroom.interchange.alorf.messages import MESSAGES
from stockroom.interchange.errors import DraftUsed, SourceBroken
from stockroom.interchange.queries.drafts import find_plan_for_update
from stockroom.interchange.summary import ImportReport
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.errors import FieldError
from stockroom.platform.ids import new_id

KEPT = timedelta(days=1)

FORGET_OLD = "delete from interchange.draft where made_at < %(before)s"

LAY = """
insert into interchange.draft (id, account_id, name, made_at, plan, report)
values (%(id)s, %(account_id)s, %(name)s, %(at)s, %(plan)s, %(report)s)
"""

USE = """
update interchange.draft set imported_at = %(at)s, plan = '', report = %(report)s where id = %(id)s
"""

DROP = """
delete from interchange.draft where id = %(id)s and account_id is not distinct from %(account_id)s
"""


def require_plan(migration: Migration) -> Plan:
    """What importing would do. Raises SourceBroken with every broken file."""
    if migration.plan is None:
        raise SourceBroken(errors=[
            FieldError("/file", line.code, MESSAGES[line.code], {"file": line.file, **line.details})
            for line in migration.report.fatal
        ])  # fmt: skip
    return migration.plan


async def lay_draft(
    db: Connection, *, name: str, migration: Migration, currency: str, actor: Actor, at: datetime
) -> UUID:
    """Rehearse the plan and keep it with its report for a day. Raises SourceBroken, and what rehearse_alorf raises."""
    plan = require_plan(migration)
    await execute(db, FORGET_OLD, {"before": at - KEPT})
    outcome = await rehearse_alorf(db, plan=plan, currency=currency, actor=actor, at=at)
    report = ImportReport(path=name, at=at, dry_run=True, report=migration.report, outcome=outcome)
    draft_id = new_id()
    columns = {
        "id": draft_id,
        "account_id": actor.id,
        "name": name,
        "at": at,
        "plan": msgspec.json.encode(plan),
        "report": msgspec.json.encode(report),
    }
    await execute(db, LAY, columns)
    return draft_id


async def import_draft(
    db: Connection, *, draft_id: UUID, report: ImportReport, currency: str, actor: Actor, at: datetime
) -> Outcome:
    """Import what was rehearsed. Raises DraftUsed, and what import_alorf raises."""
    planned = await find_plan_for_update(db, draft_id, actor)
    if planned is None:
        raise DraftUsed
    plan = msgspec.json.decode(planned, type=Plan)
    outcome = await import_alorf(db, plan=plan, currency=currency, actor=actor, at=at)
    done = msgspec.structs.replace(report, at=at, dry_run=False, outcome=outcome)
    await execute(db, USE, {"id": draft_id, "at": at, "report": msgspec.json.encode(done)})
    return outcome


async def drop_draft(db: Connection, *, draft_id: UUID, actor: Actor) -> None:
    """Raises DraftUsed."""
    if not await execute(db, DROP, {"id": draft_id, "account_id": actor.id}):
        raise DraftUsed
