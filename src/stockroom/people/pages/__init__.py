"""Pages of people."""

from stockroom.people.pages import departments, sign_in
from stockroom.platform.errors import N_
from stockroom.platform.pages import NavItem

ROUTES = [*sign_in.ROUTES, *departments.ROUTES]
NAV = [
    NavItem(N_("Organisation"), N_("Departments"), "/departments", "building", "people.department.read", 80),
]
