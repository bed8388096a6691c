"""JSON endpoints of stock."""

from stockroom.stock.api import balances, batches, documents, places, postings, watch

ROUTES = [
    *places.ROUTES, *batches.ROUTES, *balances.ROUTES, *documents.ROUTES, *postings.ROUTES, *watch.ROUTES,
]  # fmt: skip
