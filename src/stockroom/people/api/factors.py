"""JSON endpoints of second factors: one's own, and taking away somebody's who lost them (P4)."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, delete, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from stockroom.people import passkeys, queries
from stockroom.people.actions import factors
from stockroom.people.actions.challenges import give_challenge
from stockroom.people.actions.factors import NewPasskey, TotpCode
from stockroom.people.codes import totp_address
from stockroom.people.errors import PasskeysImpossible
from stockroom.people.proofs import ground_of, is_required, place_of
from stockroom.people.queries.factors import Factors
from stockroom.people.web import settings_of
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.scope import scope_of
from stockroom.platform.sessions import Identity
from stockroom.platform.web import ANSWERS, Needs, StepUp

AnyRequest = Request[Any, Any, State]
TAGS = ["My account"]
OWN: dict[str, Any] = {
    "guards": [Needs(""), StepUp()],
    "opt": {"enrol": True, "unkept": True},
    "tags": TAGS,
    "responses": ANSWERS,
}


class TotpSetup(msgspec.Struct, frozen=True):
    """The secret for an authenticator app, and the same as the address of a QR code."""

    secret: str
    address: str


class RecoveryCodes(msgspec.Struct, frozen=True):
    """Codes that stand in for a lost device: each is good once, and none is shown again.

    Empty where there are some already.
    """

    recovery_codes: list[str]


def _identity(request: AnyRequest) -> Identity:
    return scope_of(request).require_identity()


@get(
    "/api/me/factors",
    guards=[Needs("")],
    opt={"enrol": True},
    tags=TAGS,
    summary="My second factors",
    responses=ANSWERS,
)
async def get_my_factors(request: AnyRequest, db: NamedDependency[Connection]) -> Factors:
    return await queries.read_factors(db, _identity(request).account_id, required=is_required(request))


@post("/api/me/factors/totp", status_code=200, summary="Begin to set up an authenticator app", **OWN)
async def post_totp(request: AnyRequest, db: NamedDependency[Connection]) -> TotpSetup:
    """It counts once a code confirms it. 409 `factor.exists`."""
    here, identity = scope_of(request), _identity(request)
    secret = await factors.begin_totp(db, identity=identity, secret=here.secret, at=here.at)
    issuer = settings_of(request).organisation
    return TotpSetup(secret, totp_address(secret, username=identity.username, issuer=issuer))


@post("/api/me/factors/totp/confirm", status_code=200, summary="Confirm the authenticator app", **OWN)
async def post_totp_code(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: JSONBody[TotpCode],
) -> RecoveryCodes:
    """With the first factor come ten recovery codes, and other sessions end. 422 `factor.code_wrong`."""
    identity = _identity(request)
    codes = await factors.confirm_totp(
        db, identity=identity, code=data.code, ground=ground_of(request), actor=actor
    )
    return RecoveryCodes(codes)


@delete("/api/me/factors/totp", summary="Remove the authenticator app", **OWN)
async def delete_totp(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> None:
    """409 `factor.last_stays` where the role needs one and there is no other."""
    identity = _identity(request)
    await factors.remove_totp(db, identity=identity, required=is_required(request), actor=actor)


@post(
    "/api/me/factors/passkeys/options", status_code=200, summary="What a browser makes a passkey from", **OWN
)
async def post_new_passkey_options(request: AnyRequest, db: NamedDependency[Connection]) -> dict[str, Any]:
    """`PublicKeyCredentialCreationOptionsJSON`, good once and for five minutes."""
    here, identity, place = scope_of(request), _identity(request), place_of(request)
    if place is None:
        raise PasskeysImpossible
    challenge = await give_challenge(db, purpose="create", bound_to=here.csrf_bound_to, at=here.at)
    return passkeys.creation_options(
        place,
        challenge=challenge,
        handle=identity.account_id.bytes,
        username=identity.username,
        name=identity.name,
        known=await queries.list_credential_ids(db, identity.account_id),
    )


@post("/api/me/factors/passkeys", summary="Add a passkey", **OWN)
async def post_new_passkey(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: JSONBody[NewPasskey],
) -> RecoveryCodes:
    """What `navigator.credentials.create()` answered. 422 `factor.passkey_refused`, 409 `factor.passkey_known`."""
    identity = _identity(request)
    codes = await factors.add_passkey(
        db, identity=identity, given=data, ground=ground_of(request), actor=actor
    )
    return RecoveryCodes(codes)


@delete("/api/me/factors/passkeys/{passkey_id:uuid}", summary="Remove a passkey", **OWN)
async def delete_passkey(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    passkey_id: FromPath[UUID],
) -> None:
    """409 `factor.last_stays` where the role needs one and there is no other."""
    identity = _identity(request)
    await factors.remove_passkey(
        db, identity=identity, passkey_id=passkey_id, required=is_required(request), actor=actor
    )


@post("/api/me/factors/recovery-codes", status_code=200, summary="Make new recovery codes", **OWN)
async def post_recovery_codes(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> RecoveryCodes:
    """The old ones are worth nothing then. 409 `factor.missing` without a second factor."""
    here, identity = scope_of(request), _identity(request)
    codes = await factors.renew_recovery_codes(db, identity=identity, secret=here.secret, actor=actor)
    return RecoveryCodes(codes)


@delete(
    "/api/users/{account_id:uuid}/factors",
    guards=[Needs("people.password.write"), StepUp()],
    tags=["Users"],
    summary="Take away the second factors of a user",
    responses=ANSWERS,
)
async def delete_user_factors(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    account_id: FromPath[UUID],
) -> None:
    """For somebody who lost them. All sessions of the user end."""
    await factors.reset_factors(db, account_id=account_id, actor=actor)


ROUTES = [
    get_my_factors, post_totp, post_totp_code, delete_totp, post_new_passkey_options, post_new_passkey,
    delete_passkey, post_recovery_codes, delete_user_factors,
]  # fmt: skip
