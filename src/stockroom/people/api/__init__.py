"""JSON endpoints of people."""

from stockroom.people.api import accounts, audit, auth, departments, me, reset, security

ROUTES = [
    *auth.ROUTES, *reset.ROUTES, *me.ROUTES, *accounts.ROUTES, *departments.ROUTES, *audit.ROUTES,
    *security.ROUTES,
]  # fmt: skip
