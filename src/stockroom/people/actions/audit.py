"""Reading the audit trail leaves a trace where it shows what was written about patients (P11, P26)."""

from collections.abc import Iterable

from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.audit import AuditEntry
from stockroom.platform.db import Connection

PERSONAL = "patient"


async def note_audit_read(db: Connection, entries: Iterable[AuditEntry], *, where: str, actor: Actor) -> None:
    """An audit entry with the patients whose data these entries show; none where they show none. Written at once."""
    ids = sorted({entry.entity_id for entry in entries if _tells(entry)})
    if ids:
        audit.record(db, actor, "platform.audit.read", PERSONAL, "", after={"shown": where, "ids": ids})
        await audit.write_pending(db)


def _tells(entry: AuditEntry) -> bool:
    """That somebody read a patient says nothing of the patient; what was changed does."""
    return entry.entity == PERSONAL and entry.entity_id != "" and (entry.before or entry.after) is not None
