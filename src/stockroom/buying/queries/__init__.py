"""Every SELECT about goods in, by what is read."""

from stockroom.buying.queries.ground import (
    find_invoice,
    get_supplier_for_update,
    list_packs_by_id,
)
from stockroom.buying.queries.receipts import (
    RECEIPTS,
    Receipt,
    ReceiptLine,
    ReceiptRow,
    get_receipt,
    receipt_scope,
)
from stockroom.buying.queries.typed import (
    list_line_products,
    list_typed_products,
    list_typed_suppliers,
)

__all__ = [
    "RECEIPTS",
    "Receipt",
    "ReceiptLine",
    "ReceiptRow",
    "find_invoice",
    "get_receipt",
    "get_supplier_for_update",
    "list_line_products",
    "list_packs_by_id",
    "list_typed_products",
    "list_typed_suppliers",
    "receipt_scope",
]
