"""API keys: making, rotating and revoking them, and finding the person behind one (P10)."""

import secrets
from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from stockroom.people import queries
from stockroom.people.actions import notices
from stockroom.people.errors import (
    KeyExpiryInvalid,
    KeyLimit,
    KeyNameTaken,
    KeyScopeBeyondOwn,
    KeyScopeRefused,
    KeyScopesMissing,
    KeyStopped,
    RolePermissionUnknown,
)
from stockroom.people.queries.keys import ApiKey, UsedKey
from stockroom.people.rules import ALL, NOT_FOR_KEYS, errors_at
from stockroom.platform import audit, bearer
from stockroom.platform.access import Actor
from stockroom.platform.bearer import KeyIdentity, KeyInUse, KeyLoader
from stockroom.platform.db import Connection, execute, fetch_value
from stockroom.platform.errors import Forbidden, VersionStale
from stockroom.platform.fields import ONE_LINE, Name, StructInput
from stockroom.platform.ids import new_id
from stockroom.platform.sessions import TOUCH_EVERY, Identity

MOST_KEYS = 50

# One at a time for an owner; and nobody's password or role changes between this look and the insert.
OWNER_EPOCH = "select access_epoch from people.account where id = %(account_id)s for no key update"
NAME_TAKEN = """
select exists (
    select from people.api_key k join people.account a on a.id = k.account_id
    where k.account_id = %(account_id)s and platform.fold(k.name) = platform.fold(%(name)s)
        and people.key_state(k, a, %(at)s) = 'working')
"""
WORKING = """
select count(*)
from people.api_key k join people.account a on a.id = k.account_id
where k.account_id = %(account_id)s and people.key_state(k, a, %(at)s) = 'working'
"""
INSERT = """
insert into people.api_key
    (id, account_id, name, prefix, secret_hash, scopes, access_epoch, created_at, expires_at)
values
    (%(id)s, %(account_id)s, %(name)s, %(prefix)s, %(secret_hash)s, %(scopes)s, %(access_epoch)s, %(at)s,
     %(expires_at)s)
"""
ROTATE = """
update people.api_key
set prefix = %(prefix)s, secret_hash = %(secret_hash)s, version = version + 1,
    old_hash = case when %(old_until)s::timestamptz is not null then secret_hash end,
    old_until = %(old_until)s
where id = %(id)s and version = %(version)s and revoked_at is null
"""
REVOKE = """
update people.api_key set revoked_at = %(at)s, old_hash = null, old_until = null, version = version + 1
where id = %(id)s and revoked_at is null
"""
TOUCH = """
update people.api_key set last_used_at = %(at)s
where id = %(id)s and (last_used_at is null or last_used_at < %(before)s)
"""


class KeyInput(StructInput, frozen=True, kw_only=True):
    """A key to make. It works until the end of ``expires_on``, in the organisation's time zone."""

    name: Annotated[Name, Meta(examples=["Weekly spreadsheet"])]
    scopes: Annotated[
        list[Annotated[str, Meta(max_length=64, pattern=ONE_LINE)]],
        Meta(max_length=500, examples=[["catalog.product.read", "stock.balance.read"]]),
    ]
    expires_on: Annotated[date, Meta(examples=["2026-12-31"])]


class NewKey(msgspec.Struct, frozen=True):
    """A key with its secret, which is told this once and kept by nobody here."""

    secret: str
    key: ApiKey


async def create_key(
    db: Connection, *, key: KeyInput, owner: Identity, most_days: int, actor: Actor, at: datetime
) -> NewKey:
    """Raises KeyScopesMissing, RolePermissionUnknown, KeyScopeRefused, KeyScopeBeyondOwn, KeyExpiryInvalid,
    KeyNameTaken, KeyLimit.
    """
    require_own_scopes(key.scopes, actor)
    if not at.date() < key.expires_on <= at.date() + timedelta(days=most_days):
        raise KeyExpiryInvalid(days=most_days)
    who = {"account_id": owner.account_id, "at": at}
    epoch = await fetch_value(db, OWNER_EPOCH, who)
    if await fetch_value(db, NAME_TAKEN, {**who, "name": key.name.strip()}):
        raise KeyNameTaken
    if await fetch_value(db, WORKING, who) >= MOST_KEYS:
        raise KeyLimit(most=MOST_KEYS)
    prefix, secret = new_secret()
    key_id = new_id()
    await execute(
        db,
        INSERT,
        {
            **who, "id": key_id, "name": key.name.strip(), "prefix": prefix, "secret_hash": bearer.hash_key(secret),
            "scopes": sorted(set(key.scopes)), "access_epoch": epoch,
            "expires_at": end_of(key.expires_on, at),
        },
    )  # fmt: skip
    made = await queries.get_key(db, key_id, account_id=owner.account_id, at=at)
    audit.record(db, actor, "people.key.create", "api_key", key_id, after=made)
    await notices.tell_owner(db, owner.account_id, notices.KEY_MADE, at=at)
    return NewKey(secret, made)


