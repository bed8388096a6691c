"""JSON endpoints of people."""

from stockroom.people.api import accounts, audit, auth, departments, factors, me, second_factor, security

ROUTES = [
    *auth.ROUTES, *second_factor.ROUTES, *me.ROUTES, *factors.ROUTES, *accounts.ROUTES, *departments.ROUTES,
    *audit.ROUTES, *security.ROUTES,
]  # fmt: skip
