"""JSON endpoints of dispensing."""

from stockroom.dispensing.api import corrections, dispensings, patients, photos, prescribers

ROUTES = [*patients.ROUTES, *photos.ROUTES, *prescribers.ROUTES, *dispensings.ROUTES, *corrections.ROUTES]
