"""What stock tells the modules above, within the transaction in which it happens."""

from uuid import UUID

from stockroom.platform.events import Event


class DocumentReversed(Event, frozen=True):
    """A whole document was taken back. ``kind`` is that of the document, such as ``receipt``."""

    document_id: UUID
    kind: str
