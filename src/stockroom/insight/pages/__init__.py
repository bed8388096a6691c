"""Pages of dashboards and search."""

from stockroom.insight.pages import guide, home, search, trends, verification
from stockroom.platform.errors import N_
from stockroom.platform.pages import NavItem

ROUTES = [*home.ROUTES, *trends.ROUTES, *search.ROUTES, *verification.ROUTES, *guide.ROUTES]
NAV = [
    NavItem("", N_("Home"), "/", "home", "", 0),
    NavItem(N_("System"), N_("Verify"), "/verify", "shield-check", "platform.audit.read", 94),
]
