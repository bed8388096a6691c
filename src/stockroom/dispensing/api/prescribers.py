"""JSON endpoints of prescribers."""

from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath

from stockroom.dispensing.actions.prescribers import (
    PrescriberInput,
    create_prescriber,
    set_prescriber_active,
    update_prescriber,
)
from stockroom.dispensing.api import examples
from stockroom.dispensing.queries.prescribers import PRESCRIBERS, Prescriber
from stockroom.dispensing.queries.prescribers import get_prescriber as find_record
from stockroom.dispensing.web import AnyRequest
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.problems import Answer
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs, etag, seen_version

TAGS = ["Prescribers"]
PrescriberBody = Annotated[
    PrescriberInput,
    BodyKwarg(
        media_type=RequestEncodingType.JSON,
        examples=[Example("A ward physician", value=examples.PRESCRIBER)],
    ),
]


@get(
    "/api/prescribers",
    guards=[Needs("dispensing.prescriber.read")],
    operation_class=list_operation(PRESCRIBERS),
    tags=TAGS,
    summary="List prescribers",
    responses=ANSWERS,
)
async def list_prescribers(
    request: AnyRequest, db: NamedDependency[Connection]
) -> Page[Prescriber] | Slice[Prescriber]:
    return await listed(request, db, PRESCRIBERS)


@get(
    "/api/prescribers/{prescriber_id:uuid}",
    guards=[Needs("dispensing.prescriber.read")],
    tags=TAGS,
    summary="One prescriber",
    responses=ANSWERS,
)
async def get_prescriber(
    db: NamedDependency[Connection], prescriber_id: FromPath[UUID]
) -> Response[Prescriber]:
    return _answer(await find_record(db, prescriber_id))


@post(
    "/api/prescribers",
    guards=[Needs("dispensing.prescriber.write")],
    tags=TAGS,
    summary="Create a prescriber",
    responses=ANSWERS,
)
async def post_prescriber(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor], data: PrescriberBody
) -> Response[Prescriber]:
    prescriber_id = await create_prescriber(db, prescriber=data, actor=actor, at=scope_of(request).at)
    answer = _answer(await find_record(db, prescriber_id))
    answer.headers["Location"] = f"/api/prescribers/{prescriber_id}"
    return answer


@put(
    "/api/prescribers/{prescriber_id:uuid}",
    guards=[Needs("dispensing.prescriber.write")],
    tags=TAGS,
    summary="Change a prescriber",
    responses=ANSWERS,
)
async def put_prescriber(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    prescriber_id: FromPath[UUID],
    data: PrescriberBody,
) -> Response[Prescriber]:
    version = seen_version(request)
    return _answer(
        await update_prescriber(
            db, prescriber_id=prescriber_id, prescriber=data, version=version, actor=actor
        )
    )


@delete(
    "/api/prescribers/{prescriber_id:uuid}",
    guards=[Needs("dispensing.prescriber.write")],
    tags=TAGS,
    summary="Archive a prescriber",
    responses=ANSWERS,
)
async def delete_prescriber(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    prescriber_id: FromPath[UUID],
) -> None:
    """They stay in every dispensing that names them."""
    version = seen_version(request)
    await set_prescriber_active(db, prescriber_id=prescriber_id, active=False, version=version, actor=actor)


@post(
    "/api/prescribers/{prescriber_id:uuid}/restore",
    guards=[Needs("dispensing.prescriber.write")],
    status_code=200,
    tags=TAGS,
    summary="Take a prescriber into use again",
    responses=ANSWERS,
)
async def restore_prescriber(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    prescriber_id: FromPath[UUID],
) -> Response[Prescriber]:
    version = seen_version(request)
    await set_prescriber_active(db, prescriber_id=prescriber_id, active=True, version=version, actor=actor)
    return _answer(await find_record(db, prescriber_id))


def _answer(prescriber: Prescriber) -> Response[Prescriber]:
    return Answer(prescriber, headers=etag(prescriber.version))


ROUTES = [
    list_prescribers, get_prescriber, post_prescriber, put_prescriber, delete_prescriber, restore_prescriber,
]  # fmt: skip
