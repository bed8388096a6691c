"""Pages of users: the list, one user, new and edit."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.people import queries
from stockroom.people.actions.accounts import AccountChange, AccountInput, update_account
from stockroom.people.choosing import LATE, create_with_password
from stockroom.people.pages.access import new_password_words, typed_passwords
from stockroom.people.pages.one_user import user_page
from stockroom.people.queries.accounts import ACCOUNTS, Account
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import N_, Refusal
from stockroom.platform.exports import Column, Format, export
from stockroom.platform.fields import convert, structure
from stockroom.platform.i18n import gettext as _
from stockroom.platform.lists import fetch_everything, fetch_page, parse_list
from stockroom.platform.pages import form_errors, form_version, is_htmx, page, query_of, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs, StepUp

AnyRequest = Request[Any, Any, State]
READS = [Needs("people.account.read")]
WRITES = [Needs("people.account.write"), StepUp()]

COLUMNS: list[Column] = [
    (N_("Full name"), lambda row: row.name),
    (N_("User name"), lambda row: row.username),
    (N_("E-mail"), lambda row: row.email),
    (N_("Phone"), lambda row: row.phone),
    (N_("Role"), lambda row: _(row.role_name)),
    (N_("Departments"), lambda row: ", ".join(row.department_names)),
    (N_("Last signed in"), lambda row: row.last_sign_in_at),
    (N_("Active"), lambda row: row.active),
]


@get("/users", guards=READS, include_in_schema=False)
async def list_users(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    asked = parse_list(ACCOUNTS, query_of(request, active="true"))
    found = await fetch_page(db, ACCOUNTS, asked)
    at = scope_of(request).at
    if is_htmx(request):
        return page(request, "people/_users.html", found=found, asked=asked, at=at)
    return page(request, "people/users.html", found=found, asked=asked, at=at, **await _choices(db))


@get("/users/export", guards=READS, include_in_schema=False)
async def export_users(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    file_format: Format = "xlsx" if request.query_params.get("format") == "xlsx" else "csv"
    asked = parse_list(ACCOUNTS, query_of(request, active="true", leave_out=("format",)))
    return await export("users", await fetch_everything(db, ACCOUNTS, asked), COLUMNS, file_format)


@get("/users/new", guards=WRITES, include_in_schema=False)
async def new_user(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    return await _form(request, db, None, {}, None)


@post("/users/new", guards=WRITES, opt=LATE, include_in_schema=False, status_code=303)
async def add_user(request: AnyRequest) -> Response[Any]:
    form = await _read(request)
    try:
        account = convert(_structured(form), AccountInput, strict=False)
        made = await create_with_password(request, account)
    except Refusal as refusal:
        return await _form(request, scope_of(request).db, None, form, refusal)
    invited = account.email and account.password is None
    words = (
        _("User %(name)s was created and is invited by mail.") if invited else _("User %(name)s was created.")
    )
    return redirect(request, f"/users/{made}", flash=words % {"name": account.name})


@get("/users/{account_id:uuid}", guards=READS, include_in_schema=False)
async def show_user(
    request: AnyRequest, db: NamedDependency[Connection], account_id: FromPath[UUID]
) -> Response[Any]:
    return await user_page(request, db, account_id, None)


@get("/users/{account_id:uuid}/edit", guards=WRITES, include_in_schema=False)
async def edit_user(
    request: AnyRequest, db: NamedDependency[Connection], account_id: FromPath[UUID]
) -> Response[Any]:
    account = await queries.get_account(db, account_id)
    return await _form(request, db, account, _texts(account), None)


@post("/users/{account_id:uuid}/edit", guards=WRITES, include_in_schema=False, status_code=303)
async def change_user(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    account_id: FromPath[UUID],
) -> Response[Any]:
    before = await queries.get_account(db, account_id)
    form = await _read(request)
    version = form_version(form)
    try:
        async with savepoint(db):
            account = convert(_structured(form), AccountChange, strict=False)
            await update_account(db, account_id=account_id, account=account, version=version, actor=actor)
    except Refusal as refusal:
        return await _form(request, db, before, form, refusal)
    return redirect(request, f"/users/{account_id}", flash=_("Saved."))


async def _read(request: AnyRequest) -> dict[str, Any]:
    """The form as it was typed; ``departments`` are all boxes that are ticked."""
    form: dict[str, Any] = {**await read_form(request)}
    form["departments"] = (await request.form()).getall("departments", [])
    return form


def _structured(form: dict[str, Any]) -> dict[str, Any]:
    """A password keeps its spaces: it is taken as it was typed."""
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    passwords = {name: texts.pop(name, "") for name in ("password", "password_repeat")}
    given = typed_passwords(passwords, "password")
    return {**structure(texts), **given, "departments": form["departments"]}


def _texts(account: Account) -> dict[str, Any]:
    return {
        "username": account.username,
        "name": account.name,
        "email": account.email,
        "phone": account.phone,
        "role": account.role,
        "language": account.language or "",
        "departments": [str(department) for department in account.departments],
    }


async def _choices(db: Connection) -> dict[str, Any]:
    return {
        "roles": [{"value": role.code, "label": _(role.name)} for role in await queries.list_roles(db)],
        "departments": await queries.list_department_choices(db),
    }


async def _form(
    request: AnyRequest,
    db: Connection,
    account: Account | None,
    form: dict[str, Any],
    refusal: Refusal | None,
) -> Response[bytes]:
    return page(
        request,
        "people/user_form.html",
        status=200 if refusal is None else refusal.status,
        account=account,
        form=form,
        chosen=set(form.get("departments", [])),
        **new_password_words(request),
        **await _choices(db),
        **form_errors(refusal),
    )


ROUTES = [list_users, export_users, new_user, add_user, show_user, edit_user, change_user]
