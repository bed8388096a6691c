"""Server-side sessions: a random id in a cookie, only its hash in the database."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from litestar.datastructures import Cookie

from stockroom.platform import csrf
from stockroom.platform.access import Actor
from stockroom.platform.cookies import cookie, cookie_name, ended_cookie
from stockroom.platform.db import Connection

COOKIE = "session"
TOKEN_BYTES = 32
TOUCH_EVERY = timedelta(minutes=1)


class Identity(msgspec.Struct, frozen=True):
    """The session and the person behind it, as one query finds them."""

    session_id: UUID
    token_hash: bytes
    account_id: UUID
    username: str
    name: str
    role_code: str
    role_name: str
    permissions: Sequence[str]
    departments: Sequence[UUID] | None
    language: str | None
    theme: str
    time_zone: str | None
    last_seen_at: datetime
    pending: bool
    """The password was right and the second factor is still owed: nobody is signed in yet."""
    has_factor: bool
    stepped_up_at: datetime | None
    """When the person last proved who they are in this session; None where a session cannot be stepped up."""

    def actor(self, request_id: str) -> Actor:
        return Actor(
            id=self.account_id,
            name=self.name,
            permissions=frozenset(self.permissions),
            departments=None if self.departments is None else frozenset(self.departments),
            request_id=request_id,
        )


IdentityLoader = Callable[[Connection, bytes, datetime], Awaitable[Identity | None]]
"""Finds the live session by its hash at a moment, and notes that it was seen."""


def new_token() -> str:
    """256 random bits, for the cookie alone."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def session_cookie_name(*, secure: bool) -> str:
    return cookie_name(COOKIE, secure=secure)


def session_cookie(token: str, *, secure: bool, max_age: int) -> Cookie:
    return cookie(COOKIE, token, secure=secure, max_age=max_age)


def ended_session(*, secure: bool) -> Sequence[Cookie]:
    """What signing out takes back: the session's cookie, and a visitor's left from before."""
    return [ended_cookie(name, secure=secure) for name in (COOKIE, csrf.COOKIE)]
