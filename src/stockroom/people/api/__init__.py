"""JSON endpoints of people."""

from stockroom.people.api import accounts, audit, auth, departments, me, security

ROUTES = [*auth.ROUTES, *me.ROUTES, *accounts.ROUTES, *departments.ROUTES, *audit.ROUTES, *security.ROUTES]
