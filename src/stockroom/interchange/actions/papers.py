"""Old documents, kept whole to be read."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import msgspec

from stockroom.interchange import rules
from stockroom.interchange.actions.intake import SYSTEM, Intake
from stockroom.interchange.alorf import Finding, plan
from stockroom.interchange.queries.old_documents import list_kept
from stockroom.platform.db import execute
from stockroom.platform.ids import new_id

CHUNK = 500
SUMMARY_LIMIT = 300
TABLES = {
    "purchase": "purchases",
    "consumption": "consumption",
    "transfer": "transfers",
    "activity": "history",
}
RECORD = "record"

KEEP = """
insert into interchange.old_document
    (id, source_id, system, kind, old_id, dated, summary, departments, content, digest)
select id, source_id, %(system)s, kind, old_id, dated, summary, departments::uuid[], content::jsonb, digest
from unnest(
    %(ids)s::uuid[], %(sources)s::text[], %(kinds)s::text[], %(old_ids)s::text[], %(dates)s::date[],
    %(summaries)s::text[], %(departments)s::text[], %(contents)s::text[], %(digests)s::text[]
) as given (id, source_id, kind, old_id, dated, summary, departments, content, digest)
"""


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of one old document or record."""

    source_id: str
    kind: str
    old_id: str
    dated: date | None
    summary: str
    departments: list[UUID]
    content: msgspec.Struct


class Names(msgspec.Struct, frozen=True):
    """What old ids are called, for the summaries."""

    suppliers: Mapping[str, str]
    patients: Mapping[str, str]
    departments: Mapping[str, str]
    stores: Mapping[str, str]
    products: Mapping[str, str]
    department_of_store: Mapping[str, str | None]


async def take_papers(intake: Intake, planned: plan.Plan) -> None:
    """Every old document, and every record of which something found no place."""
    names = _names(planned)
    kept = await list_kept(intake.db, SYSTEM)
    fresh: list[Paper] = []
    for item in planned.documents:
        before = kept.get(item.source_id)
        if _is_new(intake, TABLES[item.kind], item, before):
            fresh.append(_document(intake, item, names))
    fresh += [
        _record(intake, entity, item)
        for entity, item in intake.unplaced.values()
        if item.source_id not in kept
    ]
    for start in range(0, len(fresh), CHUNK):
        await _keep(intake, fresh[start : start + CHUNK])


def _is_new(intake: Intake, table: str, item: plan.Document, before: str | None) -> bool:
    tally = intake.count(table)
    if before is None:
        tally.created += 1
        intake.brought_papers = True
        return True
    tally.already += 1
    if before != rules.digest(item):
        tally.different += 1
        intake.tell(table, item.old_id, "difference", Finding("document_changed"))
    return False


def _names(planned: plan.Plan) -> Names:
    return Names(
        suppliers={one.key: one.name for one in planned.suppliers},
        patients={one.key: one.file_number for one in planned.patients},
        departments={one.key: one.name for one in planned.departments},
        stores={one.key: one.name for one in planned.places},
        products={one.key: one.name for one in planned.products},
        department_of_store={one.key: one.department_key for one in planned.places},
    )


def _document(intake: Intake, item: plan.Document, names: Names) -> Paper:
    return Paper(
        source_id=item.source_id,
        kind=item.kind,
        old_id=item.old_id,
        dated=item.on or (intake.moment(item.created_at).date() if item.created_at else None),
        summary=_summary(item, names),
        departments=_departments(intake, item, names),
        content=item,
    )


def _summary(item: plan.Document, names: Names) -> str:
    """The number, who was concerned, and the medicines: what people search for."""
    known = {
        "supplier": names.suppliers,
        "patient": names.patients,
        "department": names.departments,
        "store": names.stores,
        "source": names.stores,
        "destination": names.stores,
    }
    parties = [known.get(role, {}).get(who, who) for role, who in item.parties.items()]
    goods = [names.products.get(line.old_medicine_id, line.old_medicine_id) for line in item.lines]
    text = " · ".join(part for part in (item.number, *parties, ", ".join(filter(None, goods))) if part)
    return rules.Fitting().line("summary", text, SUMMARY_LIMIT)


def _departments(intake: Intake, item: plan.Document, names: Names) -> list[UUID]:
    roles = ("store", "source", "destination")
    stores = [names.department_of_store.get(item.parties.get(role, "")) for role in roles]
    keys = {item.parties.get("department"), *stores} - {None}
    found = {intake.id_of("department", key) for key in keys}
    return sorted(one for one in found if one is not None)


def _record(intake: Intake, entity: str, item: plan.Item) -> Paper:
    key = str(getattr(item, "key", item.source_id))
    department = intake.id_of("department", getattr(item, "department_key", None))
    name = getattr(item, "name", "")
    made = getattr(item, "created_at", None)
    return Paper(
        source_id=item.source_id,
        kind=RECORD,
        old_id=f"{entity} {key}",
        dated=intake.moment(made).date() if made else None,
        summary=rules.Fitting().line("summary", str(name), SUMMARY_LIMIT),
        departments=[department] if department else [],
        content=item,
    )


async def _keep(intake: Intake, rows: Sequence[Paper]) -> None:
    await execute(
        intake.db,
        KEEP,
        {
            "system": SYSTEM,
            "ids": [new_id() for _ in rows],
            "sources": [row.source_id for row in rows],
            "kinds": [row.kind for row in rows],
            "old_ids": [row.old_id for row in rows],
            "dates": [row.dated for row in rows],
            "summaries": [row.summary for row in rows],
            "departments": ["{" + ",".join(map(str, row.departments)) + "}" for row in rows],
            "contents": [msgspec.json.encode(row.content).decode() for row in rows],
            "digests": [rules.digest(row.content) for row in rows],
        },
    )