async def rotate_key(
    db: Connection,
    *,
    key_id: UUID,
    owner: Identity,
    version: int,
    grace: timedelta,
    actor: Actor,
    at: datetime,
) -> NewKey:
    """A new secret for one's own key; the one before works on for ``grace``.

    Raises NotFound, KeyStopped, VersionStale.
    """
    before = await queries.get_key(db, key_id, account_id=owner.account_id, at=at)
    if before.state != "working":
        raise KeyStopped
    prefix, secret = new_secret()
    given = {
        "id": key_id, "version": version, "prefix": prefix, "secret_hash": bearer.hash_key(secret),
        "old_until": at + grace if grace else None,
    }  # fmt: skip
    if not await execute(db, ROTATE, given):
        raise VersionStale
    after = await queries.get_key(db, key_id, account_id=owner.account_id, at=at)
    audit.record(db, actor, "people.key.rotate", "api_key", key_id, before=before, after=after)
    await notices.tell_owner(db, owner.account_id, notices.KEY_ROTATED, at=at)
    return NewKey(secret, after)


async def revoke_key(db: Connection, *, key_id: UUID, actor: Actor, at: datetime) -> ApiKey:
    """One's own key, or anybody's for those who may. Revoking twice changes nothing.

    Raises NotFound, and Forbidden for one that this person sees but may not revoke.
    """
    sees_all = actor.may("people.key.read") or actor.may("people.key.write")
    before = await queries.get_key(db, key_id, account_id=None if sees_all else actor.id, at=at)
    if before.account_id != actor.id and not actor.may("people.key.write"):
        raise Forbidden(permission="people.key.write")
    if not await execute(db, REVOKE, {"id": key_id, "at": at}):
        return before
    after = await queries.get_key(db, key_id, account_id=None, at=at)
    audit.record(db, actor, "people.key.revoke", "api_key", key_id, before=before, after=after)
    return after


def require_own_scopes(scopes: list[str], actor: Actor) -> None:
    """Raises KeyScopesMissing, RolePermissionUnknown, KeyScopeRefused, KeyScopeBeyondOwn."""
    if not scopes:
        raise KeyScopesMissing
    if wrong := errors_at("/scopes", scopes, ALL, RolePermissionUnknown):
        raise RolePermissionUnknown(at="", errors=wrong)
    if wrong := errors_at("/scopes", scopes, ALL - NOT_FOR_KEYS, KeyScopeRefused):
        raise KeyScopeRefused(at="", errors=wrong)
    if wrong := errors_at("/scopes", scopes, actor.permissions, KeyScopeBeyondOwn):
        raise KeyScopeBeyondOwn(at="", errors=wrong)


def new_secret() -> tuple[str, str]:
    """What people know it by, and the whole: the prefix and 256 random bits that it says nothing about."""
    prefix = f"{bearer.PREFIX}{secrets.token_hex(4)}"
    return prefix, f"{prefix}_{secrets.token_urlsafe(32)}"


def end_of(day: date, at: datetime) -> datetime:
    """The first moment that is no longer that day, where ``at`` is."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=at.tzinfo)


def key_loader() -> KeyLoader:
    """What the middleware calls: the owner, with what both may do. Notes, once a minute, that it was used."""

    async def load(db: Connection, secret_hash: bytes, at: datetime) -> KeyIdentity | None:
        used = await queries.find_used_key(db, secret_hash=secret_hash, at=at)
        if used is None:
            return None
        is_fresh = used.last_used_at is not None and at - used.last_used_at <= TOUCH_EVERY
        if not is_fresh:
            await execute(db, TOUCH, {"id": used.key_id, "at": at, "before": at - TOUCH_EVERY})
        return _identity(used, noted=not is_fresh, at=at)

    return load


def _identity(used: UsedKey, *, noted: bool, at: datetime) -> KeyIdentity:
    permissions = sorted(set(used.permissions) - NOT_FOR_KEYS)
    return KeyIdentity(
        session_id=used.key_id,
        token_hash=b"",
        account_id=used.account_id,
        username=used.username,
        name=used.name,
        role_code=used.role_code,
        role_name=used.role_name,
        permissions=permissions,
        departments=used.departments,
        language=used.language,
        theme=used.theme,
        time_zone=used.time_zone,
        last_seen_at=used.last_used_at or at,
        pending=False,
        has_factor=False,
        stepped_up_at=None,
        key=KeyInUse(used.key_id, used.key_name, permissions, used.expires_at),
        is_first_use=noted,
    )
