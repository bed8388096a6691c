"""What the endpoints and the pages share where somebody proves who they are: counting tries, telling the log.

Their routes lay their own transactions: a try is counted, and stays counted, before it is looked at.
"""

from stockroom.people import queries
from stockroom.people.actions.attempts import forget_attempts
from stockroom.people.actions.prove import Ground, Proof, StepUpProof, count_session_try
from stockroom.people.actions.second_factor import finish_sign_in, sign_in_with_passkey, step_up
from stockroom.people.actions.sign_in import SignedIn
from stockroom.people.errors import CredentialsInvalid, PasswordUnproved, ProofUnclear, TriesSpent
from stockroom.people.passkeys import PasskeyAnswer, Place, find_place
from stockroom.people.passwords import password_matches
from stockroom.people.web import (
    AnyRequest,
    count_try,
    note_failure,
    own_session,
    settings_of,
    take_over,
    visit_of,
)
from stockroom.platform.errors import Refusal
from stockroom.platform.scope import scope_of
from stockroom.platform.sessions import Identity


def place_of(request: AnyRequest) -> Place | None:
    """Where passkeys are good, from BASE_URL and never from what the request says of itself."""
    settings = settings_of(request)
    return find_place(settings.own_url, settings.organisation)


def ground_of(request: AnyRequest) -> Ground:
    here = scope_of(request)
    return Ground(place=place_of(request), bound_to=here.csrf_bound_to, secret=here.secret, at=here.at)


def is_required(request: AnyRequest) -> bool:
    """Whether the role of the person who asks must have a second factor."""
    return scope_of(request).require_identity().role_code in settings_of(request).second_factor_roles


async def _count_for_session(request: AnyRequest, session: Identity) -> None:
    """Raises TriesSpent, and the session has ended then."""
    here = scope_of(request)
    async with here.transaction() as db:
        has_tries = await count_session_try(db, session.token_hash)
    if not has_tries:
        here.note("second_factor.spent", account_id=session.account_id, account=session.username)
        raise TriesSpent


async def finish(request: AnyRequest, proof: Proof) -> SignedIn:
    """The second half of signing in; a wrong proof counts like a wrong password.

    Raises CredentialsInvalid where no sign-in waits (any more), TriesSpent, SignInLocked, ResetRequired and what
    ``finish_sign_in`` raises.
    """
    here = scope_of(request)
    pending = here.pending
    if pending is None:
        raise CredentialsInvalid
    proof.require_one()
    await _count_for_session(request, pending)
    account_id, username = pending.account_id, pending.username
    attempt = await count_try(request, account_id, username)
    ground, visit = ground_of(request), visit_of(request)
    try:
        async with here.transaction() as db:
            signed_in = await finish_sign_in(db, pending=pending, proof=proof, ground=ground, visit=visit)
            await forget_attempts(db, attempt)
    except Refusal as refusal:
        await note_failure(
            request, "second_factor.failed", account_id=account_id, account=username, code=refusal.code
        )
        raise
    event = "sign_in.succeeded" if proof.recovery is None else "recovery_code.used"
    here.note(event, account_id=account_id, account=username)
    await take_over(request, signed_in)
    return signed_in


async def enter_with_passkey(request: AnyRequest, answer: PasskeyAnswer) -> SignedIn:
    """Raises PasskeyUnproved, CredentialsInvalid. A signature cannot be guessed, so that it is not counted."""
    here = scope_of(request)
    ground, visit = ground_of(request), visit_of(request, replaces=own_session(request))
    try:
        async with here.transaction() as db:
            signed_in = await sign_in_with_passkey(db, answer=answer, ground=ground, visit=visit)
    except Refusal as refusal:
        here.note("passkey.failed", account="(unknown)", code=refusal.code)
        raise
    await take_over(request, signed_in)
    here.note("sign_in.succeeded", second_factor="passkey")
    return signed_in


async def prove_again(request: AnyRequest, proof: StepUpProof) -> None:
    """Step up: by a second factor where the person has one, else by the password; counted like a sign-in.

    Raises ProofUnclear, PasswordUnproved, TriesSpent, SignInLocked, ResetRequired and what ``step_up`` raises.
    """
    here = scope_of(request)
    identity = here.require_identity()
    proof.require_one()
    if identity.has_factor == (proof.password is not None):
        raise ProofUnclear
    await _count_for_session(request, identity)
    attempt = await count_try(request, identity.account_id, identity.username)
    ground = ground_of(request)
    try:
        if proof.password is not None:
            await _prove_password(request, identity, proof.password)
        async with here.transaction() as db:
            await step_up(db, identity=identity, proof=proof, ground=ground, actor=here.actor)
            await forget_attempts(db, attempt)
    except Refusal as refusal:
        await note_failure(
            request,
            "step_up.failed",
            account_id=identity.account_id,
            account=identity.username,
            code=refusal.code,
        )
        raise


async def _prove_password(request: AnyRequest, identity: Identity, password: str) -> None:
    """Nothing is held while the password is hashed. Raises PasswordUnproved."""
    here = scope_of(request)
    hashed = await queries.find_password_hash(here.db, identity.account_id)
    async with here.without_connection():
        right = await password_matches(hashed, password)
    if not right:
        raise PasswordUnproved
