"""JSON endpoints of roles and of the permissions they are made of."""

from typing import Any

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from stockroom.people import queries, rules
from stockroom.people.actions.custom_roles import RoleInput, archive_role, create_role, update_role
from stockroom.people.queries.roles import Role
from stockroom.people.web import settings_of
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.i18n import gettext as _
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs, StepUp, etag, seen_version

AnyRequest = Request[Any, Any, State]
TAGS = ["Roles"]
READS = [Needs("people.account.read")]
WRITES = [Needs("people.role.write"), StepUp()]


class Permission(msgspec.Struct, frozen=True):
    """What a role may be given. ``is_on`` is False where its module is switched off here."""

    code: str
    module: str
    thing: str
    words: str
    is_on: bool
    for_keys: bool


@get("/api/permissions", guards=READS, tags=TAGS, summary="Every permission there is", responses=ANSWERS)
async def get_permissions(request: AnyRequest) -> list[Permission]:
    """By module and thing, in words of the caller's language."""
    return [
        Permission(
            name,
            _(rules.MODULES[part.module]),
            _(rules.THINGS[row.thing]),
            _(rules.PERMISSIONS[name]),
            part.is_on,
            name not in rules.NOT_FOR_KEYS,
        )
        for part in rules.matrix(modules_on=settings_of(request).stockroom_modules)
        for row in part.things
        for name in (*row.reads, *row.deeds)
    ]


@get("/api/roles", guards=READS, tags=TAGS, summary="Roles and their permissions", responses=ANSWERS)
async def get_roles(db: NamedDependency[Connection]) -> list[Role]:
    """The built-in ones first; archived ones are left out."""
    return await queries.list_roles(db)


@get("/api/roles/{role_code:str}", guards=READS, tags=TAGS, summary="One role", responses=ANSWERS)
async def get_role(db: NamedDependency[Connection], role_code: FromPath[str]) -> Response[Role]:
    return _answer(await queries.get_role(db, role_code))


@post("/api/roles", guards=WRITES, tags=TAGS, summary="Make a role", responses=ANSWERS)
async def post_role(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: JSONBody[RoleInput],
) -> Response[Role]:
    """403 `role.beyond_own` where a permission is not your own; `errors` names each."""
    code = await create_role(db, role=data, actor=actor, at=scope_of(request).at)
    made = await queries.get_role(db, code)
    return Response(made, headers=etag(made.version) | {"Location": f"/api/roles/{code}"})


@put("/api/roles/{role_code:str}", guards=WRITES, tags=TAGS, summary="Change a role", responses=ANSWERS)
async def put_role(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    role_code: FromPath[str],
    data: JSONBody[RoleInput],
) -> Response[Role]:
    """Other permissions sign everybody out who holds the role. 409 `role.builtin` for those of Stockroom."""
    return _answer(
        await update_role(db, code=role_code, role=data, version=seen_version(request), actor=actor)
    )


@delete("/api/roles/{role_code:str}", guards=WRITES, tags=TAGS, summary="Archive a role", responses=ANSWERS)
async def delete_role(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    role_code: FromPath[str],
) -> None:
    """409 `role.held` while somebody has it, disabled users included."""
    await archive_role(db, code=role_code, version=seen_version(request), actor=actor)


def _answer(role: Role) -> Response[Role]:
    return Response(role, headers=etag(role.version))


ROUTES = [get_permissions, get_roles, get_role, post_role, put_role, delete_role]
