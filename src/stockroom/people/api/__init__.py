"""JSON endpoints of people."""

from stockroom.people.api import accounts, audit, auth, departments, keys, me, roles, security

ROUTES = [
    *auth.ROUTES, *me.ROUTES, *accounts.ROUTES, *roles.ROUTES, *keys.ROUTES, *departments.ROUTES,
    *audit.ROUTES, *security.ROUTES,
]  # fmt: skip
