"""What a person writes of a dispensing."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from stockroom.platform.fields import Line, Note, StructInput
from stockroom.stock import TakeLine

LineNumber = Annotated[int, Meta(ge=1, le=1000)]


class DispenseLine(StructInput, frozen=True, kw_only=True):
    """A medicine for the patient, in base units. ``allow_partial`` gives what there is and owes the rest;
    ``settles_id`` and ``settles_line`` name a dispensing and its line whose owed rest this one gives."""

    product_id: UUID
    quantity: Decimal
    directions: Line = ""
    batch_id: UUID | None = None
    batch_reason: Line = ""
    allow_partial: bool = False
    settles_id: UUID | None = None
    settles_line: LineNumber | None = None

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
