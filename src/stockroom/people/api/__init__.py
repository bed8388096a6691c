"""JSON endpoints of people."""

from stockroom.people.api import accounts, audit, auth, departments, me, photos, security

ROUTES = [
    *auth.ROUTES,
    *me.ROUTES,
    *photos.ROUTES,
    *accounts.ROUTES,
    *departments.ROUTES,
    *audit.ROUTES,
    *security.ROUTES,
]
