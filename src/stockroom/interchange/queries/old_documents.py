"""Documents of an old system, kept to be read."""

from collections.abc import Collection
from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_all, fetch_one
from stockroom.platform.errors import NotFound
from stockroom.platform.lists import Filter, ListSpec, Sort

KEPT = """
select d.source_id, d.digest from interchange.old_document d where d.system = %(system)s
"""

OLD_DOCUMENT = """
select d.id, d.system, d.kind, d.old_id, d.dated, d.summary, d.content
from interchange.old_document d
where d.id = %(id)s
    and (%(departments)s::uuid[] is null or d.departments && %(departments)s::uuid[])
"""

PRODUCTS_NAMED = """
select given.key, p.id, p.name
from unnest(%(keys)s::text[]) as given (key)
join interchange.imported i on i.source_id = 'alorf:medicine:' || given.key
join catalog.product p on p.id = i.entity_id::uuid
"""

Kind = Literal["purchase", "consumption", "transfer", "activity", "record"]


class NamedProduct(msgspec.Struct, frozen=True):
    """What an old medicine id is called here."""

    key: str
    id: UUID
    name: str


class Kept(msgspec.Struct, frozen=True):
    source_id: str
    digest: str


class OldDocument(msgspec.Struct, frozen=True):
    """A document of the old system, or a record of which something found no place here (``record``).

    ``dated`` is the day it bears, or was entered on; null where nobody knows.
    """

    id: UUID
    system: str
    kind: str
    old_id: str
    dated: date | None
    summary: str


class WholeOldDocument(OldDocument, frozen=True):
    """``content`` is all that was known of it; ``content.raw`` its JSON as it stood, secrets removed."""

    content: dict[str, Any]


OLD_DOCUMENTS = ListSpec(
    name="old_documents",
    row=OldDocument,
    columns="d.id, d.system, d.kind, d.old_id, d.dated, d.summary",
    source="interchange.old_document d",
    sorts={
        "dated": Sort("coalesce(d.dated, '0001-01-01'::date)", "date"),
        "old_id": Sort("d.old_id"),
    },
    default_sort="-dated",
    scope="(%(departments)s::uuid[] is null or d.departments && %(departments)s::uuid[])",
    key=Sort("d.id", "uuid"),
    filters={
        "kind": Filter("d.kind = %(value)s", Kind, "Purchase, consumption, transfer, activity or record."),
        "since": Filter("d.dated >= %(value)s", date, "From this day."),
        "until": Filter("d.dated <= %(value)s", date, "Up to this day."),
    },
    search="d.search_text",
)


async def list_kept(db: Connection, system: str) -> dict[str, str]:
    """The digest of every document kept, by its id in the old system."""
    return {row.source_id: row.digest for row in await fetch_all(db, KEPT, {"system": system}, Kept)}


async def name_products(db: Connection, keys: Collection[str]) -> dict[str, NamedProduct]:
    """The products here by their old ids; what did not come over is absent."""
    rows = await fetch_all(db, PRODUCTS_NAMED, {"keys": sorted(keys)}, NamedProduct)
    return {row.key: row for row in rows}


async def get_old_document(db: Connection, document_id: UUID, actor: Actor) -> WholeOldDocument:
    """Raises NotFound, for documents of other departments too."""
    params = {"id": document_id, "departments": actor.department_list()}
    found = await fetch_one(db, OLD_DOCUMENT, params, WholeOldDocument)
    if found is None:
        raise NotFound
    return found
