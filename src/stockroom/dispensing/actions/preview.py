"""What a dispensing would take and warn of, said before it is posted. Reads only."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from stockroom.dispensing import errors
from stockroom.dispensing.actions.dispensing_input import DispenseLine
from stockroom.dispensing.actions.warnings import warnings_of
from stockroom.dispensing.queries.patients import Patient, find_patient
from stockroom.dispensing.queries.products import list_products
from stockroom.dispensing.rules import Warned
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection
from stockroom.platform.fields import StructInput
from stockroom.stock import Allocation, StockedProduct, TakeLine, preview_allocation

EVERYTHING = Decimal(10) ** 18


class PreviewInput(StructInput, frozen=True, kw_only=True):
    """A dispensing as far as it is written. Without a patient there are no allergies and no duplicates."""

    place_id: UUID
    patient_id: UUID | None = None
    lines: list[DispenseLine]


class PreviewedLine(msgspec.Struct, frozen=True):
    """The batches a line would come from. ``product`` is None where nobody knows it.

    ``choices`` are all batches of the product at the place, with what may be taken of each, and those that
    may not.
    """

    product: StockedProduct | None
    line: DispenseLine
    allocation: Allocation
    choices: Allocation


class Preview(msgspec.Struct, frozen=True):
    lines: list[PreviewedLine]
    warnings: list[Warned]


async def preview_dispensing(db: Connection, *, preview: PreviewInput, actor: Actor, at: datetime) -> Preview:
    """Nothing is locked and nothing is refused besides places and patients; a fixed number of statements.

    Raises PatientUnknown, PlaceUnknown, NotYourPlace, PlaceNotUsable.
    """
    patient = None if preview.patient_id is None else await _find_patient(db, preview.patient_id, actor)
    takes = [line.take() for line in preview.lines]
    found = await preview_allocation(db, place_id=preview.place_id, lines=takes, on=at.date(), actor=actor)
    choices = await _choices(db, preview, actor, at)
    products = await list_products(db, list(choices))
    lines = [
        PreviewedLine(products.get(line.product_id), line, item.allocation, choices[line.product_id])
        for line, item in zip(preview.lines, found, strict=True)
    ]
    known = [line.product for line in lines if line.product is not None]
    return Preview(lines, await _warnings(db, patient, known, preview.lines, at))


async def _choices(
    db: Connection, preview: PreviewInput, actor: Actor, at: datetime
) -> dict[UUID, Allocation]:
    """By product, what would be given if everything were wanted: all batches, in the order of FEFO."""
    ids = list(dict.fromkeys(line.product_id for line in preview.lines))
    takes = [TakeLine(product_id=product_id, quantity=EVERYTHING) for product_id in ids]
    found = await preview_allocation(db, place_id=preview.place_id, lines=takes, on=at.date(), actor=actor)
    return {product_id: item.allocation for product_id, item in zip(ids, found, strict=True)}


async def _find_patient(db: Connection, patient_id: UUID, actor: Actor) -> Patient:
    patient = await find_patient(db, patient_id, actor)
    if patient is not None and patient.merged_into_id is not None:
        patient = await find_patient(db, patient.merged_into_id, actor)
    if patient is None:
        raise errors.PatientUnknown
    return patient


async def _warnings(
    db: Connection,
    patient: Patient | None,
    products: Sequence[StockedProduct],
    lines: Sequence[DispenseLine],
    at: datetime,
) -> list[Warned]:
    settled = [line.settles_id for line in lines if line.settles_id is not None]
    return await warnings_of(db, patient, products, settled=settled, at=at)
