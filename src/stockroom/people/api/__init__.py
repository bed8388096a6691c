"""JSON endpoints of people."""

from stockroom.people.api import (
    accounts,
    audit,
    auth,
    departments,
    factors,
    me,
    photos,
    reset,
    second_factor,
    security,
)

ROUTES = [
    *auth.ROUTES, *second_factor.ROUTES, *reset.ROUTES, *me.ROUTES, *factors.ROUTES, *photos.ROUTES,
    *accounts.ROUTES, *departments.ROUTES,
    *audit.ROUTES, *security.ROUTES,
]  # fmt: skip
