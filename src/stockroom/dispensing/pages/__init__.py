"""Pages of dispensing."""

from stockroom.dispensing.pages import lookups, patient_form, patients, prescribers
from stockroom.platform.errors import N_
from stockroom.platform.pages import NavItem

ROUTES = [*patients.ROUTES, *patient_form.ROUTES, *prescribers.ROUTES, *lookups.ROUTES]
NAV = [
    NavItem(N_("Work"), N_("Patients"), "/patients", "bed", "dispensing.patient.read", 22),
    NavItem(
        N_("Organisation"), N_("Prescribers"), "/prescribers", "stethoscope", "dispensing.prescriber.read", 78
    ),
]
