"""Pages of roles: the list, one role as a matrix, new, edit and archive."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.people import queries, rules
from stockroom.people.actions.custom_roles import RoleInput, archive_role, create_role, update_role
from stockroom.people.errors import RoleBuiltin
from stockroom.people.queries.roles import Role
from stockroom.people.web import settings_of
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import NotFound, Refusal
from stockroom.platform.fields import convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_errors, form_version, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs, StepUp

AnyRequest = Request[Any, Any, State]
READS = [Needs("people.account.read")]
WRITES = [Needs("people.role.write"), StepUp()]


@get("/roles", guards=READS, include_in_schema=False)
async def list_roles(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    archived = request.query_params.get("archived") == "true"
    roles = [
        {
            "code": role.code,
            "label": label_of(role),
            "description": role.description,
            "builtin": role.builtin,
            "active": role.active,
            "privileged": role.privileged,
            "permissions": len(role.permissions),
            "users": role.users,
        }
        for role in await queries.list_roles(db, archived=archived)
    ]
    return page(request, "people/roles.html", roles=roles, archived=archived)


@get("/roles/new", guards=WRITES, include_in_schema=False)
async def new_role(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    """``?from=pharmacist`` starts with what that role may do, as far as it can be given."""
    form: dict[str, Any] = {"permissions": []}
    if code := request.query_params.get("from"):
        copied = await queries.get_role(db, code)
        given = [name for name in copied.permissions if actor.may(name)]
        name = _("%(name)s (copy)") % {"name": label_of(copied)}
        form = _texts(copied) | {"name": name, "permissions": given}
    return _form(request, None, form, None)


@post("/roles/new", guards=WRITES, include_in_schema=False, status_code=303)
async def add_role(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[Any]:
    form = await _read(request)
    try:
        async with savepoint(db):
            role = convert(_structured(form), RoleInput, strict=False)
            code = await create_role(db, role=role, actor=actor, at=scope_of(request).at)
    except Refusal as refusal:
        return _form(request, None, form, refusal)
    return redirect(request, f"/roles/{code}", flash=_("Role %(name)s was created.") % {"name": role.name})


@get("/roles/{role_code:str}", guards=READS, include_in_schema=False)
async def show_role(
    request: AnyRequest, db: NamedDependency[Connection], role_code: FromPath[str]
) -> Response[Any]:
    return await _detail(request, db, role_code, None)


@get("/roles/{role_code:str}/edit", guards=WRITES, include_in_schema=False)
async def edit_role(
    request: AnyRequest, db: NamedDependency[Connection], role_code: FromPath[str]
) -> Response[Any]:
    role = await queries.get_role(db, role_code)
    if role.builtin:
        raise RoleBuiltin
    if not role.active:
        raise NotFound
    return _form(request, role, _texts(role), None)


@post("/roles/{role_code:str}/edit", guards=WRITES, include_in_schema=False, status_code=303)
async def change_role(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    role_code: FromPath[str],
) -> Response[Any]:
    before = await queries.get_role(db, role_code)
    form = await _read(request)
    version = form_version(form)
    try:
        async with savepoint(db):
            role = convert(_structured(form), RoleInput, strict=False)
            await update_role(db, code=role_code, role=role, version=version, actor=actor)
    except Refusal as refusal:
        return _form(request, before, form, refusal)
    return redirect(request, f"/roles/{role_code}", flash=_("Saved."))


@post("/roles/{role_code:str}/archive", guards=WRITES, include_in_schema=False, status_code=303)
async def archive(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    role_code: FromPath[str],
) -> Response[Any]:
    version = form_version(await read_form(request))
    try:
        async with savepoint(db):
            await archive_role(db, code=role_code, version=version, actor=actor)
    except Refusal as refusal:
        return await _detail(request, db, role_code, refusal)
    return redirect(request, "/roles", flash=_("Archived."))


def label_of(role: Role) -> str:
    """Only the names of built-in roles have a translation."""
    return _(role.name) if role.builtin else role.name


def matrix_words() -> dict[str, Any]:
    return {"words": rules.PERMISSIONS, "things": rules.THINGS, "modules_words": rules.MODULES}


async def _read(request: AnyRequest) -> dict[str, Any]:
    """The form as it was typed; ``permissions`` are all boxes that are ticked."""
    form: dict[str, Any] = {**await read_form(request)}
    form["permissions"] = [
        name for name in (await request.form()).getall("permissions", []) if isinstance(name, str)
    ]
    return form


def _structured(form: dict[str, Any]) -> dict[str, Any]:
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    return {**structure(texts), "permissions": form["permissions"]}


def _texts(role: Role) -> dict[str, Any]:
    return {
        "name": role.name,
        "description": role.description,
        "privileged": "true" if role.privileged else "",
        "permissions": role.permissions,
    }


async def _detail(
    request: AnyRequest, db: Connection, role_code: str, refusal: Refusal | None
) -> Response[bytes]:
    role = await queries.get_role(db, role_code)
    return page(
        request,
        "people/role.html",
        status=200 if refusal is None else refusal.status,
        role=role,
        label=label_of(role),
        parts=rules.matrix(modules_on=settings_of(request).stockroom_modules, among=role.permissions),
        **matrix_words(),
        **form_errors(refusal),
    )


def _form(
    request: AnyRequest, role: Role | None, form: dict[str, Any], refusal: Refusal | None
) -> Response[bytes]:
    told = form_errors(refusal)
    at_boxes = [text for name, text in told["errors"].items() if name.startswith("permissions-")]
    if at_boxes:
        told["errors"]["permissions"] = at_boxes[0]
        told["summary"] = [{"name": "permissions", "text": at_boxes[0]}]
    return page(
        request,
        "people/role_form.html",
        status=200 if refusal is None else refusal.status,
        role=role,
        form=form,
        chosen=set(form["permissions"]),
        held=scope_of(request).actor.permissions,
        parts=rules.matrix(modules_on=settings_of(request).stockroom_modules),
        **matrix_words(),
        **told,
    )


ROUTES = [list_roles, new_role, add_role, show_role, edit_role, change_role, archive]
