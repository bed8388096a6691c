"""Letting a user in or keeping one out, in the browser."""

from collections.abc import Awaitable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from stockroom.people import queries
from stockroom.people.actions import access
from stockroom.people.actions.access import NewPassword
from stockroom.people.actions.invitations import invite_account
from stockroom.people.choosing import LATE, give_password
from stockroom.people.errors import PasswordsDiffer
from stockroom.people.pages.one_user import user_page
from stockroom.people.passwords import POLICY_WORDS, policy_rules
from stockroom.people.queries.accounts import Account
from stockroom.people.web import settings_of
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.errors import Refusal
from stockroom.platform.fields import convert
from stockroom.platform.i18n import gettext as _
from stockroom.platform.pages import form_errors, page, read_form, redirect
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs, StepUp

AnyRequest = Request[Any, Any, State]
WRITES = [Needs("people.account.write"), StepUp()]
PASSWORDS = [Needs("people.password.write"), StepUp()]


@post("/users/{account_id:uuid}/disable", guards=WRITES, include_in_schema=False, status_code=303)
async def disable_user(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    account_id: FromPath[UUID],
) -> Response[Any]:
    deed = access.disable_account(db, account_id=account_id, actor=actor)
    return await _done(request, db, account_id, deed, _("The user is disabled and signed out everywhere."))


@post("/users/{account_id:uuid}/enable", guards=WRITES, include_in_schema=False, status_code=303)
async def enable_user(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    account_id: FromPath[UUID],
) -> Response[Any]:
    deed = access.enable_account(db, account_id=account_id, actor=actor)
    return await _done(request, db, account_id, deed, _("The user may sign in again."))


@post("/users/{account_id:uuid}/invite", guards=WRITES, include_in_schema=False, status_code=303)
async def invite_user(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    account_id: FromPath[UUID],
) -> Response[Any]:
    lifetime = timedelta(hours=settings_of(request).invitation_hours)
    deed = invite_account(db, account_id=account_id, lifetime=lifetime, actor=actor, at=scope_of(request).at)
    return await _done(request, db, account_id, deed, _("The invitation is on its way."))


async def _done(
    request: AnyRequest, db: Connection, account_id: UUID, deed: Awaitable[Account], words: str
) -> Response[Any]:
    """Back to the user, with what was done or why it was refused."""
    try:
        async with savepoint(db):
            await deed
    except Refusal as refusal:
        return await user_page(request, db, account_id, refusal)
    return redirect(request, f"/users/{account_id}", flash=words)


@get("/users/{account_id:uuid}/password", guards=PASSWORDS, include_in_schema=False)
async def show_password_form(
    request: AnyRequest, db: NamedDependency[Connection], account_id: FromPath[UUID]
) -> Response[Any]:
    return _password_form(request, await queries.get_account(db, account_id), None)


@post(
    "/users/{account_id:uuid}/password", guards=PASSWORDS, opt=LATE, include_in_schema=False, status_code=303
)
async def set_user_password(
    request: AnyRequest, db: NamedDependency[Connection], account_id: FromPath[UUID]
) -> Response[Any]:
    account = await queries.get_account(db, account_id)
    form = await read_form(request)
    try:
        given = convert(typed_passwords(form, "password"), NewPassword)
        await give_password(request, account_id, given.password)
    except Refusal as refusal:
        return _password_form(request, account, refusal)
    return redirect(
        request, f"/users/{account_id}", flash=_("The password is set. The user is signed out everywhere.")
    )


def typed_passwords(form: Mapping[str, str], *names: str) -> dict[str, str]:
    """As typed, spaces and all. Raises PasswordsDiffer where the new one was not repeated."""
    if form.get("password", "") != form.get("password_repeat", ""):
        raise PasswordsDiffer
    return {name: form[name] for name in names if form.get(name)}


def new_password_words(request: AnyRequest) -> dict[str, Any]:
    """What a field for a new password says: the policy in words, and its rules for the meter."""
    policy = settings_of(request).password_policy
    return {"password_words": _(POLICY_WORDS[policy]), "password_rules": policy_rules(policy)}


def _password_form(request: AnyRequest, account: Account, refusal: Refusal | None) -> Response[bytes]:
    return page(
        request,
        "people/user_password.html",
        status=200 if refusal is None else refusal.status,
        account=account,
        **new_password_words(request),
        **form_errors(refusal),
    )


ROUTES = [disable_user, enable_user, invite_user, show_password_form, set_user_password]
