"""What the endpoints and the pages of people share: starting a session, its cookies, and the settings."""

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import Cookie, State

from stockroom.people import queries
from stockroom.people.actions.alerts import alert_administrators
from stockroom.people.actions.attempts import (
    Attempt,
    LockRules,
    count_attempt,
    forget_attempts,
    subject_of,
    take_back_attempt,
)
from stockroom.people.actions.reset import ResetAsk, ask_reset
from stockroom.people.actions.sign_in import SignedIn, Visit, open_session
from stockroom.people.errors import CredentialsInvalid, ResetRequired, SignInLocked
from stockroom.people.passwords import password_matches
from stockroom.people.queries.accounts import OpenSession
from stockroom.people.queries.identity import SignInCandidate
from stockroom.platform import sessions
from stockroom.platform.cookies import cookie
from stockroom.platform.db import Connection
from stockroom.platform.limits import Limit, Limits, reached
from stockroom.platform.scope import LANGUAGE_COOKIE, THEME_COOKIE, scope_of
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


def visit_of(request: AnyRequest, *, replaces: bytes | None = None) -> Visit:
    here = scope_of(request)
    return Visit(
        address=here.address,
        user_agent=request.headers.get("user-agent", ""),
        lifetime=timedelta(hours=settings_of(request).session_absolute_hours),
        replaces=replaces,
        request_id=here.request_id,
        at=here.at,
    )


def own_session(request: AnyRequest) -> bytes | None:
    """The hash of the session that the request came with, pending ones too."""
    here = scope_of(request)
    known = here.identity or here.pending
    return None if known is None else known.token_hash


async def start_session(request: AnyRequest, login: str, password: str) -> SignedIn:
    """Sign in; ``set_session_cookie`` hands the session to the browser. For routes that lay their own transaction:
    nothing is held while the password is hashed. What the session owes is empty where the person is signed in, else
    how the second factor may be proved.

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
        signed_in = await open_session(
            db, candidate=candidate, visit=visit_of(request, replaces=own_session(request))
        )
        await (take_back_attempt if signed_in.owes else forget_attempts)(db, attempt)
    event = "sign_in.pending" if signed_in.owes else "sign_in.succeeded"
    here.note(event, account_id=candidate.id, account=candidate.username)
    await take_over(request, signed_in)
    return signed_in


async def take_over(request: AnyRequest, signed_in: SignedIn) -> None:
    """The rest of this request is the new session's; ``set_session_cookie`` hands it to the browser."""
    here = scope_of(request)
    found: sessions.Identity | None = await request.app.state.load_identity(
        here.db, signed_in.token_hash, here.at
    )
    here.identity, here.pending = (None, found) if signed_in.owes else (found, None)
    here.key, here.csrf_bound_to = None, signed_in.token_hash
    request.scope["state"]["new_session_token"] = signed_in.token


async def _count(request: AnyRequest, login: str, candidate: SignInCandidate | None) -> Attempt:
    if candidate is not None:
        return await count_try(request, candidate.id, candidate.username)
    attempt = Attempt(subject_of(scope_of(request).secret, login, None), scope_of(request).address)
    return await _counted(request, attempt, None, "(unknown)")


async def count_try(request: AnyRequest, account_id: UUID, username: str) -> Attempt:
    """A try to prove to be this person, counted before it is looked at. Raises SignInLocked, ResetRequired."""
    here = scope_of(request)
    attempt = Attempt(subject_of(here.secret, "", account_id), here.address)
    return await _counted(request, attempt, account_id, username)


async def _counted(request: AnyRequest, attempt: Attempt, account_id: UUID | None, username: str) -> Attempt:
    here = scope_of(request)
    try:
        await count_attempt(here.db, attempt, account_id=account_id, rules=lock_rules(request), at=here.at)
    except (SignInLocked, ResetRequired) as refusal:
        here.note("sign_in.locked", account_id=account_id, account=username, code=refusal.code)
        if isinstance(refusal, ResetRequired):
            await _alert(
                request, "alert.hard_cap", attempt.subject.hex(), account_id=account_id, account=username
            )
        raise
    return attempt


async def _note_failure(request: AnyRequest, candidate: SignInCandidate | None) -> None:
    """A name that is nobody's is not written down: people type passwords into the wrong field."""
    if candidate is None:
        await note_failure(request, "sign_in.failed", account_id=None, account="(unknown)")
    else:
        await note_failure(request, "sign_in.failed", account_id=candidate.id, account=candidate.username)


async def note_failure(
    request: AnyRequest, event: str, *, account_id: UUID | None, account: str, **facts: Any
) -> None:
    """A wrong proof, and an alarm where one address gives many of them."""
    here = scope_of(request)
    here.note(event, account_id=account_id, account=account, **facts)
    alarm = limits_of(request)["alarm"]
    if await reached(here.db, alarm, here.address, here.at):
        about = {"account_id": account_id, "account": account, "failures": alarm.most}
        await _alert(request, "alert.brute_force", here.address, **about)


async def _alert(request: AnyRequest, kind: str, about: str, **facts: Any) -> None:
    """Once an hour for each address or account in the log, and once for each kind by mail."""
    here = scope_of(request)
    if await reached(here.db, ALERT_ONCE, f"{kind} {about}", here.at):
        return
    here.note(kind, **facts)
    async with here.transaction() as db:
        await alert_administrators(db, kind, at=here.at)


def set_session_cookie(request: AnyRequest, response: Response[Any]) -> None:
    settings = settings_of(request)
    token: str = request.scope["state"]["new_session_token"]
    response.set_cookie(
        sessions.session_cookie(
            token, secure=settings.secure_cookies, max_age=settings.session_absolute_hours * 3600
        )
    )


async def ask_by_mail(request: AnyRequest, db: Connection, asked: ResetAsk) -> None:
    """A link for a forgotten password; nothing that is answered tells whether somebody has the address."""
    here = scope_of(request)
    lifetime = timedelta(minutes=settings_of(request).reset_minutes)
    found = await ask_reset(db, email=asked.email, lifetime=lifetime, at=here.at)
    here.note("password.reset_asked", account_id=None if found is None else found.id)


def drop_session_cookies(request: AnyRequest, response: Response[Any]) -> None:
    for ended in sessions.ended_session(secure=settings_of(request).secure_cookies):
        response.set_cookie(ended)


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
