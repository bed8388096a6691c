"""The photo of a user: one's own, or another's by those who write accounts."""

from datetime import datetime
from uuid import UUID

from stockroom.people import queries
from stockroom.people.actions.accounts import require_own_rank
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.errors import VersionStale
from stockroom.platform.files.intake import NewFile
from stockroom.platform.files.rows import File, facts_of, release_photo, replace_photo

BUMP = "update people.account set version = version + 1 where id = %(id)s and version = %(version)s"


async def set_user_photo(
    db: Connection, *, account_id: UUID, photo: NewFile, version: int, actor: Actor, at: datetime
) -> File:
    """Raises NotFound, RoleBeyondOwn, VersionStale."""
    await _bump(db, account_id, version, actor)
    before, after = await replace_photo(db, "account", account_id, photo, actor=actor, at=at)
    audit.record(
        db, actor, "people.account.photo", "account", account_id,
        before=None if before is None else facts_of(before), after=facts_of(after),
    )  # fmt: skip
    return after


async def remove_user_photo(
    db: Connection, *, account_id: UUID, version: int, actor: Actor, at: datetime
) -> None:
    """Raises NotFound, RoleBeyondOwn, VersionStale."""
    await _bump(db, account_id, version, actor)
    before = await release_photo(db, "account", account_id, at=at)
    audit.record(db, actor, "people.account.photo_remove", "account", account_id, before=facts_of(before))


async def _bump(db: Connection, account_id: UUID, version: int, actor: Actor) -> None:
    account = await queries.get_account(db, account_id)
    if account_id != actor.id:
        await require_own_rank(db, account.role, actor)
    if not await execute(db, BUMP, {"id": account_id, "version": version}):
        raise VersionStale
