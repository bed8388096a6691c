"""JSON endpoint of the audit trail."""

from typing import Any

from litestar import Request, get
from litestar.datastructures import State
from litestar.di import NamedDependency

from stockroom.people.actions.audit import note_audit_read
from stockroom.platform.audit import AUDIT_LIST, AuditEntry
from stockroom.platform.db import Connection
from stockroom.platform.lists import Page, Slice
from stockroom.platform.pagination import list_operation, listed
from stockroom.platform.scope import scope_of
from stockroom.platform.web import ANSWERS, Needs


@get(
    "/api/audit",
    guards=[Needs("platform.audit.read")],
    operation_class=list_operation(AUDIT_LIST),
    tags=["Audit"],
    summary="List the audit trail",
    responses=ANSWERS,
)
async def list_audit(
    request: Request[Any, Any, State], db: NamedDependency[Connection]
) -> Page[AuditEntry] | Slice[AuditEntry]:
    """Newest first. `before` and `after` hold what the change replaced and what it left."""
    found = await listed(request, db, AUDIT_LIST)
    await note_audit_read(db, found.items, where="/api/audit", actor=scope_of(request).actor)
    return found


ROUTES = [list_audit]
