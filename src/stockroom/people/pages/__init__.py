"""Pages of people."""

from stockroom.people.pages import (
    access,
    accounts,
    audit,
    departments,
    factors,
    keys,
    me,
    photos,
    reset,
    roles,
    second_factor,
    security,
    sign_in,
    step_up,
)
from stockroom.platform.errors import N_
from stockroom.platform.pages import NavItem

ROUTES = [
    *sign_in.ROUTES, *second_factor.ROUTES, *step_up.ROUTES, *reset.ROUTES, *me.ROUTES, *factors.ROUTES,
    *photos.ROUTES, *accounts.ROUTES, *access.ROUTES, *roles.ROUTES, *keys.ROUTES, *departments.ROUTES,
    *audit.ROUTES, *security.ROUTES,
]  # fmt: skip
NAV = [
    NavItem(N_("Organisation"), N_("Departments"), "/departments", "building", "people.department.read", 80),
    NavItem(N_("Organisation"), N_("Users"), "/users", "users", "people.account.read", 82),
    NavItem(N_("Organisation"), N_("Roles"), "/roles", "user-shield", "people.account.read", 84),
    NavItem(N_("Organisation"), N_("API keys"), "/api-keys", "key", "people.key.read", 86),
    NavItem(N_("System"), N_("Audit trail"), "/audit", "history", "platform.audit.read", 90),
    NavItem(N_("System"), N_("Security"), "/security", "shield-lock", "platform.security.read", 92),
    NavItem(N_("System"), N_("API"), "/api/docs", "webhook", "platform.health.read", 98),
]
