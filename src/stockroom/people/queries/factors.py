"""Second factors: what a person has, and what a proof is checked against."""

from datetime import datetime
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all, fetch_one, fetch_value, fetch_values

TOTP_FOR_UPDATE = """
select t.secret, t.last_step, t.confirmed_at
from people.totp t
where t.account_id = %(account_id)s
for update
"""

PENDING_TOTP = """
select t.secret
from people.totp t
where t.account_id = %(account_id)s and t.confirmed_at is null
"""

OWN_APP = """
select t.confirmed_at as added_at, t.last_used_at
from people.totp t
where t.account_id = %(account_id)s and t.confirmed_at is not null
"""

PASSKEYS = """
select p.id, p.name, p.synced, p.created_at, p.last_used_at
from people.passkey p
where p.account_id = %(account_id)s
order by p.created_at, p.id
"""

CREDENTIAL_IDS = "select p.credential_id from people.passkey p where p.account_id = %(account_id)s"

PASSKEY_OWNER = "select p.account_id from people.passkey p where p.credential_id = %(credential_id)s"

PASSKEY_FOR_UPDATE = """
select p.id, p.account_id, p.public_key, p.sign_count
from people.passkey p
where p.credential_id = %(credential_id)s and p.account_id = %(account_id)s
for update
"""

RECOVERY_LEFT = """
select count(*) from people.recovery_code c where c.account_id = %(account_id)s and c.used_at is null
"""

HAS_FACTOR = """
select exists (select from people.totp t where t.account_id = %(account_id)s and t.confirmed_at is not null)
    or exists (select from people.passkey p where p.account_id = %(account_id)s)
"""

KINDS = """
select
    exists (select from people.totp t where t.account_id = %(account_id)s and t.confirmed_at is not null) as totp,
    exists (select from people.passkey p where p.account_id = %(account_id)s) as passkey,
    exists (select from people.recovery_code c where c.account_id = %(account_id)s and c.used_at is null)
        as recovery
"""

HOLD_ACCOUNT = """
select a.id from people.account a where a.id = %(account_id)s and a.active for no key update
"""


class StoredTotp(msgspec.Struct, frozen=True):
    """The sealed secret, and the last step whose code was taken."""

    secret: bytes
    last_step: int
    confirmed_at: datetime | None


class AuthenticatorApp(msgspec.Struct, frozen=True):
    """An authenticator app that was set up."""

    added_at: datetime
    last_used_at: datetime | None


class Passkey(msgspec.Struct, frozen=True):
    """A passkey by the name its owner gave it. ``synced`` ones are copied by their maker to other devices."""

    id: UUID
    name: str
    synced: bool
    created_at: datetime
    last_used_at: datetime | None


class StoredPasskey(msgspec.Struct, frozen=True):
    """What an answer is checked against."""

    id: UUID
    account_id: UUID
    public_key: bytes
    sign_count: int


class Kinds(msgspec.Struct, frozen=True):
    """Which ways of proving a person has."""

    totp: bool
    passkey: bool
    recovery: bool

    @property
    def names(self) -> list[str]:
        """Recovery codes alone are no factor: they stand in for one."""
        if not (self.totp or self.passkey):
            return []
        return [name for name in ("totp", "passkey", "recovery") if getattr(self, name)]


class Factors(msgspec.Struct, frozen=True):
    """What a person has set up. ``required`` where their role asks for a factor."""

    app: AuthenticatorApp | None
    passkeys: list[Passkey]
    recovery_codes_left: int
    required: bool


async def find_totp_for_update(db: Connection, account_id: UUID) -> StoredTotp | None:
    return await fetch_one(db, TOTP_FOR_UPDATE, {"account_id": account_id}, StoredTotp)


async def find_pending_totp(db: Connection, account_id: UUID) -> bytes | None:
    """The sealed secret of a setup that was begun and not confirmed."""
    return await fetch_value(db, PENDING_TOTP, {"account_id": account_id})


async def read_factors(db: Connection, account_id: UUID, *, required: bool) -> Factors:
    params = {"account_id": account_id}
    return Factors(
        app=await fetch_one(db, OWN_APP, params, AuthenticatorApp),
        passkeys=await fetch_all(db, PASSKEYS, params, Passkey),
        recovery_codes_left=await fetch_value(db, RECOVERY_LEFT, params),
        required=required,
    )


async def list_credential_ids(db: Connection, account_id: UUID) -> list[bytes]:
    return await fetch_values(db, CREDENTIAL_IDS, {"account_id": account_id})


async def find_passkey_owner(db: Connection, credential_id: bytes) -> UUID | None:
    return await fetch_value(db, PASSKEY_OWNER, {"credential_id": credential_id})


async def find_passkey_for_update(
    db: Connection, *, credential_id: bytes, account_id: UUID
) -> StoredPasskey | None:
    """A passkey of this person; locked, so that its counter moves on once."""
    params = {"credential_id": credential_id, "account_id": account_id}
    return await fetch_one(db, PASSKEY_FOR_UPDATE, params, StoredPasskey)


async def list_kinds(db: Connection, account_id: UUID) -> Kinds:
    found = await fetch_one(db, KINDS, {"account_id": account_id}, Kinds)
    return found or Kinds(totp=False, passkey=False, recovery=False)


async def has_factor(db: Connection, account_id: UUID) -> bool:
    return bool(await fetch_value(db, HAS_FACTOR, {"account_id": account_id}))


async def hold_account(db: Connection, account_id: UUID) -> bool:
    """Factors of one person change one after the other. False for a disabled account."""
    return await fetch_value(db, HOLD_ACCOUNT, {"account_id": account_id}) is not None
