"""JSON endpoint of the check of everything."""

from litestar import get
from litestar.di import NamedDependency

from stockroom.insight.queries.verify import ON_REQUEST_WITHIN, VerifyReport, verify_everything
from stockroom.insight.reading import AnyRequest
from stockroom.platform.db import Connection, savepoint
from stockroom.platform.files.uploads import files_of
from stockroom.platform.web import ANSWERS, Needs


@get(
    "/api/verify",
    guards=[Needs("platform.audit.read")],
    tags=["Insight"],
    summary="Check the ledger's invariants and the audit trail",
    responses=ANSWERS,
)
async def verify(request: AnyRequest, db: NamedDependency[Connection]) -> VerifyReport:
    """All checks at one moment, within 20 seconds; those that take longer are marked as not finished."""
    async with savepoint(db):
        return await verify_everything(db, store=files_of(request).store, within=ON_REQUEST_WITHIN)


ROUTES = [verify]
