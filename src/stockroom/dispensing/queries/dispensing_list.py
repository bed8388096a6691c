"""The list of dispensings."""

from datetime import datetime
from uuid import UUID

import msgspec

from stockroom.platform.lists import Filter, ListSpec, Sort


class DispensingRow(msgspec.Struct, frozen=True):
    """A dispensing in the list; ``medicines`` are its products, ``owes`` where a rest is open."""

    id: UUID
    number: str
    at: datetime
    patient_id: UUID
    patient: str
    file_number: str
    prescriber_id: UUID
    prescriber: str
    place_id: UUID
    place: str
    medicines: str
    actor_name: str
    owes: bool
    reversed: bool


DISPENSINGS = ListSpec(
    name="dispensings",
    row=DispensingRow,
    columns=(
        "g.id, d.number, d.at, pt.id, pt.name, pt.file_number, r.id, r.name, p.id, p.name,"
        " (select string_agg(c.name, ', ' order by l.line) from dispensing.dispensing_line l"
        " join catalog.product c on c.id = l.product_id where l.dispensing_id = g.id),"
        " d.actor_name, exists (select from dispensing.owed o where o.dispensing_id = g.id),"
        " exists (select from stock.document v where v.reverses_id = g.id and v.kind = 'reversal')"
    ),
    source=(
        "dispensing.dispensing g join stock.document d on d.id = g.id join stock.place p on p.id = g.place_id"
        " join dispensing.patient rec on rec.id = g.patient_id"
        " join dispensing.patient pt on pt.id = coalesce(rec.merged_into_id, rec.id)"
        " join dispensing.prescriber r on r.id = g.prescriber_id"
    ),
    scope=(
        "(%(departments)s::uuid[] is null or pt.department_id = any(%(departments)s::uuid[])"
        " or g.department_id = any(%(departments)s::uuid[]))"
    ),
    sorts={
        "at": Sort("d.at", "timestamptz"),
        "number": Sort("d.number"),
        "patient": Sort("platform.fold(pt.name)"),
    },
    default_sort="-at",
    key=Sort("g.id", "uuid"),
    filters={
        "patient_id": Filter(
            "g.patient_id in (select m.id from dispensing.patient m"
            " where m.id = %(value)s or m.merged_into_id = %(value)s)",
            UUID,
            "Id of the patient; what was given under merged duplicates counts.",
        ),
        "prescriber_id": Filter("g.prescriber_id = %(value)s", UUID, "Id of the prescriber."),
        "product_id": Filter(
            "exists (select from dispensing.dispensing_line l"
            " where l.dispensing_id = g.id and l.product_id = %(value)s)",
            UUID,
            "Id of a product on one of the lines.",
        ),
        "place_id": Filter("g.place_id = %(value)s", UUID, "Id of the place it was given from."),
        "department_id": Filter("g.department_id = %(value)s", UUID, "Id of the patient's department then."),
        "since": Filter("d.at >= %(value)s", datetime, "From this moment (ISO 8601 with zone)."),
        "until": Filter("d.at < %(value)s", datetime, "Before this moment (ISO 8601 with zone)."),
        "reversed": Filter(
            "exists (select from stock.document v where v.reverses_id = g.id and v.kind = 'reversal')"
            " = %(value)s",
            bool,
            "true or false.",
        ),
    },
    search="(platform.fold(d.number) || ' ' || pt.search_text || ' ' || r.search_text)",
)
