"""Reading an old document leaves a trace: it may be about a patient (P11, P26)."""

from collections.abc import Iterable
from uuid import UUID

from stockroom.interchange.queries.old_documents import WholeOldDocument, get_old_document
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection


async def note_listed(db: Connection, *, documents: Iterable[UUID], where: str, actor: Actor) -> None:
    """An audit entry that these were listed, each with a line that may name a patient; written at once."""
    ids = sorted({str(document) for document in documents})
    if ids:
        shown = {"shown": where, "ids": ids}
        audit.record(db, actor, "interchange.old_document.list", "old_document", "", after=shown)
        await audit.write_pending(db)


async def read_old_document(db: Connection, *, document_id: UUID, actor: Actor) -> WholeOldDocument:
    """The whole document, and an audit entry that it was read. Raises NotFound."""
    found = await get_old_document(db, document_id, actor)
    audit.record(
        db,
        actor,
        "interchange.old_document.read",
        "old_document",
        document_id,
        after={"read": f"{found.kind} {found.old_id}"},
    )
    return found
