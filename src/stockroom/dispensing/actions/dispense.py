"""Dispensing to a patient: FEFO over batches, warnings answered, never more than there is (H4)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from stockroom.dispensing import errors, rules
from stockroom.dispensing.actions.dispensing_input import Answer, DispenseLine, DispensingInput
from stockroom.dispensing.actions.owed import Settling, require_owed
from stockroom.dispensing.actions.warnings import warnings_of
from stockroom.dispensing.queries.patients import Patient, find_patient_for_update
from stockroom.dispensing.queries.prescribers import find_prescriber
from stockroom.dispensing.rules import Warned
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.stock import (
    OUTSIDE,
    Allocation,
    Posted,
    Posting,
    StockedProduct,
    allocate_lines,
    check_line_count,
    list_balances,
    lock_products,
    moves_of,
    post,
    require_places,
)

INSERT_DISPENSING = """
insert into dispensing.dispensing (id, patient_id, prescriber_id, department_id, place_id)
values (%(id)s, %(patient_id)s, %(prescriber_id)s, %(department_id)s, %(place_id)s)
"""

INSERT_LINES = """
insert into dispensing.dispensing_line
    (dispensing_id, line, product_id, wanted, quantity, directions, settles_id, settles_line)
select %(id)s, line, product_id, wanted, quantity, directions, settles_id, settles_line
from unnest(
    %(products)s::uuid[], %(wanted)s::numeric[], %(quantities)s::numeric[], %(directions)s::text[],
    %(settles_ids)s::uuid[], %(settles_lines)s::integer[])
    with ordinality as given (product_id, wanted, quantity, directions, settles_id, settles_line, line)
