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
from stockroom.people.queries.keys import KEYS, ApiKey, find_used_key, get_key, key_scope, list_own_keys
from stockroom.people.queries.roles import Role, find_role, get_role, list_roles

__all__ = [
    "ACCOUNTS",
    "DEPARTMENTS",
    "KEYS",
    "Account",
    "ApiKey",
    "Choice",
    "Department",
    "OpenSession",
    "Role",
    "find_identity",
    "find_password_hash",
    "find_role",
    "find_sign_in_candidate",
    "find_unknown_departments",
    "find_used_key",
    "get_account",
    "get_department",
    "get_key",
    "get_role",
    "has_accounts",
    "key_scope",
    "list_active_for_update",
    "list_department_choices",
    "list_department_users",
    "list_open_sessions",
    "list_own_keys",
    "list_roles",
]
