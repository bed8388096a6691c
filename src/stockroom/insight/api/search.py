"""JSON endpoint of the search."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Meta

from stockroom.insight import rules
from stockroom.insight.queries.search import MOST_CHARACTERS
from stockroom.insight.reading import AnyRequest, search_for
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.fields import StructInput, convert
from stockroom.platform.web import ANSWERS, Needs


class SearchQuery(StructInput, frozen=True, kw_only=True):
    """Scanners send control characters between the parts of a code; only NUL is none of theirs."""

    q: Annotated[str, Meta(min_length=1, max_length=MOST_CHARACTERS, pattern=r"^[^\x00]*$")]


class SearchHit(msgspec.Struct, frozen=True):
    """``kind`` is product, patient, supplier, batch or document; ``note`` is its code, file number, city,
    product or kind. ``rank`` is 0 for the very code, 1 for a beginning, 2 for all words, 3 for a likeness."""

    kind: str
    id: UUID
    title: str
    note: str
    url: str
    rank: int


class SearchAnswer(msgspec.Struct, frozen=True):
    """At most eight hits of each kind, the best first within their kind."""

    items: list[SearchHit]


@get(
    "/api/search",
    guards=[Needs("", keys=True)],
    tags=["Insight"],
    summary="Search products, patients, suppliers, batches and documents",
    responses=ANSWERS,
)
async def search_everything(
    request: AnyRequest, db: NamedDependency[Connection], actor: NamedDependency[Actor], q: FromQuery[str]
) -> SearchAnswer:
    """Accents and small typing errors are forgiven; a scanned GS1 code finds its product and batch."""
    asked = convert({"q": q}, SearchQuery)
    return SearchAnswer(
        [
            SearchHit(
                one.kind,
                one.id,
                one.title,
                one.note,
                rules.found_url(one.kind, one.id, one.note, actor),
                one.rank,
            )
            for one in await search_for(request, db, actor, asked.q)
        ]
    )


ROUTES = [search_everything]
