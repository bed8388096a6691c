"""The check of everything, for those who look after the system."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from stockroom.insight import rules
from stockroom.insight.queries.verify import ON_REQUEST_WITHIN, verify_everything
from stockroom.insight.reading import AnyRequest
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.files.uploads import files_of
from stockroom.platform.pages import page
from stockroom.platform.scope import scope_of
from stockroom.platform.web import Needs


@get("/verify", guards=[Needs("platform.audit.read")], include_in_schema=False)
async def show_verification(request: AnyRequest, db: NamedDependency[Connection]) -> Response[Any]:
    """Checks while the page is asked for; the whole within a bound, so that it cannot hold a connection up."""
    async with savepoint(db):
        report = await verify_everything(db, store=files_of(request).store, within=ON_REQUEST_WITHIN)
    return page(
        request,
        "insight/verify.html",
        report=report,
        words=rules.CHECKS,
        at=scope_of(request).at,
        seconds=ON_REQUEST_WITHIN.seconds,
    )


ROUTES = [show_verification]
