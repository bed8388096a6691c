"""Documents as people read them, and the movements of the ledger."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, fetch_all, fetch_one
from stockroom.platform.errors import NotFound
from stockroom.platform.lists import Filter, ListSpec, Sort

# Seen by those who may see one of its places; what came from outside or left has only one.
HEADER = """
select
    d.id, d.kind, d.number, d.at, d.recorded_at, d.actor_name, d.from_place_id, f.name as from_place_name,
    d.to_place_id, w.name as to_place_name, d.reason, d.note, d.reverses_id, o.number as reverses_number
from stock.document d
left join stock.place f on f.id = d.from_place_id
left join stock.place w on w.id = d.to_place_id
left join stock.document o on o.id = d.reverses_id
where d.id = %(id)s and (%(kind)s::text is null or d.kind = %(kind)s)
    and (%(departments)s::uuid[] is null or f.department_id = any(%(departments)s::uuid[])
        or w.department_id = any(%(departments)s::uuid[]))
"""

LINES = """
select
    m.line, m.seq, m.product_id, pr.code as product_code, pr.name as product_name, pr.unit, m.batch_id,
    t.code as batch_code, t.expires_on, m.from_place_id, m.to_place_id, trim_scale(m.quantity) as quantity,
    case when %(prices)s then m.unit_cost end as unit_cost,
    trim_scale(coalesce((select sum(r.quantity) from stock.movement r where r.reverses_seq = m.seq), 0))
        as reversed
from stock.movement m
join catalog.product pr on pr.id = m.product_id
join stock.batch t on t.id = m.batch_id
where m.document_id = %(id)s
order by m.seq
"""

CORRECTIONS = """
select c.id, c.number, c.kind from stock.document c where c.reverses_id = %(id)s order by c.number
"""

DocumentKind = Literal[
    "receipt",
    "issue",
    "transfer",
    "adjustment",
    "disposal",
    "dispensing",
    "return",
    "opening",
    "reversal",
]
Moment = Annotated[datetime, Meta(tz=True)]


class DocumentLink(msgspec.Struct, frozen=True):
    """Another document that corrects this one."""

    id: UUID
    number: str
    kind: str


class DocumentHeader(msgspec.Struct, frozen=True):
    """``at`` is when it happened, ``recorded_at`` when it was entered."""

    id: UUID
    kind: str
    number: str
    at: datetime
    recorded_at: datetime
    actor_name: str
    from_place_id: UUID | None
    from_place_name: str | None
    to_place_id: UUID | None
    to_place_name: str | None
    reason: str
    note: str
    reverses_id: UUID | None
    reverses_number: str | None


class DocumentLine(msgspec.Struct, frozen=True):
    """A quantity of one batch, in base units; a line that took several batches has several rows."""

    line: int
    seq: int
    product_id: UUID
    product_code: str
    product_name: str
    unit: str
    batch_id: UUID
    batch_code: str
    expires_on: date | None
    from_place_id: UUID
    to_place_id: UUID
    quantity: Decimal
    unit_cost: Decimal | None
    reversed: Decimal


class WholeDocument(msgspec.Struct, frozen=True):
    """A posted document with its lines, and what it corrects or is corrected by."""

    id: UUID
    kind: str
    number: str
    at: datetime
    recorded_at: datetime
    actor_name: str
    from_place_id: UUID | None
    from_place_name: str | None
    to_place_id: UUID | None
    to_place_name: str | None
    reason: str
    note: str
    reverses_id: UUID | None
    reverses_number: str | None
    corrections: list[DocumentLink]
    lines: list[DocumentLine]

    @property
    def is_reversible(self) -> bool:
        """Whole documents only, once; a reversal is posted again instead."""
        return self.kind not in ("reversal", "return") and not any(line.reversed for line in self.lines)


class ListedDocument(msgspec.Struct, frozen=True):
    """A document in a list; ``reversed`` where another one takes it back."""

    id: UUID
    kind: str
    number: str
    at: datetime
    actor_name: str
    from_place_name: str | None
    to_place_name: str | None
    reason: str
    note: str
    lines: int
    reversed: bool


class Movement(msgspec.Struct, frozen=True):
    """A line of the ledger, in base units. ``seq`` is the ledger's order."""

    seq: int
    at: datetime
    document_id: UUID
    number: str
    kind: str
    line: int
    product_id: UUID
    product_name: str
    unit: str
    batch_id: UUID
    batch_code: str
    from_place_id: UUID
    from_place_name: str
    to_place_id: UUID
    to_place_name: str
    quantity: Decimal
    unit_cost: Decimal | None
    reverses_seq: int | None


