"""Proving who one is: with a code, a recovery code, a passkey, or once more with the password (P4)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from stockroom.people import passkeys, queries
from stockroom.people.actions.challenges import take_challenge
from stockroom.people.codes import find_totp_step, plain_recovery_code
from stockroom.people.errors import (
    FactorUnreadable,
    PasskeyRefused,
    PasskeyUnproved,
    ProofUnclear,
    SecondFactorInvalid,
)
from stockroom.people.passkeys import PasskeyAnswer, Place
from stockroom.platform.db import Connection, execute
from stockroom.platform.fields import ONE_LINE, StructInput
from stockroom.platform.sealing import Unsealable, derive_key, keyed_hash, unseal

TOTP_KEY = "totp"
RECOVERY_KEY = "recovery"
MOST_TRIES = 5
"""Wrong answers that one session may give before it ends."""

# Each code once, however many ask at the same time: the row is locked, and the step only grows.
USE_STEP = """
update people.totp set last_step = %(step)s, last_used_at = %(at)s
where account_id = %(account_id)s and confirmed_at is not null and last_step < %(step)s
"""
USE_RECOVERY = """
update people.recovery_code set used_at = %(at)s
where account_id = %(account_id)s and code_hash = %(code_hash)s and used_at is null
"""
USE_PASSKEY = """
update people.passkey set sign_count = %(sign_count)s, last_used_at = %(at)s where id = %(id)s
"""
COUNT_TRY = """
update people.session set factor_tries = factor_tries + 1
where token_hash = %(token_hash)s and factor_tries < %(most)s
"""
END_SESSION = "delete from people.session where token_hash = %(token_hash)s"

Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=ONE_LINE)]


class Proof(StructInput, frozen=True, kw_only=True):
    """One second factor: the code of the app, a recovery code, or the answer of a passkey."""

    totp: Annotated[Code, Meta(examples=["123456"])] | None = None
    recovery: Code | None = None
    passkey: PasskeyAnswer | None = None

    def require_one(self) -> None:
        """Raises ProofUnclear."""
        if len([name for name in self.__struct_fields__ if getattr(self, name) is not None]) != 1:
            raise ProofUnclear


class StepUpProof(Proof, frozen=True, kw_only=True):
    """A second factor, or the password for somebody who has none."""

    password: Annotated[str, Meta(max_length=256)] | None = None


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What a proof is checked against besides the person: where passkeys are good and whom the browser's
    challenge was given to, the application's secret, and the moment."""

    place: Place | None
    bound_to: bytes
    secret: bytes
    at: datetime


async def count_session_try(db: Connection, token_hash: bytes) -> bool:
    """Counts before anything is checked, so that many tries at once are no more than many one by one.

    False where the session has used them up; it is ended then.
    """
    if await execute(db, COUNT_TRY, {"token_hash": token_hash, "most": MOST_TRIES}):
        return True
    await execute(db, END_SESSION, {"token_hash": token_hash})
    return False


async def prove(db: Connection, *, account_id: UUID, proof: Proof, ground: Ground) -> str:
    """Uses the proof up; answers its kind: totp, recovery or passkey.

    Raises ProofUnclear, SecondFactorInvalid, PasskeyUnproved, FactorUnreadable.
    """
    proof.require_one()
    if not await queries.hold_account(db, account_id):
        raise SecondFactorInvalid
    if proof.totp is not None:
        await _use_totp(db, account_id, proof.totp, ground)
        return "totp"
    if proof.recovery is not None:
        await _use_recovery(db, account_id, proof.recovery, ground)
        return "recovery"
    if proof.passkey is not None:
        await use_passkey(db, account_id=account_id, answer=proof.passkey, ground=ground)
    return "passkey"


async def _use_totp(db: Connection, account_id: UUID, code: str, ground: Ground) -> None:
    stored = await queries.find_totp_for_update(db, account_id)
    if stored is None or stored.confirmed_at is None:
        raise SecondFactorInvalid
    secret = open_totp_secret(stored.secret, account_id=account_id, secret=ground.secret)
    step = find_totp_step(secret, code, at=ground.at, after=stored.last_step)
    if step is None:
        raise SecondFactorInvalid
    if not await execute(db, USE_STEP, {"account_id": account_id, "step": step, "at": ground.at}):
        raise SecondFactorInvalid


def open_totp_secret(sealed: bytes, *, account_id: UUID, secret: bytes) -> str:
    """Raises FactorUnreadable."""
    try:
        return unseal(derive_key(secret, TOTP_KEY), sealed, belongs_to=account_id.bytes).decode()
    except Unsealable as error:
        raise FactorUnreadable from error


async def _use_recovery(db: Connection, account_id: UUID, code: str, ground: Ground) -> None:
    params = {
        "account_id": account_id,
        "code_hash": hash_recovery_code(code, account_id=account_id, secret=ground.secret),
        "at": ground.at,
    }
    if not await execute(db, USE_RECOVERY, params):
        raise SecondFactorInvalid


def hash_recovery_code(code: str, *, account_id: UUID, secret: bytes) -> bytes:
    plain = plain_recovery_code(code).encode()
    return keyed_hash(derive_key(secret, RECOVERY_KEY), account_id.bytes + plain)


async def use_passkey(db: Connection, *, account_id: UUID, answer: PasskeyAnswer, ground: Ground) -> None:
    """Raises PasskeyUnproved for a passkey of somebody else's too."""
    try:
        credential_id, challenge = (
            passkeys.credential_id_of(answer),
            passkeys.challenge_of(answer.client_data),
        )
        handle = passkeys.handle_of(answer)
        stored = await queries.find_passkey_for_update(db, credential_id=credential_id, account_id=account_id)
        taken = await take_challenge(
            db, challenge=challenge, purpose="get", bound_to=ground.bound_to, at=ground.at
        )
        if stored is None or not taken or ground.place is None or handle not in (None, account_id.bytes):
            raise PasskeyUnproved
        sign_count = passkeys.check_used(
            answer, ground.place, challenge=challenge, public_key=stored.public_key,
            sign_count=stored.sign_count,
        )  # fmt: skip
    except PasskeyRefused as error:
        raise PasskeyUnproved from error
    await execute(db, USE_PASSKEY, {"id": stored.id, "sign_count": sign_count, "at": ground.at})
