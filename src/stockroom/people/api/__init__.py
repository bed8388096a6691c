"""JSON endpoints of people."""

from stockroom.people.api import accounts, audit, auth, departments, me

ROUTES = [*auth.ROUTES, *me.ROUTES, *accounts.ROUTES, *departments.ROUTES, *audit.ROUTES]
