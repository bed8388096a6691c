"""JSON endpoints of sign-in."""

from typing import Annotated, Any, Union
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from stockroom.people.actions.sign_in import sign_out
from stockroom.people.web import drop_session_cookies, set_session_cookie, start_session
from stockroom.platform import sessions
from stockroom.platform.access import Actor
from stockroom.platform.api_schema import PEOPLE_ONLY
from stockroom.platform.bearer import KeyInUse
from stockroom.platform.db import Connection
from stockroom.platform.errors import SecondFactorRequired, Unauthenticated
from stockroom.platform.fields import StructInput
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs

TAGS = ["Sign-in"]


class Credentials(StructInput, frozen=True):
    """User name or e-mail address, and the password."""

    username: Annotated[str, Meta(max_length=256, examples=["anna.nowak"])]
    password: Annotated[str, Meta(max_length=256, examples=["Blue-7-Kettles"])]


class SignedInUser(msgspec.Struct, frozen=True):
    """The person behind the session."""

    id: UUID
    username: str
    name: str
    role: str
    permissions: list[str]
    departments: list[UUID] | None
    language: str | None
    theme: str


class WhoAmI(msgspec.Struct, frozen=True):
    """The person, and the token for changes; or the owner of the API key, which needs no token, and the key."""

    user: SignedInUser
    csrf_token: str
    key: KeyInUse | None


class SignInAnswer(msgspec.Struct, frozen=True):
    """The person, and the token that every change must carry in X-CSRF-Token."""

    user: SignedInUser
    csrf_token: str


class SecondFactorAsked(msgspec.Struct, frozen=True):
    """The password was right. The session opens nothing but `/api/auth/second-factor` until one of these is proved."""

    second_factor: list[str]
    csrf_token: str


# The generator of the API's description fails on a bare ``X | Y`` before Python 3.14.
LoginAnswer = Union[SignInAnswer, SecondFactorAsked]  # noqa: UP007


def signed_in_answer(request: Request[Any, Any, State]) -> SignInAnswer:
    here = scope_of(request)
    return SignInAnswer(_shape(here.require_identity()), here.csrf_token())


def _shape(identity: sessions.Identity) -> SignedInUser:
    return SignedInUser(
        id=identity.account_id,
        username=identity.username,
        name=identity.name,
        role=identity.role_code,
        permissions=sorted(identity.permissions),
        departments=None if identity.departments is None else list(identity.departments),
        language=identity.language,
        theme=identity.theme,
    )


@post(
    "/api/auth/login",
    status_code=200,
    opt={"public": True, "limit": "login", "transaction": "own"},
    security=[{}],
    tags=TAGS,
    summary="Sign in",
    responses=ANSWERS,
)
async def login(request: Request[Any, Any, State], data: JSONBody[Credentials]) -> Response[LoginAnswer]:
    """401 `auth.invalid_credentials` for an unknown user and a wrong password alike; 429 `auth.locked` after five.

    Somebody with a second factor is told which ones may be proved, at `/api/auth/second-factor`.
    """
    signed_in = await start_session(request, data.username, data.password)
    response: Response[LoginAnswer] = Response(
        SecondFactorAsked(signed_in.owes, scope_of(request).csrf_token())
        if signed_in.owes
        else signed_in_answer(request)
    )
    set_session_cookie(request, response)
    return response


@post(
    "/api/auth/logout",
    status_code=204,
    guards=[Needs("")],
    opt={"enrol": True},
    security=[PEOPLE_ONLY],
    tags=TAGS,
    summary="Sign out",
    responses=ANSWERS,
)
async def logout(
    request: Request[Any, Any, State], db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Response[None]:
    """The session ends on the server; a copy of the cookie is worth nothing afterwards."""
    await sign_out(db, identity=scope_of(request).require_identity(), actor=actor)
    response = Response(None, status_code=204)
    drop_session_cookies(request, response)
    return response


@get(
    "/api/auth/me",
    guards=[Needs("", keys=True)],
    opt={"enrol": True},
    tags=TAGS,
    summary="Who am I",
    responses=ANSWERS,
)
async def me(request: Request[Any, Any, State]) -> WhoAmI:
    """The signed-in person, and a token for X-CSRF-Token; with an API key, what the key may do now."""
    here = scope_of(request)
    if here.identity is None:
        raise Unauthenticated if here.pending is None else SecondFactorRequired
    return WhoAmI(_shape(here.identity), "" if here.key else here.csrf_token(), here.key)


ROUTES = [login, logout, me]
