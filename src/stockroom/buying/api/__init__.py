"""JSON endpoints of goods in."""

from stockroom.buying.api import receipts

ROUTES = receipts.ROUTES
