"""Pages of goods in."""

from stockroom.buying.pages import documents, receipts, receive
from stockroom.platform.errors import N_
from stockroom.platform.pages import NavItem

ROUTES = [*receive.ROUTES, *receipts.ROUTES, *documents.ROUTES]
NAV = [
    NavItem(N_("Work"), N_("Receive goods"), "/receive", "truck-loading", "buying.receipt.post", 12),
    NavItem(N_("Work"), N_("Goods receipts"), "/receipts", "receipt", "buying.receipt.read", 13),
]
