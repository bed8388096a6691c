"""People: users, roles, departments, sign-in and sessions. The front door."""

from stockroom.people.actions.departments import DepartmentInput, NewDepartment, create_department
from stockroom.people.errors import DepartmentInUse
from stockroom.people.events import DepartmentArchiving, DepartmentOpened
from stockroom.people.queries.departments import Department, get_department, list_department_choices

__all__ = [
    "Department",
    "DepartmentArchiving",
    "DepartmentInUse",
    "DepartmentInput",
    "DepartmentOpened",
    "NewDepartment",
    "create_department",
    "get_department",
    "list_department_choices",
]
