"""People: users, roles, departments, sign-in and sessions. The front door."""

from stockroom.people.actions.access import disable_account, set_password
from stockroom.people.actions.accounts import AccountInput, create_account
from stockroom.people.actions.attempts import unlock_account
from stockroom.people.actions.departments import DepartmentInput, NewDepartment, create_department
from stockroom.people.actions.factors import reset_factors
from stockroom.people.actions.main_department import make_main_department
from stockroom.people.actions.roles import sync_builtin_roles
from stockroom.people.audit_words import AuditWords, Thing
from stockroom.people.errors import DepartmentInUse
from stockroom.people.events import DepartmentArchiving, DepartmentOpened
from stockroom.people.passwords import hash_now, hash_password
from stockroom.people.queries.departments import Department, get_department, list_department_choices
from stockroom.people.queries.identity import find_sign_in_candidate, has_accounts
from stockroom.people.rules import ALERT_WORDS
from stockroom.people.rules import ALL as ALL_PERMISSIONS

__all__ = [
    "ALERT_WORDS",
    "ALL_PERMISSIONS",
    "AccountInput",
    "AuditWords",
    "Department",
    "DepartmentArchiving",
    "DepartmentInUse",
    "DepartmentInput",
    "DepartmentOpened",
    "NewDepartment",
    "Thing",
    "create_account",
    "create_department",
    "disable_account",
    "find_sign_in_candidate",
    "get_department",
    "has_accounts",
    "hash_now",
    "hash_password",
    "list_department_choices",
    "make_main_department",
    "reset_factors",
    "set_password",
    "sync_builtin_roles",
    "unlock_account",
]
