"""JSON endpoints of dispensing."""

from stockroom.dispensing.api import corrections, dispensings, patients, prescribers

ROUTES = [*patients.ROUTES, *prescribers.ROUTES, *dispensings.ROUTES, *corrections.ROUTES]
