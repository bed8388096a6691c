"""JSON endpoints of users."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from stockroom.people import queries
from stockroom.people.actions import access
from stockroom.people.actions.access import NewPassword
from stockroom.people.actions.accounts import AccountChange, AccountInput, update_account
from stockroom.people.actions.invitations import invite_account
from stockroom.people.choosing import LATE, create_with_password, give_password
from stockroom.people.queries.accounts import ACCOUNTS, Account
from stockroom.people.web import settings_of
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs, StepUp, etag, seen_version

AnyRequest = Request[Any, Any, State]
TAGS = ["Users"]
READS = [Needs("people.account.read")]
WRITES = [Needs("people.account.write"), StepUp()]


@get(
    "/api/users",
    guards=READS,
    operation_class=list_operation(ACCOUNTS),
    tags=TAGS,
    summary="List users",
    responses=ANSWERS,
)
async def list_users(request: AnyRequest, db: NamedDependency[Connection]) -> Page[Account] | Slice[Account]:
    return await listed(request, db, ACCOUNTS)


@get("/api/users/{account_id:uuid}", guards=READS, tags=TAGS, summary="One user", responses=ANSWERS)
async def get_user(db: NamedDependency[Connection], account_id: FromPath[UUID]) -> Response[Account]:
    return _answer(await queries.get_account(db, account_id))


@post("/api/users", guards=WRITES, opt=LATE, tags=TAGS, summary="Create a user", responses=ANSWERS)
async def post_user(request: AnyRequest, data: JSONBody[AccountInput]) -> Response[Account]:
    """Without a password, and with an e-mail address, the user is invited by mail to choose one.

    422 `password.weak` names every broken rule of the password at `/password`.
    """
    account_id = await create_with_password(request, data)
    made = await queries.get_account(scope_of(request).db, account_id)
    return Response(made, headers=etag(made.version) | {"Location": f"/api/users/{account_id}"})


@put("/api/users/{account_id:uuid}", guards=WRITES, tags=TAGS, summary="Change a user", responses=ANSWERS)
async def put_user(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    account_id: FromPath[UUID],
    data: JSONBody[AccountChange],
) -> Response[Account]:
    """A new role signs the user out everywhere. 409 `account.last_admin` for the last administrator."""
    return _answer(
        await update_account(
            db, account_id=account_id, account=data, version=seen_version(request), actor=actor
        )
    )


@post(
    "/api/users/{account_id:uuid}/disable",
    guards=WRITES,
    status_code=200,
    tags=TAGS,
    summary="Disable a user",
    responses=ANSWERS,
)
async def disable_user(
    db: NamedDependency[Connection], actor: NamedDependency[Actor], account_id: FromPath[UUID]
) -> Response[Account]:
    """All sessions of the user end at once. Disabling twice changes nothing."""
    return _answer(await access.disable_account(db, account_id=account_id, actor=actor))


@post(
    "/api/users/{account_id:uuid}/enable",
    guards=WRITES,
    status_code=200,
    tags=TAGS,
    summary="Enable a user",
    responses=ANSWERS,
)
async def enable_user(
    db: NamedDependency[Connection], actor: NamedDependency[Actor], account_id: FromPath[UUID]
) -> Response[Account]:
    return _answer(await access.enable_account(db, account_id=account_id, actor=actor))


@post(
    "/api/users/{account_id:uuid}/password",
    guards=[Needs("people.password.write"), StepUp()],
    opt=LATE,
    status_code=200,
    tags=TAGS,
    summary="Set a user's password",
    responses=ANSWERS,
)
async def post_user_password(
    request: AnyRequest, account_id: FromPath[UUID], data: JSONBody[NewPassword]
) -> Response[Account]:
    """All sessions of the user end at once. 422 `password.weak` names every broken rule."""
    return _answer(await give_password(request, account_id, data.password))


@post(
    "/api/users/{account_id:uuid}/invite",
    guards=WRITES,
    status_code=200,
    tags=TAGS,
    summary="Invite a user",
    responses=ANSWERS,
)
async def post_user_invitation(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    account_id: FromPath[UUID],
) -> Response[Account]:
    """Sends a link by mail by which the user chooses the first password; an older one ends.

    409 `invitation.has_password`, `invitation.no_email`, `invitation.disabled`.
    """
    lifetime = timedelta(hours=settings_of(request).invitation_hours)
    return _answer(
        await invite_account(
            db, account_id=account_id, lifetime=lifetime, actor=actor, at=scope_of(request).at
        )
    )


def _answer(account: Account) -> Response[Account]:
    return Response(account, headers=etag(account.version))


ROUTES = [
    list_users, get_user, post_user, put_user, disable_user, enable_user, post_user_password,
    post_user_invitation,
]  # fmt: skip
