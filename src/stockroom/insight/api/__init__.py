"""JSON endpoints of dashboards and search."""

from stockroom.insight.api import dashboard, search, verification

ROUTES = [*dashboard.ROUTES, *search.ROUTES, *verification.ROUTES]
