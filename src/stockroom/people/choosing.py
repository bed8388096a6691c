"""What the endpoints and the pages share where somebody chooses a password: it is hashed before the request's
transaction begins, while nothing of the database is held. Their routes say ``LATE``."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from stockroom.people import queries
from stockroom.people.actions.access import require_own_rank, set_password
from stockroom.people.actions.accounts import AccountInput, create_account, require_may_set
from stockroom.people.actions.attempts import forget_attempts
from stockroom.people.actions.profile import PasswordChange, change_password
from stockroom.people.actions.reset import PasswordByLink, set_password_by_link
from stockroom.people.actions.sign_in import SignedIn
from stockroom.people.errors import LinkInvalid, PasswordWrong
from stockroom.people.passwords import ChosenPassword, hash_password, password_matches, require_good_password
from stockroom.people.queries.accounts import Account
from stockroom.people.queries.links import find_live_link
from stockroom.people.web import AnyRequest, count_try, note_failure, settings_of
from stockroom.platform.db import savepoint
from stockroom.platform.scope import scope_of
from stockroom.platform.sessions import hash_token

LATE: dict[str, Any] = {"transaction": "late"}


async def _hashed(
    request: AnyRequest, password: str | None, personal: tuple[str, ...]
) -> ChosenPassword | None:
    """The request's transaction has begun afterwards, with or without a password. Raises PasswordWeak."""
    policy = settings_of(request).password_policy
    if password is not None:
        require_good_password(password, policy=policy, personal=personal)
    async with scope_of(request).before_transaction():
        return None if password is None else await hash_password(password)


async def create_with_password(request: AnyRequest, account: AccountInput) -> UUID:
    """Without a password the user is invited by mail. Raises what ``create_account`` raises."""
    here, settings = scope_of(request), settings_of(request)
    if account.password is not None:
        require_may_set(here.actor)
    personal = (account.username, account.email, account.name)
    password = await _hashed(request, account.password, personal)
    async with savepoint(here.db):
        return await create_account(
            here.db,
            account=account,
            policy=settings.password_policy,
            password=password,
            invite_for=timedelta(hours=settings.invitation_hours),
            actor=here.actor,
            at=here.at,
        )


async def give_password(request: AnyRequest, account_id: UUID, plain: str) -> Account:
    """By an administrator. Raises NotFound, RoleBeyondOwn, PasswordWeak."""
    here = scope_of(request)
    account = await queries.get_account(here.db, account_id)
    await require_own_rank(here.db, account.role, here.actor)
    password = await _hashed(request, plain, (account.username, account.email, account.name))
    assert password is not None  # one was given
    async with savepoint(here.db):
        return await set_password(
            here.db,
            account_id=account_id,
            password=password,
            policy=settings_of(request).password_policy,
            actor=here.actor,
            at=here.at,
        )


async def change_own_password(request: AnyRequest, change: PasswordChange) -> tuple[int, SignedIn]:
    """Answers how many other sessions ended, and the new id of this one. The old password is a proof that is counted
    like a sign-in: who holds a session of somebody's gets no more guesses than anybody else.

    Raises PasswordWrong, PasswordWeak, SignInLocked, ResetRequired.
    """
    here, policy = scope_of(request), settings_of(request).password_policy
    identity = here.require_identity()
    account = await queries.get_account(here.db, identity.account_id)
    stored = await queries.find_password_hash(here.db, account.id)
    personal = (account.username, account.email, account.name)
    require_good_password(change.password, policy=policy, personal=personal)
    attempt = await count_try(request, account.id, account.username)
    async with here.without_connection():
        right = await password_matches(stored, change.old_password)
    if stored is None or not right:
        await note_failure(request, "password.failed", account_id=account.id, account=account.username)
        raise PasswordWrong
    async with here.before_transaction():
        password = await hash_password(change.password)
    async with savepoint(here.db):
        await forget_attempts(here.db, attempt)
        return await change_password(
            here.db,
            identity=identity,
            proved=stored,
            password=password,
            policy=policy,
            actor=here.actor,
            at=here.at,
        )


async def choose_by_link(request: AnyRequest, given: PasswordByLink) -> None:
    """Of a reset or an invitation. Raises LinkInvalid, PasswordWeak."""
    here = scope_of(request)
    link = await find_live_link(here.db, hash_token(given.token), at=here.at)
    if link is None:
        raise LinkInvalid
    password = await _hashed(request, given.password, (link.username, link.email, link.name))
    assert password is not None  # one was given
    async with savepoint(here.db):
        await set_password_by_link(
            here.db,
            token=given.token,
            password=password,
            policy=settings_of(request).password_policy,
            request_id=here.request_id,
            at=here.at,
        )
