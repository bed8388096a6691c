"""People: users, roles, departments, sign-in and sessions. The front door."""

from stockroom.people.actions.departments import DepartmentInput, create_department
from stockroom.people.queries.departments import Department, get_department, list_department_choices

__all__ = [
    "Department",
    "DepartmentInput",
    "create_department",
    "get_department",
    "list_department_choices",
]
