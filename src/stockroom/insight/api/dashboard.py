"""JSON endpoint of the home page."""

from litestar import get
from litestar.di import NamedDependency

from stockroom.insight.queries.dashboard import Dashboard
from stockroom.insight.reading import AnyRequest, reader_for
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.problems import Answer
from stockroom.platform.web import ANSWERS, Needs


@get(
    "/api/dashboard",
    guards=[Needs("insight.dashboard.read")],
    tags=["Insight"],
    summary="What waits, today's numbers, trends",
    responses=ANSWERS,
)
async def show_dashboard(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor]
) -> Answer[Dashboard]:
    """The sections of your own home page; those that are not of your work, or not yours to see, are null."""
    return Answer(await reader_for(request, db, actor).read())


ROUTES = [show_dashboard]
