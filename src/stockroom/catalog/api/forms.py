"""JSON endpoints of dosage forms."""

from typing import Annotated, Any

from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath, JSONBody

from stockroom.catalog.actions.forms import FormInput, FormNames, create_form, rename_form, set_form_active
from stockroom.catalog.api import examples
from stockroom.catalog.queries import forms
from stockroom.catalog.queries.forms import FORMS, DosageForm
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.problems import Answer
from stockroom.platform.web import ANSWERS, Needs, etag, seen_version

AnyRequest = Request[Any, Any, State]
TAGS = ["Dosage forms"]
FormBody = Annotated[
    FormInput,
    BodyKwarg(
        media_type=RequestEncodingType.JSON, examples=[Example("Eye drops", value=examples.DOSAGE_FORM)]
    ),
]


@get(
    "/api/dosage-forms",
    guards=[Needs("catalog.product.read")],
    operation_class=list_operation(FORMS),
    tags=TAGS,
    summary="List dosage forms",
    responses=ANSWERS,
)
async def list_forms(
    request: AnyRequest, db: NamedDependency[Connection]
) -> Page[DosageForm] | Slice[DosageForm]:
    return await listed(request, db, FORMS)


@get(
    "/api/dosage-forms/{code:str}",
    guards=[Needs("catalog.product.read")],
    tags=TAGS,
    summary="One dosage form",
    responses=ANSWERS,
)
async def get_form(db: NamedDependency[Connection], code: FromPath[str]) -> Response[DosageForm]:
    return _answer(await forms.get_form(db, code))


@post(
    "/api/dosage-forms",
    guards=[Needs("catalog.product.write")],
    tags=TAGS,
    summary="Add a dosage form",
    responses=ANSWERS,
)
async def post_form(
    db: NamedDependency[Connection], actor: NamedDependency[Actor], data: FormBody
) -> Response[DosageForm]:
    answer = _answer(await create_form(db, form=data, actor=actor))
    answer.headers["Location"] = f"/api/dosage-forms/{data.code}"
    return answer


@put(
    "/api/dosage-forms/{code:str}",
    guards=[Needs("catalog.product.write")],
    tags=TAGS,
    summary="Rename a dosage form",
    responses=ANSWERS,
)
async def put_form(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
    data: JSONBody[FormNames],
) -> Response[DosageForm]:
    version = seen_version(request)
    return _answer(await rename_form(db, code=code, names=data, version=version, actor=actor))


@delete(
    "/api/dosage-forms/{code:str}",
    guards=[Needs("catalog.product.write")],
    tags=TAGS,
    summary="Archive a dosage form",
    responses=ANSWERS,
)
async def delete_form(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor], code: FromPath[str]
) -> None:
    """It stays on the medicines that have it."""
    await set_form_active(db, code=code, active=False, version=seen_version(request), actor=actor)


@post(
    "/api/dosage-forms/{code:str}/restore",
    guards=[Needs("catalog.product.write")],
    status_code=200,
    tags=TAGS,
    summary="Take a dosage form into use again",
    responses=ANSWERS,
)
async def restore(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor], code: FromPath[str]
) -> Response[DosageForm]:
    version = seen_version(request)
    return _answer(await set_form_active(db, code=code, active=True, version=version, actor=actor))


def _answer(form: DosageForm) -> Response[DosageForm]:
    return Answer(form, headers=etag(form.version))


ROUTES = [list_forms, get_form, post_form, put_form, delete_form, restore]
