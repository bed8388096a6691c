"""JSON endpoint of the check of everything."""

from litestar import get

from stockroom.insight.queries.verify import VerifyReport
from stockroom.insight.reading import AnyRequest, verified
from stockroom.platform.web import ANSWERS, Needs


@get(
    "/api/verify",
    guards=[Needs("platform.audit.read")],
    tags=["Insight"],
    summary="Check the ledger's invariants and the audit trail",
    responses=ANSWERS,
)
async def verify(request: AnyRequest) -> VerifyReport:
    """All checks at one moment, within 20 seconds; those that take longer are marked as not finished."""
    return await verified(request)


ROUTES = [verify]
