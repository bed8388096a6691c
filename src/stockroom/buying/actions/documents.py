"""Documents on a goods receipt: the invoice, the delivery note, a photo of the damage."""

from datetime import datetime
from uuid import UUID

from stockroom.buying import queries
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.files.errors import ReasonMissing
from stockroom.platform.files.intake import NewFile
from stockroom.platform.files.rows import File, add_document, facts_of, release_document


async def attach_document(
    db: Connection, *, receipt_id: UUID, document: NewFile, actor: Actor, at: datetime
) -> File:
    """A reversed receipt takes documents too: they say why. Raises NotFound, TooManyFiles."""
    await queries.get_receipt(db, receipt_id, actor=actor)
    made = await add_document(db, "receipt", receipt_id, document, actor=actor, at=at)
    audit.record(db, actor, "buying.receipt.document", "receipt", receipt_id, after=facts_of(made))
    return made


async def remove_document(
    db: Connection, *, receipt_id: UUID, file_id: UUID, reason: str, actor: Actor, at: datetime
) -> None:
    """The reason stays in the audit trail. Raises NotFound, ReasonMissing."""
    await queries.get_receipt(db, receipt_id, actor=actor)
    if not reason.strip():
        raise ReasonMissing
    before = await release_document(db, "receipt", receipt_id, file_id, at=at)
    audit.record(
        db, actor, "buying.receipt.document_remove", "receipt", receipt_id,
        before=facts_of(before), reason=reason.strip(),
    )  # fmt: skip
