"""The photo of a patient in the browser."""

from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.dispensing.actions.photos import remove_patient_photo, set_patient_photo
from stockroom.dispensing.pages.patients import patient_page
from stockroom.dispensing.queries.patients import get_patient
from stockroom.dispensing.web import AnyRequest
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from stockroom.platform.files.uploads import UPLOAD, kept_photo
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_version, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs

WRITES = [Needs("dispensing.patient.write")]


@post(
    "/patients/{patient_id:uuid}/photo", guards=WRITES, opt=UPLOAD, include_in_schema=False, status_code=303
)
async def upload_photo(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
) -> Response[Any]:
    patient = await get_patient(db, patient_id, actor)
    version, at = form_version(await read_form(request)), scope_of(request).at
    try:
        async with kept_photo(request) as (late, photo), savepoint(late):
            await set_patient_photo(
                late, patient_id=patient_id, photo=photo, version=version, actor=actor, at=at
            )
    except Refusal as refusal:
        return await patient_page(request, scope_of(request).db, patient, refusal)
    return redirect(request, f"/patients/{patient_id}", flash=_("Saved."))


@post("/patients/{patient_id:uuid}/photo/remove", guards=WRITES, include_in_schema=False, status_code=303)
async def remove_photo(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    patient_id: FromPath[UUID],
) -> Response[Any]:
    version, at = form_version(await read_form(request)), scope_of(request).at
    await remove_patient_photo(db, patient_id=patient_id, version=version, actor=actor, at=at)
    return redirect(request, f"/patients/{patient_id}", flash=_("The photo is removed."))


ROUTES = [upload_photo, remove_photo]
