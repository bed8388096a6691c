"""Every SELECT about people."""

from stockroom.people.queries.departments import (
    DEPARTMENTS,
    Department,
    get_department,
    list_department_choices,
)
from stockroom.people.queries.identity import find_identity, find_sign_in_candidate, has_accounts

__all__ = [
    "DEPARTMENTS",
    "Department",
    "find_identity",
    "find_sign_in_candidate",
    "get_department",
    "has_accounts",
    "list_department_choices",
]
