"""Setting up and taking away second factors."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from stockroom.people import passkeys, queries
from stockroom.people.actions import notices
from stockroom.people.actions.access import end_sessions, require_own_rank
from stockroom.people.actions.challenges import take_challenge
from stockroom.people.actions.prove import TOTP_KEY, Code, Ground, hash_recovery_code, open_totp_secret
from stockroom.people.codes import find_totp_step, new_recovery_codes, new_totp_secret
from stockroom.people.errors import (
    CodeWrong,
    FactorExists,
    FactorMissing,
    LastFactorStays,
    PasskeyKnown,
    PasskeyRefused,
    PasskeysImpossible,
    TooManyPasskeys,
)
from stockroom.people.passkeys import NewPasskeyAnswer
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_value
from stockroom.platform.errors import NotFound
from stockroom.platform.fields import Name, StructInput
from stockroom.platform.ids import new_id
from stockroom.platform.sealing import derive_key, seal
from stockroom.platform.sessions import Identity

MOST_PASSKEYS = 20

BEGIN_TOTP = """
insert into people.totp (account_id, secret, created_at)
values (%(account_id)s, %(secret)s, %(at)s)
on conflict (account_id) do update set secret = excluded.secret, created_at = excluded.created_at, last_step = 0
where people.totp.confirmed_at is null
"""
CONFIRM_TOTP = """
update people.totp set confirmed_at = %(at)s, last_used_at = %(at)s, last_step = %(step)s
where account_id = %(account_id)s and confirmed_at is null
"""
REMOVE_TOTP = "delete from people.totp where account_id = %(account_id)s and confirmed_at is not null"
INSERT_PASSKEY = """
insert into people.passkey
    (id, account_id, credential_id, public_key, sign_count, name, synced, created_at)
values
    (%(id)s, %(account_id)s, %(credential_id)s, %(public_key)s, %(sign_count)s, %(name)s, %(synced)s, %(at)s)
