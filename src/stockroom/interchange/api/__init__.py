"""JSON endpoints of interchange."""

from stockroom.interchange.api import old_documents

ROUTES = [*old_documents.ROUTES]
