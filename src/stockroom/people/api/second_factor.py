"""JSON endpoints of proving who one is: the second factor, a passkey alone, stepping up (P4)."""

from typing import Any

from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import JSONBody

from stockroom.people import passkeys
from stockroom.people.actions.challenges import give_challenge
from stockroom.people.actions.prove import Proof, StepUpProof
from stockroom.people.api.auth import SignInAnswer, signed_in_answer
from stockroom.people.errors import PasskeysImpossible
from stockroom.people.passkeys import PasskeyAnswer
from stockroom.people.proofs import enter_with_passkey, finish, place_of, prove_again
from stockroom.people.web import set_session_cookie
from stockroom.platform.db import Connection
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs

AnyRequest = Request[Any, Any, State]
TAGS = ["Sign-in"]


@post(
    "/api/auth/second-factor",
    status_code=200,
    opt={"public": True, "transaction": "own"},
    tags=TAGS,
    summary="Finish signing in with a second factor",
    responses=ANSWERS,
)
async def post_second_factor(request: AnyRequest, data: JSONBody[Proof]) -> Response[SignInAnswer]:
    """For the pending session of `/api/auth/login`, which is gone afterwards: the session gets a new id.

    401 `auth.second_factor_invalid` for a wrong or used code, `auth.passkey_invalid` for a passkey; after five
    wrong answers `auth.second_factor_tries`, and signing in begins anew. They count like wrong passwords: 429
    `auth.locked`.
    """
    await finish(request, data)
    return _signed_in(request)


@post(
    "/api/auth/passkey",
    status_code=200,
    opt={"public": True, "limit": "login", "transaction": "own"},
    security=[{}],
    tags=TAGS,
    summary="Sign in with a passkey alone",
    responses=ANSWERS,
)
async def post_passkey(request: AnyRequest, data: JSONBody[PasskeyAnswer]) -> Response[SignInAnswer]:
    """A passkey verifies its user, so it counts as both factors. 401 `auth.passkey_invalid`."""
    await enter_with_passkey(request, data)
    return _signed_in(request)


def _signed_in(request: AnyRequest) -> Response[SignInAnswer]:
    response = Response(signed_in_answer(request))
    set_session_cookie(request, response)
    return response


@post(
    "/api/auth/passkey/options",
    status_code=200,
    opt={"public": True, "unkept": True},
    security=[{}],
    tags=TAGS,
    summary="What a browser asks of a passkey",
    responses=ANSWERS,
)
async def post_passkey_options(request: AnyRequest, db: NamedDependency[Connection]) -> dict[str, Any]:
    """`PublicKeyCredentialRequestOptionsJSON`, good once and for five minutes, for this session or visitor."""
    here, place = scope_of(request), place_of(request)
    if place is None:
        raise PasskeysImpossible
    challenge = await give_challenge(db, purpose="get", bound_to=here.csrf_bound_to, at=here.at)
    return passkeys.request_options(place, challenge=challenge)


@post(
    "/api/auth/step-up",
    status_code=204,
    guards=[Needs("")],
    opt={"enrol": True, "transaction": "own"},
    tags=TAGS,
    summary="Prove once more who I am",
    responses=ANSWERS,
)
async def post_step_up(request: AnyRequest, data: JSONBody[StepUpProof]) -> None:
    """By a second factor; by the password for somebody who has none. What answered 403 `auth.step_up_required`
    is open for ten minutes then (STEP_UP_MINUTES). Five wrong answers end the session."""
    await prove_again(request, data)


ROUTES = [post_second_factor, post_passkey, post_passkey_options, post_step_up]
