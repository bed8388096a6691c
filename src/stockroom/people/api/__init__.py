"""JSON endpoints of people."""

from stockroom.people.api import (
    accounts,
    audit,
    auth,
    departments,
    factors,
    keys,
    me,
    photos,
    reset,
    roles,
    second_factor,
    security,
)

ROUTES = [
    *auth.ROUTES, *second_factor.ROUTES, *reset.ROUTES, *me.ROUTES, *factors.ROUTES, *photos.ROUTES,
    *accounts.ROUTES, *roles.ROUTES, *keys.ROUTES, *departments.ROUTES,
    *audit.ROUTES, *security.ROUTES,
]  # fmt: skip
