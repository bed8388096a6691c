"""JSON endpoints of a patient's photo. Looking at it is logged as reading the record."""

from uuid import UUID

from litestar import Response, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.dispensing.actions.photos import read_patient_photo, remove_patient_photo, set_patient_photo
from stockroom.dispensing.web import AnyRequest
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.files.rows import FileFacts, facts_of
from stockroom.platform.files.uploads import (
    NEVER,
    UPLOAD,
    PhotoOperation,
    UploadOperation,
    kept_photo,
    photo_answer,
)
from stockroom.platform.problems import Answer
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs, etag, logged_read, seen_version

TAGS = ["Patients"]
WRITES = [Needs("dispensing.patient.write")]


@get(
    "/api/patients/{patient_id:uuid}/photo",
    guards=[Needs("dispensing.patient.read")],
    operation_class=PhotoOperation,
    tags=TAGS,
    summary="A patient's photo",
    responses=ANSWERS,
)
async def get_patient_photo(
    request: AnyRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]
) -> Response[bytes]:
    """Looking is logged. At most 800 pixels wide and high; `?size=small` gives at most 192."""
    async with logged_read(request) as db:
        photo = await read_patient_photo(db, patient_id=patient_id, actor=actor)
    return await photo_answer(request, photo, cache=NEVER)


@put(
    "/api/patients/{patient_id:uuid}/photo",
    guards=WRITES,
    opt=UPLOAD,
    operation_class=UploadOperation,
    tags=TAGS,
    summary="Set a patient's photo",
    responses=ANSWERS,
)
async def put_patient_photo(
    request: AnyRequest,
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
) -> Response[FileFacts]:
    """JPEG, PNG, WebP or GIF, as a form field `file` or as the body itself. It is written anew as WebP, without
    what the camera noted."""
    version, at = seen_version(request), scope_of(request).at
    async with kept_photo(request) as (db, photo):
        made = await set_patient_photo(
            db, patient_id=patient_id, photo=photo, version=version, actor=actor, at=at
        )
    return Answer(facts_of(made), headers=etag(version + 1))


@delete(
    "/api/patients/{patient_id:uuid}/photo",
    guards=WRITES,
    tags=TAGS,
    summary="Remove a patient's photo",
    responses=ANSWERS,
)
async def delete_patient_photo(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
) -> None:
    version, at = seen_version(request), scope_of(request).at
    await remove_patient_photo(db, patient_id=patient_id, version=version, actor=actor, at=at)


ROUTES = [get_patient_photo, put_patient_photo, delete_patient_photo]
