"""Pages of dispensing."""

from stockroom.dispensing.pages import (
    dispense,
    dispensings,
    lookups,
    owed,
    patient_form,
    patients,
    photos,
    prescribers,
)
from stockroom.platform.errors import N_
from stockroom.platform.pages import NavItem

ROUTES = [
    *dispense.ROUTES, *dispensings.ROUTES, *owed.ROUTES, *patients.ROUTES, *patient_form.ROUTES,
    *photos.ROUTES,     *prescribers.ROUTES, *lookups.ROUTES,
]  # fmt: skip
NAV = [
    NavItem(N_("Work"), N_("Dispense"), "/dispense", "pill", "dispensing.dispensing.post", 10),
    NavItem(N_("Work"), N_("Dispensings"), "/dispensings", "prescription", "dispensing.dispensing.read", 10),
    NavItem(N_("Work"), N_("Owed to patients"), "/owed", "hourglass", "dispensing.dispensing.read", 11),
    NavItem(N_("Work"), N_("Patients"), "/patients", "bed", "dispensing.patient.read", 11),
    NavItem(
        N_("Organisation"), N_("Prescribers"), "/prescribers", "stethoscope", "dispensing.prescriber.read", 78
    ),
]
