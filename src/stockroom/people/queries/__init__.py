"""Every SELECT about people."""

from stockroom.people.queries.accounts import (
    ACCOUNTS,
    Account,
    OpenSession,
    find_password_hash,
    get_account,
    list_active_for_update,
    list_department_users,
    list_open_sessions,
)
from stockroom.people.queries.departments import (
    DEPARTMENTS,
    Choice,
    Department,
    find_unknown_departments,
    get_department,
    list_department_choices,
)
from stockroom.people.queries.identity import find_identity, find_sign_in_candidate, has_accounts
from stockroom.people.queries.roles import Role, find_role, list_roles

__all__ = [
    "ACCOUNTS",
    "DEPARTMENTS",
    "Account",
    "Choice",
    "Department",
    "OpenSession",
    "Role",
    "find_identity",
    "find_password_hash",
    "find_role",
    "find_sign_in_candidate",
    "find_unknown_departments",
    "get_account",
    "get_department",
    "has_accounts",
    "list_active_for_update",
    "list_department_choices",
    "list_department_users",
    "list_open_sessions",
    "list_roles",
]
