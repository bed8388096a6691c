"""JSON endpoints for a forgotten password, and for the first one of somebody invited."""

from typing import Any

import msgspec
from litestar import Request, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import JSONBody

from stockroom.people.actions.reset import PasswordByLink, ResetAsk
from stockroom.people.choosing import LATE, choose_by_link
from stockroom.people.web import ask_by_mail
from stockroom.platform.db import Connection
from stockroom.platform.i18n import gettext as _
from stockroom.platform.web import ANSWERS

AnyRequest = Request[Any, Any, State]
TAGS = ["Sign-in"]


class ResetAsked(msgspec.Struct, frozen=True):
    """The same for every address, whether or not somebody has it."""

    detail: str


@post(
    "/api/auth/request-reset",
    status_code=202,
    opt={"public": True, "limit": "reset"},
    security=[{}],
    tags=TAGS,
    summary="Ask for a new password",
    responses=ANSWERS,
)
async def post_request_reset(
    request: AnyRequest, db: NamedDependency[Connection], data: JSONBody[ResetAsk]
) -> ResetAsked:
    """Sends a link by mail, good once and for an hour. The answer never tells whether the address is known."""
    await ask_by_mail(request, db, data)
    return ResetAsked(_("If a user has this address, a mail with a link is on its way."))


@post(
    "/api/auth/reset",
    status_code=204,
    opt={"public": True, **LATE},
    security=[{}],
    tags=TAGS,
    summary="Choose a password by a link from a mail",
    responses=ANSWERS,
)
async def post_reset(request: AnyRequest, data: JSONBody[PasswordByLink]) -> None:
    """`token` is the one of the mail, of a reset or an invitation. All sessions of the user end.

    422 `link.invalid` for a link that does not work any more, `password.weak` with every broken rule.
    """
    await choose_by_link(request, data)


ROUTES = [post_request_reset, post_reset]
