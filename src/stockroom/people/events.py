"""What happens to departments, for the modules above (H1)."""

from uuid import UUID

from stockroom.platform.events import Event


class DepartmentOpened(Event, frozen=True):
    """A department was created; ``with_store`` asks for a store of its own."""

    department_id: UUID
    name: str
    with_store: bool


class DepartmentArchiving(Event, frozen=True):
    """A department is about to be archived. A subscriber that still needs it raises DepartmentInUse."""

    department_id: UUID
