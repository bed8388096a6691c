"""JSON endpoints of goods receipts."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.openapi.spec import Example, Operation
from litestar.openapi.spec.request_body import RequestBody
from litestar.params import FromPath, JSONBody

from stockroom.buying import queries
from stockroom.buying.actions.receive import ReceiptInput, receive_goods
from stockroom.buying.actions.reverse import reverse_receipt
from stockroom.buying.queries import RECEIPTS, ReceiptLine, ReceiptRow, receipt_scope
from stockroom.buying.queries.receipts import ReceiptHeader
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.fields import Line, StructInput
from stockroom.platform.i18n import sentence
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.problems import Answer, ProblemError
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs

AnyRequest = Request[Any, Any, State]
TAGS = ["Goods receipts"]

EXAMPLES = {
    "packs": Example(
        summary="Two batches of one delivery, counted in boxes and in tablets",
        value={
            "supplier_id": "01980000-0000-7000-8000-000000000001",
            "place_id": "01980000-0000-7000-8000-000000000002",
            "invoice_number": "FV/2026/03/0482",
            "received_on": "2026-03-02",
            "invoice_total": 61.9,
            "lines": [
                {
                    "product_id": "01980000-0000-7000-8000-000000000003",
                    "pack_id": "01980000-0000-7000-8000-000000000004",
                    "packs": 4,
                    "batch_code": "A1234",
                    "expires_on": "2028-01-31",
                    "pack_price": 12.4,
                },
                {
                    "product_id": "01980000-0000-7000-8000-000000000003",
                    "quantity": 30,
                    "batch_code": "B5678",
                    "expires_on": "2028-06-30",
                    "unit_price": 0.41,
                },
            ],
        },
    )
}


@dataclass
class ReceiveOperation(Operation):
    """Shows a whole receipt beside the schema of its body."""

    def __post_init__(self) -> None:
        if isinstance(self.request_body, RequestBody):
            for content in self.request_body.content.values():
                content.examples = dict(EXAMPLES)


class ReversalInput(StructInput, frozen=True, kw_only=True):
    """Why a document is taken back."""

    reason: Line


class ReceiptAnswer(ReceiptHeader, frozen=True, kw_only=True):
    """A whole goods receipt. ``warnings`` are what was accepted but should be known:
    `receipt.total_differs` and, at its line, `batch.expired`."""

    lines: list[ReceiptLine]
    warnings: list[ProblemError]


def shape(receipt: queries.Receipt) -> ReceiptAnswer:
    return ReceiptAnswer(
        **msgspec.structs.asdict(receipt.header),
        lines=receipt.lines,
        warnings=[
            ProblemError(notice.at, notice.code, sentence(notice.sentence, notice.facts))
            for notice in receipt.notices
        ],
    )


@get(
    "/api/receipts",
    guards=[Needs("buying.receipt.read")],
    operation_class=list_operation(RECEIPTS),
    tags=TAGS,
    summary="List goods receipts",
    responses=ANSWERS,
)
async def list_receipts(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[ReceiptRow] | Slice[ReceiptRow]:
    return await listed(request, db, RECEIPTS, receipt_scope(actor))


@get(
    "/api/receipts/{receipt_id:uuid}",
    guards=[Needs("buying.receipt.read")],
    tags=TAGS,
    summary="One goods receipt with its lines",
    responses=ANSWERS,
)
async def get_receipt(
    db: NamedDependency[Connection], actor: NamedDependency[Actor], receipt_id: FromPath[UUID]
) -> ReceiptAnswer:
    return shape(await queries.get_receipt(db, receipt_id, actor=actor))


@post(
    "/api/receipts",
    guards=[Needs("buying.receipt.post")],
    operation_class=ReceiveOperation,
    tags=TAGS,
    summary="Receive goods",
    responses=ANSWERS,
)
async def post_receipt(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: JSONBody[ReceiptInput],
) -> Response[ReceiptAnswer]:
    """409 `receipt.invoice_taken` where the invoice is already entered; 409 `receipt.total_differs` where the
    lines do not come to `invoice_total`, until `accept_difference` is true."""
    currency = request.app.state.settings.currency
    posted = await receive_goods(db, receipt=data, currency=currency, actor=actor, at=scope_of(request).at)
    made = shape(await queries.get_receipt(db, posted.id, actor=actor, just_typed=True))
    return Answer(made, status_code=201, headers={"Location": f"/api/receipts/{posted.id}"})


@post(
    "/api/receipts/{receipt_id:uuid}/reverse",
    guards=[Needs("stock.document.reverse")],
    tags=TAGS,
    summary="Take a goods receipt back",
    status_code=200,
    responses=ANSWERS,
)
async def post_reversal(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    receipt_id: FromPath[UUID],
    data: JSONBody[ReversalInput],
) -> ReceiptAnswer:
    """A reversing document takes everything back and frees the invoice; `reversal_number` names it."""
    await reverse_receipt(db, receipt_id=receipt_id, reason=data.reason, actor=actor, at=scope_of(request).at)
    return shape(await queries.get_receipt(db, receipt_id, actor=actor))


ROUTES = [list_receipts, get_receipt, post_receipt, post_reversal]
