"""People: users, roles, departments, sign-in and sessions. The front door."""

from stockroom.people.actions.accounts import AccountInput, create_account
from stockroom.people.actions.departments import DepartmentInput, create_department
from stockroom.people.actions.roles import sync_builtin_roles
from stockroom.people.queries.departments import Department, get_department, list_department_choices
from stockroom.people.queries.identity import has_accounts

__all__ = [
    "AccountInput",
    "Department",
    "DepartmentInput",
    "create_account",
    "create_department",
    "get_department",
    "has_accounts",
    "list_department_choices",
    "sync_builtin_roles",
]
