"""Who acts, and what they may do."""

from uuid import UUID

import msgspec

from stockroom.platform.errors import Forbidden


class Actor(msgspec.Struct, frozen=True):
    """The person (or the system itself) behind an action.

    ``departments`` is None for someone who sees every department, else the ids they are bound to.
    """

    id: UUID | None
    name: str
    permissions: frozenset[str]
    departments: frozenset[UUID] | None = None
    request_id: str = ""

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raises Forbidden where the permission is missing."""
        if permission not in self.permissions:
            raise Forbidden(permission=permission)

    def department_list(self) -> list[UUID] | None:
        """For SQL: None means no restriction."""
        return None if self.departments is None else sorted(self.departments)


def system_actor(name: str, permissions: frozenset[str] = frozenset()) -> Actor:
    """The system acting on its own: imports, demo data, scheduled work."""
    return Actor(id=None, name=name, permissions=permissions)