DOCUMENTS = ListSpec(
    name="documents",
    row=ListedDocument,
    columns=(
        "d.id, d.kind, d.number, d.at, d.actor_name, f.name, w.name, d.reason, d.note,"
        " (select count(distinct m.line) from stock.movement m where m.document_id = d.id),"
        " exists (select from stock.document c where c.reverses_id = d.id and c.kind = 'reversal')"
    ),
    source=(
        "stock.document d left join stock.place f on f.id = d.from_place_id"
        " left join stock.place w on w.id = d.to_place_id"
    ),
    scope=(
        "(%(kind)s::text is null or d.kind = %(kind)s)"
        " and (%(departments)s::uuid[] is null or f.department_id = any(%(departments)s::uuid[])"
        "  or w.department_id = any(%(departments)s::uuid[]))"
    ),
    sorts={"at": Sort("d.at", "timestamptz"), "number": Sort("d.number")},
    default_sort="-at",
    key=Sort("d.id", "uuid"),
    filters={
        "kind": Filter("d.kind = %(value)s", DocumentKind, "Kind of document."),
        "place_id": Filter(
            "(d.from_place_id = %(value)s or d.to_place_id = %(value)s)", UUID, "From or to this place."
        ),
        "product_id": Filter(
            "exists (select from stock.movement m where m.document_id = d.id and m.product_id = %(value)s)",
            UUID,
            "Names this product.",
        ),
        "since": Filter("d.at >= %(value)s", Moment, "From this moment (ISO 8601 with zone)."),
        "until": Filter("d.at < %(value)s", Moment, "Before this moment (ISO 8601 with zone)."),
    },
    search="d.search_text",
)

MOVEMENTS = ListSpec(
    name="movements",
    row=Movement,
    columns=(
        "m.seq, m.at, m.document_id, d.number, d.kind, m.line, m.product_id, pr.name, pr.unit, m.batch_id,"
        " t.code, m.from_place_id, f.name, m.to_place_id, w.name, trim_scale(m.quantity),"
        " case when %(prices)s then m.unit_cost end, m.reverses_seq"
    ),
    source=(
        "stock.movement m left join stock.document d on d.id = m.document_id"
        " left join catalog.product pr on pr.id = m.product_id left join stock.batch t on t.id = m.batch_id"
        " left join stock.place f on f.id = m.from_place_id left join stock.place w on w.id = m.to_place_id"
    ),
    scope=(
        "(%(departments)s::uuid[] is null or f.department_id = any(%(departments)s::uuid[])"
        " or w.department_id = any(%(departments)s::uuid[]))"
    ),
    sorts={"seq": Sort("m.seq", "bigint")},
    default_sort="-seq",
    key=Sort("m.seq", "bigint"),
    filters={
        "product_id": Filter("m.product_id = %(value)s", UUID, "Movements of this product."),
        "batch_id": Filter("m.batch_id = %(value)s", UUID, "Movements of this batch."),
        "place_id": Filter(
            "(m.from_place_id = %(value)s or m.to_place_id = %(value)s)", UUID, "From or to this place."
        ),
        "document_id": Filter("m.document_id = %(value)s", UUID, "Movements of this document."),
        "kind": Filter("d.kind = %(value)s", DocumentKind, "Kind of document."),
        "since": Filter("m.at >= %(value)s", Moment, "From this moment (ISO 8601 with zone)."),
        "until": Filter("m.at < %(value)s", Moment, "Before this moment (ISO 8601 with zone)."),
    },
    search="d.search_text",
)


def document_scope(actor: Actor, kind: str | None = None) -> dict[str, object]:
    """What fills the lists of documents and movements."""
    return {
        "departments": actor.department_list(),
        "prices": actor.may("catalog.price.read"),
        "kind": kind,
    }


async def get_whole_document(
    db: Connection, document_id: UUID, *, actor: Actor, kind: str | None = None
) -> WholeDocument:
    """Three statements whatever the lines. Raises NotFound, also where no place of it is the actor's."""
    params = document_scope(actor, kind) | {"id": document_id}
    header = await fetch_one(db, HEADER, params, DocumentHeader)
    if header is None:
        raise NotFound
    return WholeDocument(
        **msgspec.structs.asdict(header),
        corrections=await fetch_all(db, CORRECTIONS, params, DocumentLink),
        lines=await fetch_all(db, LINES, params, DocumentLine),
    )
