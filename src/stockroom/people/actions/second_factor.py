"""The second half of signing in, signing in with a passkey alone, and stepping up."""

from stockroom.people import passkeys, queries
from stockroom.people.actions.prove import Ground, Proof, StepUpProof, prove, use_passkey
from stockroom.people.actions.sign_in import SignedIn, Visit, open_proved_session
from stockroom.people.errors import CredentialsInvalid, PasskeyRefused, PasskeyUnproved
from stockroom.people.passkeys import PasskeyAnswer
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.ids import new_id
from stockroom.platform.sessions import Identity

TAKE_PENDING = "delete from people.session where token_hash = %(token_hash)s and pending"
STEP_UP = """
update people.session set stepped_up_at = %(at)s, factor_tries = 0 where token_hash = %(token_hash)s
"""


async def finish_sign_in(
    db: Connection, *, pending: Identity, proof: Proof, ground: Ground, visit: Visit
) -> SignedIn:
    """The pending session is gone afterwards, and the new one has another id.

    Raises ProofUnclear, SecondFactorInvalid, PasskeyUnproved, FactorUnreadable, CredentialsInvalid.
    """
    kind = await prove(db, account_id=pending.account_id, proof=proof, ground=ground)
    if not await execute(db, TAKE_PENDING, {"token_hash": pending.token_hash}):
        raise CredentialsInvalid
    return await open_proved_session(
        db, account_id=pending.account_id, name=pending.name, second_factor=kind, visit=visit
    )


async def sign_in_with_passkey(
    db: Connection, *, answer: PasskeyAnswer, ground: Ground, visit: Visit
) -> SignedIn:
    """A passkey that verified its user is both factors at once.

    Raises PasskeyUnproved for an unknown one, a disabled account and a wrong answer alike, after the same statements.
    """
    try:
        credential_id, handle = passkeys.credential_id_of(answer), passkeys.handle_of(answer)
    except PasskeyRefused as error:
        raise PasskeyUnproved from error
    owner = await queries.find_passkey_owner(db, credential_id) or new_id()
    is_active = await queries.hold_account(db, owner)
    await use_passkey(db, account_id=owner, answer=answer, ground=ground)
    if handle is None or not is_active:
        raise PasskeyUnproved
    account = await queries.get_account(db, owner)
    return await open_proved_session(
        db, account_id=owner, name=account.name, second_factor="passkey", visit=visit
    )


async def step_up(
    db: Connection, *, identity: Identity, proof: StepUpProof, ground: Ground, actor: Actor
) -> None:
    """By a second factor; a password was looked at before, because hashing holds no transaction.

    Raises SecondFactorInvalid, PasskeyUnproved, FactorUnreadable; CredentialsInvalid where the session has ended.
    """
    kind = "password"
    if proof.password is None:
        kind = await prove(db, account_id=identity.account_id, proof=proof, ground=ground)
    if not await execute(db, STEP_UP, {"token_hash": identity.token_hash, "at": ground.at}):
        raise CredentialsInvalid
    audit.record(db, actor, "people.session.step_up", "account", identity.account_id, after={"proof": kind})
