"""JSON endpoints of what follows a dispensing: returns, reversal, the owed rest."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath, JSONBody

from stockroom.dispensing.actions.owed import CancelOwedInput, cancel_owed
from stockroom.dispensing.actions.read import note_shown
from stockroom.dispensing.actions.take_back import (
    ReturnInput,
    ReversalInput,
    return_dispensed,
    reverse_dispensing,
)
from stockroom.dispensing.api import examples
from stockroom.dispensing.queries.dispensings import Dispensing, get_dispensing
from stockroom.dispensing.queries.owed import OWED, OwedRow
from stockroom.dispensing.web import AnyRequest
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs

TAGS = ["Dispensings"]
ReturnBody = Annotated[
    ReturnInput,
    BodyKwarg(
        media_type=RequestEncodingType.JSON, examples=[Example("Four tablets back", value=examples.RETURN)]
    ),
]


@post(
    "/api/dispensings/{dispensing_id:uuid}/return",
    guards=[Needs("dispensing.dispensing.post")],
    status_code=200,
    tags=TAGS,
    summary="Take back a part of what was dispensed",
    responses=ANSWERS,
)
async def post_return(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    dispensing_id: FromPath[UUID],
    data: ReturnBody,
) -> Dispensing:
    """To the place and the batches it came from; `line` counts from 1."""
    await return_dispensed(
        db, dispensing_id=dispensing_id, returned=data, actor=actor, at=scope_of(request).at
    )
    return await get_dispensing(db, dispensing_id, actor)


@post(
    "/api/dispensings/{dispensing_id:uuid}/reverse",
    guards=[Needs("dispensing.dispensing.post")],
    status_code=200,
    tags=TAGS,
    summary="Take a whole dispensing back",
    responses=ANSWERS,
)
async def post_reversal(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    dispensing_id: FromPath[UUID],
    data: JSONBody[ReversalInput],
) -> Dispensing:
    """For what was entered wrongly: a reversing document takes everything back, `reversal_number` names it."""
    at = scope_of(request).at
    await reverse_dispensing(db, dispensing_id=dispensing_id, reason=data.reason, actor=actor, at=at)
    return await get_dispensing(db, dispensing_id, actor)


@get(
    "/api/owed",
    guards=[Needs("dispensing.dispensing.read")],
    operation_class=list_operation(OWED),
    tags=TAGS,
    summary="List what patients are owed",
    responses=ANSWERS,
)
async def list_owed(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Page[OwedRow] | Slice[OwedRow]:
    """Lines that were given in part. A later dispensing line gives the rest by `settles_id`, `settles_line`."""
    today = scope_of(request).at.date()
    found = await listed(request, db, OWED, {"departments": actor.department_list(), "today": today})
    patients = [row.patient_id for row in found.items]
    await note_shown(db, patients=patients, where="/api/owed", actor=actor)
    return found


@post(
    "/api/dispensings/{dispensing_id:uuid}/lines/{line:int}/cancel-owed",
    guards=[Needs("dispensing.dispensing.post")],
    status_code=200,
    tags=TAGS,
    summary="Give up the owed rest of a line",
    responses=ANSWERS,
)
async def post_owed_cancelled(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    dispensing_id: FromPath[UUID],
    line: FromPath[int],
    data: JSONBody[CancelOwedInput],
) -> Dispensing:
    """For a rest that nobody needs any more, for example after the discharge."""
    at = scope_of(request).at
    await cancel_owed(db, dispensing_id=dispensing_id, line=line, cancelled=data, actor=actor, at=at)
    return await get_dispensing(db, dispensing_id, actor)


ROUTES = [post_return, post_reversal, list_owed, post_owed_cancelled]
