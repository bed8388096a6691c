"""What patients are owed: lines that were given in part."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.platform.db import Connection, fetch_all
from stockroom.platform.lists import Filter, ListSpec, Sort

# Both are asked only for a patient whom a scoped query has given to the caller.
# nosemgrep: unscoped-query (see above)
OF_PATIENT = """
select
    o.dispensing_id, o.line, h.number, h.at, o.product_id, c.name as product, c.unit, o.directions,
    trim_scale(o.owed) as owed
from dispensing.owed o
join dispensing.dispensing g on g.id = o.dispensing_id
join stock.document h on h.id = g.id
join catalog.product c on c.id = o.product_id
where g.patient_id in (select id from dispensing.patient where id = %(patient)s or merged_into_id = %(patient)s)
order by o.dispensing_id, o.line
"""

# nosemgrep: unscoped-query (see above)
OPEN_LINES = """
select o.dispensing_id, o.line, o.product_id, trim_scale(o.owed) as owed
from dispensing.owed o
join dispensing.dispensing g on g.id = o.dispensing_id
where o.dispensing_id = any(%(dispensings)s)
    and g.patient_id in (
        select id from dispensing.patient where id = %(patient)s or merged_into_id = %(patient)s)
"""


class OwedRow(msgspec.Struct, frozen=True):
    """An open rest in the list. ``available`` is what the place it is owed from could give today."""

    dispensing_id: UUID
    line: int
    number: str
    at: datetime
    patient_id: UUID
    patient: str
    file_number: str
    product_id: UUID
    product: str
    unit: str
    place_id: UUID
    place: str
    wanted: Decimal
    given: Decimal
    owed: Decimal
    available: Decimal


class OwedToPatient(msgspec.Struct, frozen=True):
    """An open rest on a patient's page."""

    dispensing_id: UUID
    line: int
    number: str
    at: datetime
    product_id: UUID
    product: str
    unit: str
    directions: str
    owed: Decimal


class OpenLine(msgspec.Struct, frozen=True):
    """A line that still owes."""

    dispensing_id: UUID
    line: int
    product_id: UUID
    owed: Decimal


OWED = ListSpec(
    name="owed",
    row=OwedRow,
    columns=(
        "o.dispensing_id, o.line, h.number, h.at, pt.id, pt.name, pt.file_number, o.product_id, c.name, c.unit,"
        " pl.id, pl.name, trim_scale(o.wanted), trim_scale(o.given), trim_scale(o.owed),"
        " trim_scale(coalesce((select sum(b.on_hand - b.reserved - b.on_hold) from stock.balance b"
        " join stock.batch t on t.id = b.batch_id where b.product_id = o.product_id and b.place_id = pl.id"
        " and t.status = 'available' and (t.expires_on is null or t.expires_on >= %(today)s::date)), 0))"
    ),
    source=(
        "dispensing.owed o join dispensing.dispensing g on g.id = o.dispensing_id"
        " join stock.document h on h.id = g.id join catalog.product c on c.id = o.product_id"
        " join stock.place pl on pl.id = g.place_id join dispensing.patient rec on rec.id = g.patient_id"
        " join dispensing.patient pt on pt.id = coalesce(rec.merged_into_id, rec.id)"
    ),
    scope="(%(departments)s::uuid[] is null or pt.department_id = any(%(departments)s::uuid[]))",
    sorts={
        "at": Sort("h.at", "timestamptz"),
        "patient": Sort("platform.fold(pt.name)"),
        "product": Sort("platform.fold(c.name)"),
    },
    default_sort="at",
    key=Sort("(o.dispensing_id::text || '-' || lpad(o.line::text, 4, '0'))"),
    filters={
        "patient_id": Filter(
            "pt.id = (select coalesce(m.merged_into_id, m.id) from dispensing.patient m where m.id = %(value)s)",
            UUID,
            "Id of the patient.",
        ),
        "product_id": Filter("o.product_id = %(value)s", UUID, "Id of the product."),
        "place_id": Filter("pl.id = %(value)s", UUID, "Id of the place that owes it."),
    },
    search="(pt.search_text || ' ' || c.search_text)",
)


async def list_owed_to_patient(db: Connection, patient_id: UUID) -> list[OwedToPatient]:
    """The oldest first; what duplicates merged into the patient are owed too."""
    return await fetch_all(db, OF_PATIENT, {"patient": patient_id}, OwedToPatient)


async def list_open_lines(
    db: Connection, *, patient_id: UUID, dispensings: Sequence[UUID]
) -> dict[tuple[UUID, int], OpenLine]:
    """By dispensing and line, what these dispensings still owe to this patient."""
    rows = await fetch_all(
        db, OPEN_LINES, {"patient": patient_id, "dispensings": list(dispensings)}, OpenLine
    )
    return {(row.dispensing_id, row.line): row for row in rows}
