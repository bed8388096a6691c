"""API keys in ``Authorization: Bearer srk_…``: what of them the platform knows.

A key is sent on purpose, never by a browser on its own, so nothing is forged with it across sites; a key
beside a session's cookie is refused, because it would be unclear whose rights count.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.errors import N_, Conflict, Forbidden, Invalid, Unauthenticated
from stockroom.platform.sessions import Identity

PREFIX = "srk_"
SCHEME = "bearer "


class KeyInvalid(Unauthenticated):
    code = "auth.key_invalid"
    sentence = N_("This API key does not work: it is unknown, expired or revoked.")


class Ambiguous(Invalid):
    code = "auth.ambiguous"
    sentence = N_("The request carries an API key and a session. Send only one of them.")


class KeyNotAllowed(Forbidden):
    code = "auth.key_not_allowed"
    sentence = N_("No API key may do this. Sign in as a person.")


class SecretShownOnce(Conflict):
    code = "idempotency.secret"
    sentence = N_("This was done already. Its secret was shown once and is kept nowhere.")


class KeyInUse(msgspec.Struct, frozen=True):
    """The key behind a request. ``scopes`` are what it may do now: less than it was given, where its owner
    has lost something since."""

    id: UUID
    name: str
    scopes: list[str]
    expires_at: datetime


class KeyIdentity(Identity, frozen=True):
    """The owner of the key that the request carries. There is no session: ``session_id`` is the key's id.
    ``is_first_use``: of this minute; only that is noted."""

    key: KeyInUse
    is_first_use: bool

    def actor(self, request_id: str) -> Actor:
        """The owner with the rights of the key; what it does is told under both names."""
        return msgspec.structs.replace(super().actor(request_id), name=f"{self.name} ({self.key.name})")


KeyLoader = Callable[[Connection, bytes, datetime], Awaitable[KeyIdentity | None]]
"""Finds the live key by the hash of its secret at a moment, and notes that it was used."""


def find_key(headers: Mapping[str, str]) -> str:
    """The key that the request carries, or "". What proxies and others send in this header is not ours."""
    given = headers.get("authorization", "")
    token = given[len(SCHEME) :].strip()
    return token if given[: len(SCHEME)].lower() == SCHEME and token.startswith(PREFIX) else ""


def hash_key(key: str) -> bytes:
    """256 random bits need no slow hash; what is looked up tells nothing about what was sent."""
    return hashlib.sha256(key.encode()).digest()
