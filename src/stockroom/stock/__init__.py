"""Stock: places, batches, the ledger and its balances. The front door."""

from stockroom.stock.actions.adjust import AdjustmentInput, AdjustmentLine, adjust_stock, open_stock
from stockroom.stock.actions.batches import BatchKey, find_or_create_batches, hold_batch, release_batch
from stockroom.stock.actions.costs import BatchCost, average_batch_costs
from stockroom.stock.actions.departments import close_department_places, open_department_store
from stockroom.stock.actions.ground import OUTSIDE, lock_products, require_places
from stockroom.stock.actions.issue import DisposalInput, IssueInput, dispose_stock, issue_stock, moves_of
from stockroom.stock.actions.levels import LevelInput, set_level
from stockroom.stock.actions.main_place import make_main_place
from stockroom.stock.actions.places import PlaceInput, create_place
from stockroom.stock.actions.post import Move, Posted, Posting, post
from stockroom.stock.actions.preview import LinePreview, preview_allocation
from stockroom.stock.actions.products import keep_product, keep_tracking, keep_unit
from stockroom.stock.actions.reverse import back, back_by_line, lock_document, reverse_document
from stockroom.stock.actions.take import TakeLine, allocate_lines, short
from stockroom.stock.actions.transfer import TransferInput, transfer_stock
from stockroom.stock.errors import StockShort
from stockroom.stock.events import DocumentReversed
from stockroom.stock.queries import (
    find_broken_invariants,
    get_document,
    get_place,
    list_balances,
    list_movements_of,
    list_place_choices,
)
from stockroom.stock.queries.balances import StockedProduct
from stockroom.stock.queries.invariants import INVARIANTS
from stockroom.stock.queries.ledger import Document, PostedMovement, last_movement
from stockroom.stock.queries.levels import Level
from stockroom.stock.queries.places import Place, PlaceChoice
from stockroom.stock.rules import (
    Allocation,
    BatchBalance,
    Skipped,
    Taken,
    allocate_fefo,
    check_amount,
    check_line_count,
    check_quantity,
)

__all__ = [
    "INVARIANTS",
    "OUTSIDE",
    "AdjustmentInput",
    "AdjustmentLine",
    "Allocation",
    "BatchBalance",
    "BatchCost",
    "BatchKey",
    "DisposalInput",
    "Document",
    "DocumentReversed",
    "IssueInput",
    "Level",
    "LevelInput",
    "LinePreview",
    "Move",
    "Place",
    "PlaceChoice",
    "PlaceInput",
    "Posted",
    "PostedMovement",
    "Posting",
    "Skipped",
    "StockShort",
    "StockedProduct",
    "TakeLine",
    "Taken",
    "TransferInput",
    "adjust_stock",
    "allocate_fefo",
    "allocate_lines",
    "average_batch_costs",
    "back",
    "back_by_line",
    "check_amount",
    "check_line_count",
    "check_quantity",
    "close_department_places",
    "create_place",
    "dispose_stock",
    "find_broken_invariants",
    "find_or_create_batches",
    "get_document",
    "get_place",
    "hold_batch",
    "issue_stock",
    "keep_product",
    "keep_tracking",
    "keep_unit",
    "last_movement",
    "list_balances",
    "list_movements_of",
    "list_place_choices",
    "lock_document",
    "lock_products",
    "make_main_place",
    "moves_of",
    "open_department_store",
    "open_stock",
    "post",
    "preview_allocation",
    "release_batch",
    "require_places",
    "reverse_document",
    "set_level",
    "short",
    "transfer_stock",
]
