"""Buying: goods receipts. The front door."""

from stockroom.buying.actions.lines import ReceiptLineInput
from stockroom.buying.actions.receive import ReceiptInput, receive_goods
from stockroom.buying.actions.reverse import forget_invoice, reverse_receipt
from stockroom.buying.queries import Receipt, ReceiptLine, get_receipt

__all__ = [
    "Receipt",
    "ReceiptInput",
    "ReceiptLine",
    "ReceiptLineInput",
    "forget_invoice",
    "get_receipt",
    "receive_goods",
    "reverse_receipt",
]
