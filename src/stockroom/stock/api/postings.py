"""JSON endpoints that post: transfers, issues, adjustments, disposals. Each answers the whole document."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.i18n import gettext
from stockroom.platform.problems import Answer
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs
from stockroom.stock import rules
from stockroom.stock.actions.adjust import AdjustmentInput, adjust_stock
from stockroom.stock.actions.issue import DisposalInput, IssueInput, dispose_stock, issue_stock
from stockroom.stock.actions.transfer import TransferInput, transfer_stock
from stockroom.stock.api.documents import reading_routes
from stockroom.stock.queries.documents import WholeDocument, get_whole_document

AnyRequest = Request[Any, Any, State]
PRODUCT = "0197c0de-0000-7000-8000-000000000001"
STORE = "0197c0de-0000-7000-8000-00000000000a"
WARD = "0197c0de-0000-7000-8000-00000000000b"
BATCH = "0197c0de-0000-7000-8000-0000000000ba"


def _body(summary: str, value: dict[str, Any]) -> BodyKwarg:
    return BodyKwarg(media_type=RequestEncodingType.JSON, examples=[Example(summary=summary, value=value)])


TRANSFER = _body(
    "Thirty tablets to the ward; FEFO chooses the batches",
    {
        "from_place_id": STORE,
        "to_place_id": WARD,
        "lines": [{"product_id": PRODUCT, "quantity": 30}],
        "note": "Morning round",
    },
)
ISSUE = _body(
    "From a batch that a person chose, with the reason for passing an earlier one over",
    {
        "place_id": STORE,
        "lines": [
            {"product_id": PRODUCT, "quantity": 5, "batch_id": BATCH, "batch_reason": "package already open"}
        ],
    },
)
ADJUSTMENT = _body(
    "Two broken, and ten found of a batch that was not on the books",
    {
        "place_id": STORE,
        "reason": "count",
        "lines": [
            {"product_id": PRODUCT, "quantity": -2, "batch_id": BATCH},
            {"product_id": PRODUCT, "quantity": 10, "batch_code": "B27", "expires_on": "2027-05-31"},
        ],
    },
)
DISPOSAL = _body(
    "An expired batch",
    {
        "place_id": STORE,
        "reason": "expired",
        "lines": [{"product_id": PRODUCT, "quantity": 12, "batch_id": BATCH}],
    },
)


class Reason(msgspec.Struct, frozen=True):
    """A reason to choose: the code goes into the posting, the name is for people."""

    code: str
    name: str


@post(
    "/api/transfers",
    guards=[Needs("stock.transfer.post")],
    tags=["Transfers"],
    summary="Move stock from one place to another",
    responses=ANSWERS,
)
async def post_transfer(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: Annotated[TransferInput, TRANSFER],
) -> Response[WholeDocument]:
    posted = await transfer_stock(db, transfer=data, actor=actor, at=scope_of(request).at)
    return await _made(db, actor, posted.id, "/api/transfers")


@post(
    "/api/issues",
    guards=[Needs("stock.issue.post")],
    tags=["Issues"],
    summary="Issue stock for use",
    responses=ANSWERS,
)
async def post_issue(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: Annotated[IssueInput, ISSUE],
) -> Response[WholeDocument]:
    posted = await issue_stock(db, issue=data, actor=actor, at=scope_of(request).at)
    return await _made(db, actor, posted.id, "/api/issues")


@post(
    "/api/adjustments",
    guards=[Needs("stock.adjustment.post")],
    tags=["Adjustments"],
    summary="Correct stock by differences, with a reason",
    responses=ANSWERS,
)
async def post_adjustment(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: Annotated[AdjustmentInput, ADJUSTMENT],
) -> Response[WholeDocument]:
    posted = await adjust_stock(db, adjustment=data, actor=actor, at=scope_of(request).at)
    return await _made(db, actor, posted.id, "/api/adjustments")


@post(
    "/api/disposals",
    guards=[Needs("stock.adjustment.post")],
    tags=["Disposals"],
    summary="Dispose of stock, with a reason",
    responses=ANSWERS,
)
async def post_disposal(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: Annotated[DisposalInput, DISPOSAL],
) -> Response[WholeDocument]:
    """A batch that a person chose may have expired, be held or recalled."""
    posted = await dispose_stock(db, disposal=data, actor=actor, at=scope_of(request).at)
    return await _made(db, actor, posted.id, "/api/disposals")


@get(
    "/api/adjustment-reasons",
    guards=[Needs("stock.balance.read")],
    tags=["Adjustments"],
    summary="The reasons for an adjustment",
    responses=ANSWERS,
)
async def list_adjustment_reasons() -> list[Reason]:
    return _reasons(rules.ADJUSTMENT_REASONS)


@get(
    "/api/disposal-reasons",
    guards=[Needs("stock.balance.read")],
    tags=["Disposals"],
    summary="The reasons for a disposal",
    responses=ANSWERS,
)
async def list_disposal_reasons() -> list[Reason]:
    return _reasons(rules.DISPOSAL_REASONS)


def _reasons(reasons: Mapping[str, str]) -> list[Reason]:
    return [Reason(code, gettext(name)) for code, name in reasons.items()]


async def _made(db: Connection, actor: Actor, document_id: UUID, path: str) -> Response[WholeDocument]:
    made = await get_whole_document(db, document_id, actor=actor)
    return Answer(made, headers={"Location": f"{path}/{document_id}"})


ROUTES = [
    post_transfer, post_issue, post_adjustment, post_disposal, list_adjustment_reasons, list_disposal_reasons,
    *reading_routes("/api/transfers", "transfer", "transfer", ["Transfers"]),
    *reading_routes("/api/issues", "issue", "issue", ["Issues"]),
    *reading_routes("/api/adjustments", "adjustment", "adjustment", ["Adjustments"]),
    *reading_routes("/api/disposals", "disposal", "disposal", ["Disposals"]),
]  # fmt: skip
