"""What happens to documents, for the modules that extend them."""

from uuid import UUID

from stockroom.platform.events import Event


class DocumentReversed(Event, frozen=True):
    """A whole document was taken back by ``reversal_id``. ``kind`` is that of the document itself."""

    document_id: UUID
    kind: str
    reversal_id: UUID