on conflict (credential_id) do nothing
"""
REMOVE_PASSKEY = "delete from people.passkey where id = %(id)s and account_id = %(account_id)s returning name"
FORGET_CODES = "delete from people.recovery_code where account_id = %(account_id)s"
KEEP_CODES = """
insert into people.recovery_code (account_id, code_hash)
select %(account_id)s, code_hash from unnest(%(hashes)s::bytea[]) as given (code_hash)
"""
PROVED_NOW = """
update people.session set stepped_up_at = %(at)s where token_hash = %(token_hash)s
"""
FORGET_TOTP = "delete from people.totp where account_id = %(account_id)s"
FORGET_PASSKEYS = "delete from people.passkey where account_id = %(account_id)s"


class TotpCode(StructInput, frozen=True, kw_only=True):
    """The code that the app shows now."""

    code: Annotated[Code, Meta(examples=["123456"])]


class NewPasskey(NewPasskeyAnswer, frozen=True, kw_only=True):
    """A new passkey, under a name by which its owner knows it again."""

    name: Annotated[Name, Meta(examples=["Phone"])]


async def begin_totp(db: Connection, *, identity: Identity, secret: bytes, at: datetime) -> str:
    """A new secret for an app, in base32; it is worth nothing until a code confirms it. Raises FactorExists."""
    plain = new_totp_secret()
    sealed = seal(derive_key(secret, TOTP_KEY), plain.encode(), belongs_to=identity.account_id.bytes)
    if not await execute(db, BEGIN_TOTP, {"account_id": identity.account_id, "secret": sealed, "at": at}):
        raise FactorExists
    return plain


async def confirm_totp(
    db: Connection, *, identity: Identity, code: str, ground: Ground, actor: Actor
) -> list[str]:
    """Answers the recovery codes where this is the first factor. Raises FactorMissing, CodeWrong."""
    account_id = identity.account_id
    await queries.hold_account(db, account_id)
    stored = await queries.find_totp_for_update(db, account_id)
    if stored is None or stored.confirmed_at is not None:
        raise FactorMissing
    plain = open_totp_secret(stored.secret, account_id=account_id, secret=ground.secret)
    step = find_totp_step(plain, code, at=ground.at, after=stored.last_step)
    if step is None:
        raise CodeWrong
    is_first = not await queries.has_factor(db, account_id)
    await execute(db, CONFIRM_TOTP, {"account_id": account_id, "step": step, "at": ground.at})
    audit.record(db, actor, "people.factor.add", "account", account_id, after={"kind": "totp"})
    await notices.tell_owner(db, account_id, notices.APP_ADDED, at=ground.at)
    return await _first_codes(db, identity, ground, is_first=is_first)


async def add_passkey(
    db: Connection, *, identity: Identity, given: NewPasskey, ground: Ground, actor: Actor
) -> list[str]:
    """Answers the recovery codes where this is the first factor.

    Raises PasskeysImpossible, PasskeyRefused, PasskeyKnown, TooManyPasskeys.
    """
    account_id = identity.account_id
    if ground.place is None:
        raise PasskeysImpossible
    challenge = passkeys.challenge_of(given.client_data)
    if not await take_challenge(
        db, challenge=challenge, purpose="create", bound_to=ground.bound_to, at=ground.at
    ):
        raise PasskeyRefused
    made = passkeys.check_new(given, ground.place, challenge=challenge)
    await queries.hold_account(db, account_id)
    is_first = not await queries.has_factor(db, account_id)
    if len(await queries.list_credential_ids(db, account_id)) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    params = {
        "id": new_id(),
        "account_id": account_id,
        "credential_id": made.credential_id,
        "public_key": made.public_key,
        "sign_count": made.sign_count,
        "name": given.name.strip(),
        "synced": made.synced,
        "at": ground.at,
    }
    if not await execute(db, INSERT_PASSKEY, params):
        raise PasskeyKnown
    facts = {"kind": "passkey", "name": given.name.strip()}
    audit.record(db, actor, "people.factor.add", "account", account_id, after=facts)
    await notices.tell_owner(db, account_id, notices.PASSKEY_ADDED, at=ground.at)
    return await _first_codes(db, identity, ground, is_first=is_first)


async def _first_codes(db: Connection, identity: Identity, ground: Ground, *, is_first: bool) -> list[str]:
    """Sessions that were opened with the password alone end with the first factor, besides the one that set it up."""
    await execute(db, PROVED_NOW, {"token_hash": identity.token_hash, "at": ground.at})
    if not is_first:
        return []
    await end_sessions(db, identity.account_id, besides=identity.session_id)
    return await _new_codes(db, identity.account_id, ground.secret)


async def renew_recovery_codes(
    db: Connection, *, identity: Identity, secret: bytes, actor: Actor
) -> list[str]:
    """Ten new ones; the old are worth nothing. Raises FactorMissing."""
    await queries.hold_account(db, identity.account_id)
    if not await queries.has_factor(db, identity.account_id):
        raise FactorMissing
    codes = await _new_codes(db, identity.account_id, secret)
    audit.record(db, actor, "people.factor.renew_codes", "account", identity.account_id)
    await notices.tell_owner(db, identity.account_id, notices.CODES_RENEWED)
    return codes


async def _new_codes(db: Connection, account_id: UUID, secret: bytes) -> list[str]:
    codes = new_recovery_codes()
    hashes = [hash_recovery_code(code, account_id=account_id, secret=secret) for code in codes]
    await execute(db, FORGET_CODES, {"account_id": account_id})
    await execute(db, KEEP_CODES, {"account_id": account_id, "hashes": hashes})
    return codes


async def remove_totp(db: Connection, *, identity: Identity, required: bool, actor: Actor) -> None:
    """Raises NotFound, LastFactorStays."""
    await queries.hold_account(db, identity.account_id)
    if not await execute(db, REMOVE_TOTP, {"account_id": identity.account_id}):
        raise NotFound
    await _removed(db, identity.account_id, {"kind": "totp"}, required=required, actor=actor)


async def remove_passkey(
    db: Connection, *, identity: Identity, passkey_id: UUID, required: bool, actor: Actor
) -> None:
    """Raises NotFound for somebody else's too, LastFactorStays."""
    await queries.hold_account(db, identity.account_id)
    name = await fetch_value(db, REMOVE_PASSKEY, {"id": passkey_id, "account_id": identity.account_id})
    if name is None:
        raise NotFound
    facts = {"kind": "passkey", "name": name}
    await _removed(db, identity.account_id, facts, required=required, actor=actor)


async def _removed(
    db: Connection, account_id: UUID, facts: dict[str, str], *, required: bool, actor: Actor
) -> None:
    """With the last factor its recovery codes go."""
    if not await queries.has_factor(db, account_id):
        if required:
            raise LastFactorStays
        await execute(db, FORGET_CODES, {"account_id": account_id})
    audit.record(db, actor, "people.factor.remove", "account", account_id, before=facts)
    is_app = facts["kind"] == "totp"
    await notices.tell_owner(db, account_id, notices.APP_REMOVED if is_app else notices.PASSKEY_REMOVED)


async def reset_factors(db: Connection, *, account_id: UUID, actor: Actor) -> None:
    """For somebody who lost them all: takes every factor away and ends all sessions.

    Raises NotFound, RoleBeyondOwn.
    """
    account = await queries.get_account(db, account_id)
    await require_own_rank(db, account.role, actor)
    await queries.hold_account(db, account_id)
    had = (await queries.list_kinds(db, account_id)).names
    for statement in (FORGET_TOTP, FORGET_PASSKEYS, FORGET_CODES):
        await execute(db, statement, {"account_id": account_id})
    await end_sessions(db, account_id)
    audit.record(db, actor, "people.factor.reset", "account", account_id, before={"kinds": had})
    await notices.tell_security(db, account, notices.FACTORS_RESET)
