"""JSON endpoints of people."""

from stockroom.people.api import auth, departments

ROUTES = [*auth.ROUTES, *departments.ROUTES]
