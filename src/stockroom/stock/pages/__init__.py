"""Pages of stock."""

from stockroom.platform.errors import N_
from stockroom.platform.pages import NavItem
from stockroom.stock.pages import batches, card, documents, lookups, places, postings, stock, watch

ROUTES = [
    *places.ROUTES, *stock.ROUTES, *batches.ROUTES, *documents.ROUTES, *postings.ROUTES, *card.ROUTES,
    *watch.ROUTES, *lookups.ROUTES,
]  # fmt: skip
NAV = [
    NavItem(N_("Work"), N_("Transfer"), "/transfer", "transfer", "stock.transfer.post", 20),
    NavItem(N_("Work"), N_("Issue"), "/issue", "file-export", "stock.issue.post", 22),
    NavItem(N_("Work"), N_("Adjust stock"), "/adjust", "adjustments", "stock.adjustment.post", 24),
    NavItem(N_("Work"), N_("Dispose"), "/dispose", "trash", "stock.adjustment.post", 26),
    NavItem(N_("Stock"), N_("Stock"), "/stock", "packages", "stock.balance.read", 30),
    NavItem(N_("Stock"), N_("Expiry"), "/expiry", "calendar-due", "stock.balance.read", 32),
    NavItem(N_("Stock"), N_("Low stock"), "/low-stock", "gauge", "stock.balance.read", 34),
    NavItem(N_("Stock"), N_("Batches"), "/batches", "tags", "stock.balance.read", 36),
    NavItem(N_("Stock"), N_("Documents"), "/documents", "files", "stock.balance.read", 38),
    NavItem(N_("Organisation"), N_("Places"), "/places", "building-warehouse", "stock.place.read", 82),
]
