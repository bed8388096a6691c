"""JSON endpoints of suppliers."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg, FromPath

from stockroom.catalog.actions.suppliers import (
    SupplierInput,
    archive_supplier,
    create_supplier,
    restore_supplier,
    update_supplier,
)
from stockroom.catalog.api import examples
from stockroom.catalog.queries import suppliers
from stockroom.catalog.queries.suppliers import SUPPLIERS, Supplier
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.problems import Answer
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs, etag, seen_version

AnyRequest = Request[Any, Any, State]
TAGS = ["Suppliers"]
SupplierBody = Annotated[
    SupplierInput,
    BodyKwarg(
        media_type=RequestEncodingType.JSON, examples=[Example("A wholesaler", value=examples.SUPPLIER)]
    ),
]


@get(
    "/api/suppliers",
    guards=[Needs("catalog.supplier.read")],
    operation_class=list_operation(SUPPLIERS),
    tags=TAGS,
    summary="List suppliers",
    responses=ANSWERS,
)
async def list_suppliers(
    request: AnyRequest, db: NamedDependency[Connection]
) -> Page[Supplier] | Slice[Supplier]:
    return await listed(request, db, SUPPLIERS)


@get(
    "/api/suppliers/{supplier_id:uuid}",
    guards=[Needs("catalog.supplier.read")],
    tags=TAGS,
    summary="One supplier",
    responses=ANSWERS,
)
async def get_supplier(db: NamedDependency[Connection], supplier_id: FromPath[UUID]) -> Response[Supplier]:
    return _answer(await suppliers.get_supplier(db, supplier_id))


@post(
    "/api/suppliers",
    guards=[Needs("catalog.supplier.write")],
    tags=TAGS,
    summary="Create a supplier",
    responses=ANSWERS,
)
async def post_supplier(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor], data: SupplierBody
) -> Response[Supplier]:
    supplier_id = await create_supplier(db, supplier=data, actor=actor, at=scope_of(request).at)
    answer = _answer(await suppliers.get_supplier(db, supplier_id))
    answer.headers["Location"] = f"/api/suppliers/{supplier_id}"
    return answer


@put(
    "/api/suppliers/{supplier_id:uuid}",
    guards=[Needs("catalog.supplier.write")],
    tags=TAGS,
    summary="Change a supplier",
    responses=ANSWERS,
)
async def put_supplier(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    supplier_id: FromPath[UUID],
    data: SupplierBody,
) -> Response[Supplier]:
    version = seen_version(request)
    return _answer(
        await update_supplier(db, supplier_id=supplier_id, supplier=data, version=version, actor=actor)
    )


@delete(
    "/api/suppliers/{supplier_id:uuid}",
    guards=[Needs("catalog.supplier.write")],
    tags=TAGS,
    summary="Archive a supplier",
    responses=ANSWERS,
)
async def delete_supplier(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    supplier_id: FromPath[UUID],
) -> None:
    """It stays in every document that names it."""
    await archive_supplier(db, supplier_id=supplier_id, version=seen_version(request), actor=actor)


@post(
    "/api/suppliers/{supplier_id:uuid}/restore",
    guards=[Needs("catalog.supplier.write")],
    status_code=200,
    tags=TAGS,
    summary="Take a supplier into use again",
    responses=ANSWERS,
)
async def restore(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    supplier_id: FromPath[UUID],
) -> Response[Supplier]:
    version = seen_version(request)
    return _answer(await restore_supplier(db, supplier_id=supplier_id, version=version, actor=actor))


def _answer(supplier: Supplier) -> Response[Supplier]:
    return Answer(supplier, headers=etag(supplier.version))


ROUTES = [list_suppliers, get_supplier, post_supplier, put_supplier, delete_supplier, restore]
