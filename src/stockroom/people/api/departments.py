"""JSON endpoints of departments."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from stockroom.people import queries
from stockroom.people.actions.departments import (
    DepartmentInput,
    NewDepartment,
    archive_department,
    create_department,
    update_department,
)
from stockroom.people.queries.departments import DEPARTMENTS, Department
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs, etag, seen_version

AnyRequest = Request[Any, Any, State]
TAGS = ["Departments"]


@get(
    "/api/departments",
    guards=[Needs("people.department.read")],
    operation_class=list_operation(DEPARTMENTS),
    tags=TAGS,
    summary="List departments",
    responses=ANSWERS,
)
async def list_departments(
    request: AnyRequest, db: NamedDependency[Connection]
) -> Page[Department] | Slice[Department]:
    return await listed(request, db, DEPARTMENTS)


@get(
    "/api/departments/{department_id:uuid}",
    guards=[Needs("people.department.read")],
    tags=TAGS,
    summary="One department",
    responses=ANSWERS,
)
async def get_department(
    db: NamedDependency[Connection], department_id: FromPath[UUID]
) -> Response[Department]:
    found = await queries.get_department(db, department_id)
    return Response(found, headers=etag(found.version))


@post(
    "/api/departments",
    guards=[Needs("people.department.write")],
    tags=TAGS,
    summary="Open a department",
    responses=ANSWERS,
)
async def post_department(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: JSONBody[NewDepartment],
) -> Response[Department]:
    department_id = await create_department(db, department=data, actor=actor, at=scope_of(request).at)
    made = await queries.get_department(db, department_id)
    return Response(made, headers=etag(made.version) | {"Location": f"/api/departments/{department_id}"})


@put(
    "/api/departments/{department_id:uuid}",
    guards=[Needs("people.department.write")],
    tags=TAGS,
    summary="Change a department",
    responses=ANSWERS,
)
async def put_department(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    department_id: FromPath[UUID],
    data: JSONBody[DepartmentInput],
) -> Response[Department]:
    after = await update_department(
        db, department_id=department_id, department=data, version=seen_version(request), actor=actor
    )
    return Response(after, headers=etag(after.version))


@delete(
    "/api/departments/{department_id:uuid}",
    guards=[Needs("people.department.write")],
    tags=TAGS,
    summary="Archive a department",
    responses=ANSWERS,
)
async def delete_department(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    department_id: FromPath[UUID],
) -> None:
    await archive_department(
        db,
        department_id=department_id,
        version=seen_version(request),
        actor=actor,
        at=scope_of(request).at,
    )


ROUTES = [list_departments, get_department, post_department, put_department, delete_department]
