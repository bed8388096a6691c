"""JSON endpoints of people."""

from stockroom.people.api import accounts, audit, auth, departments, me, photos, reset, security

ROUTES = [
    *auth.ROUTES, *reset.ROUTES, *me.ROUTES, *photos.ROUTES, *accounts.ROUTES, *departments.ROUTES,
    *audit.ROUTES, *security.ROUTES,
]  # fmt: skip
