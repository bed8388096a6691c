"""Stock: places, batches, the ledger and its balances. The front door."""

from stockroom.stock.actions.adjust import AdjustmentInput, AdjustmentLine, adjust_stock, open_stock
from stockroom.stock.actions.batches import BatchKey, find_or_create_batches, hold_batch, release_batch
from stockroom.stock.actions.ground import OUTSIDE, lock_products, require_places
from stockroom.stock.actions.issue import DisposalInput, IssueInput, dispose_stock, issue_stock, moves_of
from stockroom.stock.actions.post import Move, Posted, Posting, post
from stockroom.stock.actions.reverse import back, back_by_line, lock_document, reverse_document
from stockroom.stock.actions.take import TakeLine, allocate_lines, short
from stockroom.stock.actions.transfer import TransferInput, transfer_stock
from stockroom.stock.queries import find_broken_invariants, get_document, list_balances, list_movements_of
from stockroom.stock.queries.balances import StockedProduct
from stockroom.stock.queries.invariants import INVARIANTS
from stockroom.stock.queries.ledger import Document, PostedMovement
from stockroom.stock.rules import (
    Allocation,
    BatchBalance,
    Skipped,
    Taken,
    allocate_fefo,
    check_line_count,
    check_quantity,
)

__all__ = [
    "INVARIANTS", "OUTSIDE", "AdjustmentInput", "AdjustmentLine", "Allocation", "BatchBalance", "BatchKey", "DisposalInput",
    "Document", "IssueInput", "Move", "Posted", "PostedMovement", "Posting", "Skipped", "StockedProduct",
    "TakeLine", "Taken", "TransferInput", "adjust_stock", "allocate_fefo", "allocate_lines", "back",
    "back_by_line", "check_line_count", "check_quantity", "dispose_stock", "find_broken_invariants",
    "find_or_create_batches", "get_document", "hold_batch", "issue_stock", "list_balances",
    "list_movements_of", "lock_document", "lock_products", "moves_of", "open_stock", "post", "release_batch",
    "require_places", "reverse_document", "short", "transfer_stock",
]  # fmt: skip
