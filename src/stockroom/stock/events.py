"""What happens to documents, for the modules that extend them."""

from uuid import UUID

from stockroom.platform.events import Event


class DocumentReversed(Event, frozen=True):
    """A whole document was taken back. ``kind`` is that of the document, ``reversal_id`` what took it back."""

    document_id: UUID
    kind: str
    reversal_id: UUID
