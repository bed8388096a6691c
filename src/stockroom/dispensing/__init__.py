"""Dispensing: patients, prescribers, dispensings. The front door."""

from stockroom.dispensing.actions.dispense import dispense
from stockroom.dispensing.actions.dispensing_input import Answer, DispenseLine, DispensingInput
from stockroom.dispensing.actions.patients import PatientInput, create_patient
from stockroom.dispensing.actions.prescribers import (
    PrescriberInput,
    create_prescriber,
    set_prescriber_active,
)
from stockroom.dispensing.actions.read import note_shown as note_patients_shown
from stockroom.dispensing.actions.read import read_patient
from stockroom.dispensing.actions.take_back import (
    ReturnInput,
    ReturnLine,
    return_dispensed,
    reverse_dispensing,
)
from stockroom.dispensing.errors import WarningsUnanswered
from stockroom.dispensing.queries.dispensings import get_dispensing
from stockroom.dispensing.queries.patients import get_patient
from stockroom.dispensing.rules import Warned

__all__ = [
    "Answer", "DispenseLine", "DispensingInput", "PatientInput", "PrescriberInput", "ReturnInput", "ReturnLine",
    "Warned", "WarningsUnanswered", "create_patient", "create_prescriber", "dispense", "get_dispensing",
    "get_patient", "note_patients_shown", "read_patient", "return_dispensed", "reverse_dispensing",
    "set_prescriber_active",
]  # fmt: skip
