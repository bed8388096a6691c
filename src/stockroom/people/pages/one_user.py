"""The page of one user, which every deed about them leads back to."""

from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import State

from stockroom.people import queries
from stockroom.platform.db import Connection
from stockroom.platform.errors import Refusal
from stockroom.platform.files.rows import find_photo
from stockroom.platform.pages import form_errors, page
from stockroom.platform.scope import scope_of

AnyRequest = Request[Any, Any, State]


async def user_page(
    request: AnyRequest, db: Connection, account_id: UUID, refusal: Refusal | None
) -> Response[bytes]:
    """One user; ``refusal`` says why something was not done to them."""
    return page(
        request,
        "people/user.html",
        status=200 if refusal is None else refusal.status,
        account=await queries.get_account(db, account_id),
        photo=await find_photo(db, "account", account_id),
        at=scope_of(request).at,
        **form_errors(refusal),
    )
