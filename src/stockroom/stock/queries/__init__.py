"""Every SELECT about stock, by what is read."""

from stockroom.stock.queries.balances import (
    list_balances,
    list_balances_of_batches,
    list_product_lines,
    list_products_for_update,
)
from stockroom.stock.queries.batches import list_batch_products
from stockroom.stock.queries.invariants import find_broken_invariants
from stockroom.stock.queries.ledger import get_document, list_movements_of
from stockroom.stock.queries.places import get_place, get_places_for_posting, list_place_choices

__all__ = [
    "find_broken_invariants",
    "get_document",
    "get_place",
    "get_places_for_posting",
    "list_balances",
    "list_balances_of_batches",
    "list_batch_products",
    "list_movements_of",
    "list_place_choices",
    "list_product_lines",
    "list_products_for_update",
]