"""

INSERT_ANSWERS = """
insert into dispensing.answered_warning (dispensing_id, code, product_id, reason)
select %(id)s, code, product_id, reason
from unnest(%(codes)s::text[], %(products)s::uuid[], %(reasons)s::text[]) as given (code, product_id, reason)
"""


class Prepared(msgspec.Struct, frozen=True):
    """A dispensing before it is posted: what each line will take, and the warnings."""

    patient: Patient
    products: dict[UUID, StockedProduct]
    allocations: list[Allocation]
    warnings: list[Warned]


async def dispense(db: Connection, *, dispensing: DispensingInput, actor: Actor, at: datetime) -> Posted:
    """Raises the refusals of lines, patients, prescribers, places, products, batches and owed rests, StockShort,
    and WarningsUnanswered with the warnings as its facts; then nothing is written.
    """
    ready = await _prepare(db, dispensing, actor, at)
    answers = _answered(ready.warnings, dispensing.answers)
    posting = Posting(
        kind="dispensing",
        at=at,
        from_place_id=dispensing.place_id,
        to_place_id=OUTSIDE["patient"],
        note=dispensing.note,
    )
    moves = moves_of(
        [line.take() for line in dispensing.lines],
        ready.allocations,
        from_place_id=dispensing.place_id,
        to_place_id=OUTSIDE["patient"],
    )
    posted = await post(db, posting, moves, actor=actor, facts=_facts(dispensing, ready, answers))
    await _insert(db, posted.id, dispensing, ready)
    if answers:
        await _insert_answers(db, posted.id, answers)
    return posted


async def _prepare(db: Connection, dispensing: DispensingInput, actor: Actor, at: datetime) -> Prepared:
    """Everything that is decided before anything is written; first the patient, then the products are locked."""
    check_line_count(dispensing.lines)
    patient = await _require_patient(db, dispensing.patient_id, actor)
    await _require_prescriber(db, dispensing.prescriber_id)
    await require_places(db, actor, place_id=dispensing.place_id)
    ids = [line.product_id for line in dispensing.lines]
    products = await lock_products(db, ids)
    balances = await list_balances(db, products=ids, place=dispensing.place_id)
    allocations = allocate_lines([line.take() for line in dispensing.lines], products, balances, on=at.date())
    settling = _settling(dispensing.lines)
    await require_owed(db, patient_id=patient.id, settling=settling)
    warnings = await warnings_of(
        db,
        patient,
        [products[product_id] for product_id in ids],
        settled=[item.dispensing_id for item in settling],
        at=at,
    )
    return Prepared(patient, products, allocations, warnings)


def _settling(lines: Sequence[DispenseLine]) -> list[Settling]:
    """Raises OwedUnknown where only half of the reference is given."""
    found: list[Settling] = []
    for index, line in enumerate(lines):
        if line.settles_id is not None and line.settles_line is not None:
            found.append(Settling(index, line.settles_id, line.settles_line, line.product_id, line.quantity))
        elif line.settles_id is not None or line.settles_line is not None:
            raise errors.OwedUnknown(at=f"/lines/{index}/settles_id")
    return found


async def _require_patient(db: Connection, patient_id: UUID, actor: Actor) -> Patient:
    """The patient, locked, or the record it was merged into."""
    patient = await find_patient_for_update(db, patient_id, actor)
    if patient is not None and patient.merged_into_id is not None:
        patient = await find_patient_for_update(db, patient.merged_into_id, actor)
    if patient is None:
        raise errors.PatientUnknown
    if not patient.active:
        raise errors.PatientArchived
    return patient


async def _require_prescriber(db: Connection, prescriber_id: UUID) -> None:
    prescriber = await find_prescriber(db, prescriber_id)
    if prescriber is None:
        raise errors.PrescriberUnknown
    if not prescriber.active:
        raise errors.PrescriberArchived


def _answered(warnings: Sequence[Warned], answers: Sequence[Answer]) -> list[Answer]:
    """One answer a warning; an answer to nothing or without a reason is refused."""
    for index, answer in enumerate(answers):
        if not answer.reason.strip():
            raise errors.ReasonMissing(at=f"/answers/{index}/reason")
    given = {(answer.code, answer.product_id): answer for answer in answers}
    open_ones, strays = rules.unanswered(warnings, [(answer.code, answer.product_id) for answer in answers])
    if strays:
        raise errors.AnswerUnknown(at=f"/answers/{strays[0]}")
    if open_ones:
        raise errors.WarningsUnanswered(warnings=open_ones)
    return list(given.values())


def _facts(dispensing: DispensingInput, ready: Prepared, answers: Sequence[Answer]) -> Mapping[str, Any]:
    return {
        "patient_id": ready.patient.id,
        "prescriber_id": dispensing.prescriber_id,
        "place_id": dispensing.place_id,
        "lines": [
            {
                "product": ready.products[line.product_id].name,
                "wanted": line.quantity,
                "given": allocation.total,
            }
            for line, allocation in zip(dispensing.lines, ready.allocations, strict=True)
        ],
        "answers": answers,
    }


async def _insert(db: Connection, document_id: UUID, dispensing: DispensingInput, ready: Prepared) -> None:
    head = {
        "id": document_id,
        "patient_id": ready.patient.id,
        "prescriber_id": dispensing.prescriber_id,
        "department_id": ready.patient.department_id,
        "place_id": dispensing.place_id,
    }
    await execute(db, INSERT_DISPENSING, head)
    lines = {
        "id": document_id,
        "products": [line.product_id for line in dispensing.lines],
        "wanted": [line.quantity for line in dispensing.lines],
        "quantities": [allocation.total for allocation in ready.allocations],
        "directions": [line.directions.strip() for line in dispensing.lines],
        "settles_ids": [line.settles_id for line in dispensing.lines],
        "settles_lines": [line.settles_line for line in dispensing.lines],
    }
    await execute(db, INSERT_LINES, lines)


async def _insert_answers(db: Connection, document_id: UUID, answers: Sequence[Answer]) -> None:
    rows = {
        "id": document_id,
        "codes": [answer.code for answer in answers],
        "products": [answer.product_id for answer in answers],
        "reasons": [answer.reason.strip() for answer in answers],
    }
    await execute(db, INSERT_ANSWERS, rows)
