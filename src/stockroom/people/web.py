"""What the endpoints and the pages of people share: starting a session, its cookies, and the settings."""

from datetime import timedelta
from typing import Any, Literal

from litestar import Request, Response
from litestar.datastructures import Cookie, State

from stockroom.people import queries
from stockroom.people.actions.attempts import (
    Attempt,
    LockRules,
    count_attempt,
    forget_attempts,
    subject_of,
)
from stockroom.people.actions.sign_in import open_session
from stockroom.people.errors import CredentialsInvalid, ResetRequired, SignInLocked
from stockroom.people.passwords import password_matches
from stockroom.people.queries.accounts import OpenSession
from stockroom.people.queries.identity import SignInCandidate
from stockroom.platform import sessions
from stockroom.platform.cookies import cookie
from stockroom.platform.limits import Limit, Limits, reached
from stockroom.platform.scope import LANGUAGE_COOKIE, THEME_COOKIE, RequestScope, scope_of
from stockroom.settings import Settings

AnyRequest = Request[Any, Any, State]
YEAR_SECONDS = 365 * 24 * 3600
ALERT_ONCE = Limit("alert", 1, timedelta(hours=1))


def settings_of(request: AnyRequest) -> Settings:
    return request.app.state.settings


def limits_of(request: AnyRequest) -> Limits:
    return request.app.state.limits


def lock_rules(request: AnyRequest) -> LockRules:
    settings = settings_of(request)
    return LockRules(settings.lock_failures, timedelta(minutes=settings.lock_minutes), settings.lock_total)


async def start_session(request: AnyRequest, login: str, password: str) -> sessions.Identity:
    """Sign in; ``set_session_cookie`` hands the session to the browser. For routes that lay their own transaction:
    nothing is held while the password is hashed.

    Raises CredentialsInvalid for unknown, disabled and wrong alike, after the same work; SignInLocked, ResetRequired.
    """
    here = scope_of(request)
    candidate = await queries.find_sign_in_candidate(here.db, login.strip())
    attempt = await _count(request, login, candidate)
    hashed = candidate.password_hash if candidate is not None and candidate.active else None
    async with here.without_connection():
        right = await password_matches(hashed, password)
    if not right or candidate is None:
        await _note_failure(request, candidate)
        raise CredentialsInvalid
    async with here.transaction() as db:
        await forget_attempts(db, attempt)
        signed_in = await open_session(
            db,
            candidate=candidate,
            address=here.address,
            user_agent=request.headers.get("user-agent", ""),
            lifetime=timedelta(hours=settings_of(request).session_absolute_hours),
            replaces=None if here.identity is None else here.identity.token_hash,
            request_id=here.request_id,
            at=here.at,
        )
    here.note("sign_in.succeeded", account_id=candidate.id, account=candidate.username)
    identity = await request.app.state.load_identity(here.db, signed_in.token_hash, here.at)
    here.identity, here.csrf_bound_to = identity, signed_in.token_hash
    request.scope["state"]["new_session_token"] = signed_in.token
    return identity


async def _count(request: AnyRequest, login: str, candidate: SignInCandidate | None) -> Attempt:
    here = scope_of(request)
    account_id = None if candidate is None else candidate.id
    attempt = Attempt(subject_of(here.secret, login, account_id), here.address)
    try:
        await count_attempt(here.db, attempt, account_id=account_id, rules=lock_rules(request), at=here.at)
    except (SignInLocked, ResetRequired) as refusal:
        _note(here, "sign_in.locked", candidate, code=refusal.code)
        raise
    return attempt


async def _note_failure(request: AnyRequest, candidate: SignInCandidate | None) -> None:
    here = scope_of(request)
    _note(here, "sign_in.failed", candidate)
    alarm = limits_of(request)["alarm"]
    if await reached(here.db, alarm, here.address, here.at) and not await reached(
        here.db, ALERT_ONCE, here.address, here.at
    ):
        _note(here, "alert.brute_force", candidate, failures=alarm.most)


def _note(here: RequestScope, event: str, candidate: SignInCandidate | None, **facts: Any) -> None:
    """A name that is nobody's is not written down: people type passwords into the wrong field."""
    account = "(unknown)" if candidate is None else candidate.username
    here.note(event, account_id=None if candidate is None else candidate.id, account=account, **facts)


def set_session_cookie(request: AnyRequest, response: Response[Any]) -> None:
    settings = settings_of(request)
    token: str = request.scope["state"]["new_session_token"]
    response.set_cookie(
        sessions.session_cookie(
            token, secure=settings.secure_cookies, max_age=settings.session_absolute_hours * 3600
        )
    )


async def open_sessions(request: AnyRequest) -> list[OpenSession]:
    """Where the person who asks is signed in."""
    here, settings = scope_of(request), settings_of(request)
    identity = here.require_identity()
    return await queries.list_open_sessions(
        here.db,
        identity.account_id,
        current=identity.session_id,
        at=here.at,
        since=here.at - timedelta(minutes=settings.session_idle_minutes),
        privileged_since=here.at - timedelta(minutes=settings.session_idle_minutes_privileged),
    )


def choice_cookie(request: AnyRequest, choice: Literal["language", "theme"], value: str) -> Cookie:
    """Remembers a visitor's choice on this device for a year; it says nothing about the person."""
    name = LANGUAGE_COOKIE if choice == "language" else THEME_COOKIE
    return cookie(name, value, secure=settings_of(request).secure_cookies, max_age=YEAR_SECONDS)
