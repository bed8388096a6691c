"""Pages of interchange."""

from stockroom.interchange.pages import imports, old_documents
from stockroom.platform.errors import N_
from stockroom.platform.pages import NavItem

ROUTES = [*imports.ROUTES, *old_documents.ROUTES]
NAV = [
    NavItem(N_("System"), N_("Import"), "/import", "file-import", "interchange.import.run", 94),
    NavItem(N_("System"), N_("Old documents"), "/old-documents", "archive", "interchange.document.read", 95),
]
