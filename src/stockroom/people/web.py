"""What the endpoints and the pages of people share: starting a session, its cookies, and the settings."""

from datetime import timedelta
from typing import Any, Literal

import structlog
from litestar import Request, Response
from litestar.datastructures import Cookie, State

from stockroom.people import queries
from stockroom.people.actions.sign_in import sign_in
from stockroom.people.errors import CredentialsInvalid
from stockroom.people.queries.accounts import OpenSession
from stockroom.platform import sessions
from stockroom.platform.scope import LANGUAGE_COOKIE, THEME_COOKIE, scope_of
from stockroom.settings import Settings

AnyRequest = Request[Any, Any, State]
YEAR_SECONDS = 365 * 24 * 3600
log = structlog.get_logger("stockroom.security")


def settings_of(request: AnyRequest) -> Settings:
    return request.app.state.settings


async def start_session(request: AnyRequest, login: str, password: str) -> sessions.Identity:
    """Sign in; ``set_session_cookie`` hands the session to the browser. Raises CredentialsInvalid."""
    here = scope_of(request)
    address = request.client.host if request.client else ""
    try:
        signed_in = await sign_in(
            here.db,
            login=login.strip(),
            password=password,
            address=address,
            user_agent=request.headers.get("user-agent", ""),
            lifetime=timedelta(hours=settings_of(request).session_absolute_hours),
            replaces=None if here.identity is None else here.identity.token_hash,
            request_id=here.request_id,
            at=here.at,
        )
    except CredentialsInvalid:
        log.warning("sign-in refused", request_id=here.request_id, address=address)
        raise
    identity = await request.app.state.load_identity(here.db, signed_in.token_hash, here.at)
    here.identity, here.csrf_bound_to = identity, signed_in.token_hash
    request.scope["state"]["new_session_token"] = signed_in.token
    return identity


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
    return Cookie(
        key=LANGUAGE_COOKIE if choice == "language" else THEME_COOKIE,
        value=value,
        path="/",
        max_age=YEAR_SECONDS,
        httponly=True,
        samesite="lax",
        secure=settings_of(request).secure_cookies,
    )
