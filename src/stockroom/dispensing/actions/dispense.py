"""Dispensing to a patient: FEFO over batches, warnings answered, never more than there is (H4)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from stockroom.dispensing import errors, rules
from stockroom.dispensing.queries.patients import Patient, find_patient, list_merged_ids, substances_given
from stockroom.dispensing.queries.prescribers import find_prescriber
from stockroom.dispensing.rules import PatientRisks, ProductRisks, Warned
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.fields import Line, Note, StructInput
from stockroom.stock import (
    OUTSIDE,
    Allocation,
    Posted,
    Posting,
    StockedProduct,
    TakeLine,
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
insert into dispensing.dispensing_line (dispensing_id, line, product_id, wanted, quantity, directions)
select %(id)s, line, product_id, wanted, quantity, directions
from unnest(%(products)s::uuid[], %(wanted)s::numeric[], %(quantities)s::numeric[], %(directions)s::text[])
    with ordinality as given (product_id, wanted, quantity, directions, line)
"""

INSERT_ANSWERS = """
insert into dispensing.answered_warning (dispensing_id, code, product_id, reason)
select %(id)s, code, product_id, reason
from unnest(%(codes)s::text[], %(products)s::uuid[], %(reasons)s::text[]) as given (code, product_id, reason)
"""


class DispenseLine(StructInput, frozen=True, kw_only=True):
    """A medicine for the patient, in base units. ``allow_partial`` gives what there is and owes the rest."""

    product_id: UUID
    quantity: Decimal
    directions: Line = ""
    batch_id: UUID | None = None
    batch_reason: Line = ""
    allow_partial: bool = False

    def take(self) -> TakeLine:
        return TakeLine(
            product_id=self.product_id,
            quantity=self.quantity,
            batch_id=self.batch_id,
            batch_reason=self.batch_reason,
            allow_partial=self.allow_partial,
        )


class Answer(StructInput, frozen=True, kw_only=True):
    """Why a warning does not stand in the way."""

    code: Line
    product_id: UUID
    reason: Line


class DispensingInput(StructInput, frozen=True, kw_only=True):
    """What is given to a patient on a prescriber's word, from one place."""

    patient_id: UUID
    prescriber_id: UUID
    place_id: UUID
    lines: list[DispenseLine]
    answers: list[Answer] = msgspec.field(default_factory=list[Answer])
    note: Note = ""


class Prepared(msgspec.Struct, frozen=True):
    """A dispensing before it is posted: what each line will take, and the warnings."""

    patient: Patient
    products: dict[UUID, StockedProduct]
    allocations: list[Allocation]
    warnings: list[Warned]


async def prepare_dispensing(
    db: Connection, *, dispensing: DispensingInput, actor: Actor, at: datetime
) -> Prepared:
    """Everything that is decided before anything is written; the products are locked.

    Raises the refusals of lines, patients, prescribers, places and batches, and StockShort.
    """
    check_line_count(dispensing.lines)
    patient = await _require_patient(db, dispensing.patient_id, actor)
    await _require_prescriber(db, dispensing.prescriber_id)
    await require_places(db, actor, place_id=dispensing.place_id)
    ids = [line.product_id for line in dispensing.lines]
    products = await lock_products(db, ids)
    balances = await list_balances(db, products=ids, place=dispensing.place_id)
    allocations = allocate_lines([line.take() for line in dispensing.lines], products, balances, on=at.date())
    warnings = await _warnings(db, patient, [products[product_id] for product_id in ids], at=at)
    return Prepared(patient, products, allocations, warnings)


async def dispense(db: Connection, *, dispensing: DispensingInput, actor: Actor, at: datetime) -> Posted:
    """Raises as prepare_dispensing, and WarningsUnanswered with the warnings as its facts."""
    ready = await prepare_dispensing(db, dispensing=dispensing, actor=actor, at=at)
    answered = _answered(ready.warnings, dispensing.answers)
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
    posted = await post(db, posting, moves, actor=actor, facts=_facts(dispensing, ready, answered))
    await _insert(db, posted.id, dispensing, ready, answered)
    return posted


async def _require_patient(db: Connection, patient_id: UUID, actor: Actor) -> Patient:
    """The patient, or the record it was merged into."""
    patient = await find_patient(db, patient_id, actor)
    if patient is not None and patient.merged_into_id is not None:
        patient = await find_patient(db, patient.merged_into_id, actor)
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


async def _warnings(
    db: Connection, patient: Patient, products: Sequence[StockedProduct], *, at: datetime
) -> list[Warned]:
    same = await list_merged_ids(db, patient.id)
    given = await substances_given(db, same, since=at - timedelta(hours=rules.DUPLICATE_HOURS))
    risks = PatientRisks(patient.allergy_groups, patient.allergies, given)
    return rules.warnings_for(risks, [risks_of(product) for product in products])


def risks_of(product: StockedProduct) -> ProductRisks:
    return ProductRisks(
        product_id=product.id,
        name=product.name,
        generic_name=product.generic_name,
        atc_code=product.atc_code,
        high_alert=product.high_alert,
        look_alike=product.look_alike,
        controlled_class=product.controlled_class,
        allergy_groups=product.allergy_groups,
    )


def _answered(warnings: Sequence[Warned], answers: Sequence[Answer]) -> list[Answer]:
    """Each warning with its answer; an answer to nothing or without a reason is refused."""
    wanted = {(warning.code, warning.product_id): warning for warning in warnings}
    given: dict[tuple[str, UUID], Answer] = {}
    for index, answer in enumerate(answers):
        if not answer.reason.strip():
            raise errors.AnswerReasonMissing(at=f"/answers/{index}/reason")
        if (answer.code, answer.product_id) not in wanted:
            raise errors.AnswerUnknown(at=f"/answers/{index}")
        given[answer.code, answer.product_id] = answer
    open_ones = [warning for key, warning in wanted.items() if key not in given]
    if open_ones:
        raise errors.WarningsUnanswered(warnings=open_ones)
    return list(given.values())


def _facts(dispensing: DispensingInput, ready: Prepared, answered: Sequence[Answer]) -> Mapping[str, Any]:
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
        "answers": answered,
    }


async def _insert(
    db: Connection,
    document_id: UUID,
    dispensing: DispensingInput,
    ready: Prepared,
    answered: Sequence[Answer],
) -> None:
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
        "directions": [line.directions for line in dispensing.lines],
    }
    await execute(db, INSERT_LINES, lines)
    if answered:
        answers = {
            "id": document_id,
            "codes": [answer.code for answer in answered],
            "products": [answer.product_id for answer in answered],
            "reasons": [answer.reason.strip() for answer in answered],
        }
        await execute(db, INSERT_ANSWERS, answers)
