"""Starting a session from a request, for the sign-in page and the API alike."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response
from litestar.datastructures import State

from stockroom.people.actions.sign_in import sign_in
from stockroom.platform import sessions
from stockroom.platform.scope import scope_of
from stockroom.settings import Settings


async def start_session(request: Request[Any, Any, State], login: str, password: str) -> sessions.Identity:
    """Sign in for the page and the API alike; the caller sets the cookie from ``request.state``."""
    settings: Settings = request.app.state.settings
    here = scope_of(request)
    signed_in = await sign_in(
        here.db,
        login=login.strip(),
        password=password,
        address=request.client.host if request.client else "",
        user_agent=request.headers.get("user-agent", ""),
        lifetime=timedelta(hours=settings.session_absolute_hours),
        replaces=None if here.identity is None else here.identity.token_hash,
        request_id=here.request_id,
        at=here.at,
    )
    identity = await request.app.state.load_identity(here.db, signed_in.token_hash, here.at)
    here.identity, here.csrf_bound_to = identity, signed_in.token_hash
    request.scope["state"]["new_session_token"] = signed_in.token
    return identity


def set_session_cookie(request: Request[Any, Any, State], response: Response[Any]) -> None:
    settings: Settings = request.app.state.settings
    token: str = request.scope["state"]["new_session_token"]
    response.set_cookie(
        sessions.session_cookie(
            token, secure=settings.secure_cookies, max_age=settings.session_absolute_hours * 3600
        )
    )
