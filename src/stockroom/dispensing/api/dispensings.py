"""JSON endpoints of dispensings."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath

from stockroom.dispensing.actions.dispense import dispense
from stockroom.dispensing.actions.dispensing_input import DispensingInput
from stockroom.dispensing.actions.preview import PreviewedLine, PreviewInput, preview_dispensing
from stockroom.dispensing.actions.read import note_shown, read_dispensing
from stockroom.dispensing.api import examples
from stockroom.dispensing.errors import WarningsUnanswered
from stockroom.dispensing.queries import dispensings
from stockroom.dispensing.queries.dispensing_list import DISPENSINGS, DispensingRow
from stockroom.dispensing.queries.dispensings import Dispensing
from stockroom.dispensing.web import AnyRequest, ShownWarning, shown_refusal, shown_warning
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.problems import Answer
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs, logged_read
from stockroom.stock import check_amount, check_line_count

TAGS = ["Dispensings"]
DispensingBody = Annotated[
    DispensingInput,
    BodyKwarg(
        media_type=RequestEncodingType.JSON,
        examples=[Example("One medicine, its warning answered", value=examples.DISPENSING)],
    ),
]
PreviewBody = Annotated[
    PreviewInput,
    BodyKwarg(
        media_type=RequestEncodingType.JSON,
        examples=[Example("One medicine", value=examples.PREVIEW)],
    ),
]


class BatchPart(msgspec.Struct, frozen=True):
    """A part of a line that would come from one batch."""

    batch_id: UUID
    batch_code: str
    expires_on: date | None
    quantity: Decimal


class SkippedBatch(msgspec.Struct, frozen=True):
    """A batch that is passed over. ``reason`` is expired, on_hold, recalled or promised."""

    batch_id: UUID
    batch_code: str
    expires_on: date | None
    quantity: Decimal
    reason: str


class LinePreview(msgspec.Struct, frozen=True):
    """Where a line would come from, in base units. ``product`` is empty where there is no such product."""

    product_id: UUID
    product: str
    unit: str
    wanted: Decimal
    missing: Decimal
    batches: list[BatchPart]
    skipped: list[SkippedBatch]


class PreviewAnswer(msgspec.Struct, frozen=True):
    """What a dispensing would take, and the warnings that it must answer."""

    lines: list[LinePreview]
    warnings: list[ShownWarning]


@get(
    "/api/dispensings",
    guards=[Needs("dispensing.dispensing.read")],
    operation_class=list_operation(DISPENSINGS),
    tags=TAGS,
    summary="List dispensings",
    responses=ANSWERS,
)
async def list_dispensings(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[DispensingRow] | Slice[DispensingRow]:
    found = await listed(request, db, DISPENSINGS, {"departments": actor.department_list()})
    patients = [row.patient_id for row in found.items]
    await note_shown(db, patients=patients, where="/api/dispensings", actor=actor)
    return found


@get(
    "/api/dispensings/{dispensing_id:uuid}",
    guards=[Needs("dispensing.dispensing.read")],
    tags=TAGS,
    summary="One dispensing with its lines, batches, answers and returns",
    responses=ANSWERS,
)
async def get_dispensing(
    request: AnyRequest, actor: NamedDependency[Actor], dispensing_id: FromPath[UUID]
) -> Dispensing:
    """Reading it is logged as reading the patient."""
    async with logged_read(request) as db:
        return await read_dispensing(db, dispensing_id=dispensing_id, actor=actor)


@post(
    "/api/dispensings",
    guards=[Needs("dispensing.dispensing.post")],
    tags=TAGS,
    summary="Dispense",
    responses=ANSWERS,
)
async def post_dispensing(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor], data: DispensingBody
) -> Response[Dispensing]:
    """409 `dispensing.warnings_unanswered` with `facts.warnings` until `answers` has a reason for each of them;
    409 `stock.short` where there is not enough and the line does not allow a part."""
    try:
        posted = await dispense(db, dispensing=data, actor=actor, at=scope_of(request).at)
    except WarningsUnanswered as refusal:
        raise shown_refusal(refusal) from None
    made = await dispensings.get_dispensing(db, posted.id, actor)
    return Answer(made, status_code=201, headers={"Location": f"/api/dispensings/{posted.id}"})


@post(
    "/api/dispensings/preview",
    guards=[Needs("dispensing.dispensing.post")],
    status_code=200,
    tags=TAGS,
    summary="Say what a dispensing would take and warn of",
    responses=ANSWERS,
)
async def preview(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor], data: PreviewBody
) -> PreviewAnswer:
    """Nothing is written and nothing is promised."""
    check_line_count(data.lines)
    for index, line in enumerate(data.lines):
        check_amount(line.quantity, at=f"/lines/{index}/quantity")
    found = await preview_dispensing(db, preview=data, actor=actor, at=scope_of(request).at)
    if found.warnings and data.patient_id is not None:
        where = "/api/dispensings/preview"
        await note_shown(db, patients=[data.patient_id], where=where, actor=actor)
    return PreviewAnswer(
        [_line(line) for line in found.lines], [shown_warning(warned) for warned in found.warnings]
    )


def _line(item: PreviewedLine) -> LinePreview:
    return LinePreview(
        product_id=item.line.product_id,
        product="" if item.product is None else item.product.name,
        unit="" if item.product is None else item.product.unit,
        wanted=item.line.quantity,
        missing=item.allocation.missing,
        batches=[
            BatchPart(part.batch_id, part.batch_code, part.expires_on, part.quantity)
            for part in item.allocation.taken
        ],
        skipped=[
            SkippedBatch(part.batch_id, part.batch_code, part.expires_on, part.quantity, part.reason)
            for part in item.allocation.skipped
        ],
    )


ROUTES = [list_dispensings, get_dispensing, post_dispensing, preview]
