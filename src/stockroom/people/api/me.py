"""JSON endpoints of one's own account: profile, password, look and language, sessions."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from stockroom.people import queries
from stockroom.people.actions import profile
from stockroom.people.actions.profile import LanguageChoice, PasswordChange, ProfileInput, ThemeChoice
from stockroom.people.choosing import LATE, change_own_password
from stockroom.people.queries.accounts import Account, OpenSession
from stockroom.people.web import open_sessions, set_session_cookie, take_over
from stockroom.platform.access import Actor
from stockroom.platform.api_schema import PEOPLE_ONLY
from stockroom.platform.db import Connection
from stockroom.platform.scope import scope_of
from stockroom.platform.sessions import Identity
from stockroom.platform.web import ANSWERS, Needs, etag, seen_version

AnyRequest = Request[Any, Any, State]
TAGS = ["My account"]
SIGNED_IN = [Needs("")]


class SessionsEnded(msgspec.Struct, frozen=True):
    """How many of the person's other sessions ended."""

    sessions_ended: int


class PasswordChanged(msgspec.Struct, frozen=True):
    """How many other sessions ended; the token that changes must carry from now on."""

    sessions_ended: int
    csrf_token: str


def _identity(request: AnyRequest) -> Identity:
    return scope_of(request).require_identity()


@get("/api/me", guards=SIGNED_IN, security=[PEOPLE_ONLY], tags=TAGS, summary="My account", responses=ANSWERS)
async def get_me(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Account]:
    found = await queries.get_account(db, _identity(request).account_id)
    return Response(found, headers=etag(found.version))


@put(
    "/api/me",
    guards=SIGNED_IN,
    security=[PEOPLE_ONLY],
    tags=TAGS,
    summary="Change my profile",
    responses=ANSWERS,
)
async def put_me(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: JSONBody[ProfileInput],
) -> Response[Account]:
    after = await profile.update_profile(
        db, identity=_identity(request), profile=data, version=seen_version(request), actor=actor
    )
    return Response(after, headers=etag(after.version))


@post(
    "/api/me/password",
    guards=SIGNED_IN,
    opt={"unkept": True, **LATE},
    security=[PEOPLE_ONLY],
    status_code=200,
    tags=TAGS,
    summary="Change my password",
    responses=ANSWERS,
)
async def post_my_password(request: AnyRequest, data: JSONBody[PasswordChange]) -> Response[PasswordChanged]:
    """Other sessions end, and this one gets a new id and a new token. 422 `password.wrong` for the present one,
    `password.weak` for the new."""
    ended, renewed = await change_own_password(request, data)
    await take_over(request, renewed)
    response = Response(PasswordChanged(ended, scope_of(request).csrf_token()))
    set_session_cookie(request, response)
    return response


@put(
    "/api/me/theme",
    guards=SIGNED_IN,
    security=[PEOPLE_ONLY],
    status_code=204,
    tags=TAGS,
    summary="Choose my theme",
    responses=ANSWERS,
)
async def put_my_theme(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: JSONBody[ThemeChoice],
) -> None:
    await profile.choose_theme(db, identity=_identity(request), choice=data, actor=actor)


@put(
    "/api/me/language",
    guards=SIGNED_IN,
    security=[PEOPLE_ONLY],
    status_code=204,
    tags=TAGS,
    summary="Choose my language",
    responses=ANSWERS,
)
async def put_my_language(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    data: JSONBody[LanguageChoice],
) -> None:
    await profile.choose_language(db, identity=_identity(request), choice=data, actor=actor)


@get(
    "/api/me/sessions",
    guards=SIGNED_IN,
    security=[PEOPLE_ONLY],
    tags=TAGS,
    summary="Where I am signed in",
    responses=ANSWERS,
)
async def get_my_sessions(request: AnyRequest) -> list[OpenSession]:
    return await open_sessions(request)


@delete(
    "/api/me/sessions/{session_id:uuid}",
    guards=SIGNED_IN,
    security=[PEOPLE_ONLY],
    tags=TAGS,
    summary="End one of my sessions",
    responses=ANSWERS,
)
async def delete_my_session(
    request: AnyRequest,
    db: NamedDependency[Connection],
    actor: NamedDependency[Actor],
    session_id: FromPath[UUID],
) -> None:
    await profile.end_session(db, identity=_identity(request), session_id=session_id, actor=actor)


@delete(
    "/api/me/sessions",
    guards=SIGNED_IN,
    security=[PEOPLE_ONLY],
    status_code=200,
    tags=TAGS,
    summary="End my other sessions",
    responses=ANSWERS,
)
async def delete_my_other_sessions(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> SessionsEnded:
    return SessionsEnded(await profile.end_other_sessions(db, identity=_identity(request), actor=actor))


ROUTES = [
    get_me, put_me, post_my_password, put_my_theme, put_my_language, get_my_sessions, delete_my_session,
    delete_my_other_sessions,
]  # fmt: skip
