"""JSON endpoints of goods in."""

from stockroom.buying.api import documents, receipts

ROUTES = [*receipts.ROUTES, *documents.ROUTES]
