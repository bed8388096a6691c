"""What is known of each file, and the thing it belongs to (``entity`` and its id, as in the audit trail).

A file that is replaced or removed is released: nobody gets it any more, its bytes go a day later.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_all, fetch_one, fetch_value
from stockroom.platform.errors import NotFound
from stockroom.platform.files.errors import TooManyFiles
from stockroom.platform.files.intake import NewFile
from stockroom.platform.ids import new_id

DOCUMENTS_OF_ONE = 50

ADD = """
insert into platform.file
    (id, entity, entity_id, kind, key, small_key, sha256, size, media_type, name, created_by, created_by_name,
     created_at)
values
    (%(id)s, %(entity)s, %(entity_id)s, %(kind)s, %(key)s, %(small_key)s, %(sha256)s, %(size)s, %(media_type)s,
     %(name)s, %(created_by)s, %(created_by_name)s, %(at)s)
"""

PHOTO = """
select
    f.id, f.kind, f.name, f.media_type, f.size, encode(f.sha256, 'hex') as sha256, f.created_by_name,
    f.created_at, f.key, f.small_key
from platform.file f
where f.entity = %(entity)s and f.entity_id = %(entity_id)s and f.kind = 'photo' and f.released_at is null
"""

DOCUMENTS = """
select
    f.id, f.kind, f.name, f.media_type, f.size, encode(f.sha256, 'hex') as sha256, f.created_by_name,
    f.created_at, f.key, f.small_key
from platform.file f
where f.entity = %(entity)s and f.entity_id = %(entity_id)s and f.kind = 'document' and f.released_at is null
order by f.created_at, f.id
"""

DOCUMENT = """
select
    f.id, f.kind, f.name, f.media_type, f.size, encode(f.sha256, 'hex') as sha256, f.created_by_name,
    f.created_at, f.key, f.small_key
from platform.file f
where f.id = %(id)s and f.entity = %(entity)s and f.entity_id = %(entity_id)s and f.kind = 'document'
    and f.released_at is null
"""

RELEASE = "update platform.file set released_at = %(at)s where id = %(id)s and released_at is null"

# Two uploads to one thing wait for each other here, so that the limit holds for both.
QUEUE = "select pg_advisory_xact_lock(hashtextextended(%(entity)s || %(entity_id)s::text, 12))"


class File(msgspec.Struct, frozen=True):
    """A file that belongs to something. ``sha256`` is hexadecimal, ``size`` in bytes; the keys stay inside."""

    id: UUID
    kind: str
    name: str
    media_type: str
    size: int
    sha256: str
    created_by_name: str
    created_at: datetime
    key: str
    small_key: str | None


class FileFacts(msgspec.Struct, frozen=True):
    """What may be told of a file: not where it is kept. ``sha256`` is hexadecimal, ``size`` in bytes."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    created_by_name: str
    created_at: datetime


def facts_of(file: File) -> FileFacts:
    return FileFacts(
        file.id, file.name, file.media_type, file.size, file.sha256, file.created_by_name, file.created_at
    )


async def find_photo(db: Connection, entity: str, entity_id: UUID) -> File | None:
    return await fetch_one(db, PHOTO, {"entity": entity, "entity_id": entity_id}, File)


async def get_photo(db: Connection, entity: str, entity_id: UUID) -> File:
    """Raises NotFound where there is none."""
    found = await find_photo(db, entity, entity_id)
    if found is None:
        raise NotFound
    return found


async def list_documents(db: Connection, entity: str, entity_id: UUID) -> Sequence[File]:
    """At most fifty, the oldest first."""
    return await fetch_all(db, DOCUMENTS, {"entity": entity, "entity_id": entity_id}, File)


async def get_document(db: Connection, entity: str, entity_id: UUID, file_id: UUID) -> File:
    """Raises NotFound, for a document of another thing too."""
    params = {"entity": entity, "entity_id": entity_id, "id": file_id}
    found = await fetch_one(db, DOCUMENT, params, File)
    if found is None:
        raise NotFound
    return found


async def replace_photo(
    db: Connection, entity: str, entity_id: UUID, new: NewFile, *, actor: Actor, at: datetime
) -> tuple[File | None, File]:
    """The photo before and the one that is there now. The caller holds the thing's row, and records it."""
    before = await find_photo(db, entity, entity_id)
    if before is not None:
        await execute(db, RELEASE, {"id": before.id, "at": at})
    await _add(db, entity, entity_id, new, actor=actor, at=at)
    return before, await get_photo(db, entity, entity_id)


async def release_photo(db: Connection, entity: str, entity_id: UUID, *, at: datetime) -> File:
    """The photo that was there. Raises NotFound."""
    before = await get_photo(db, entity, entity_id)
    if not await execute(db, RELEASE, {"id": before.id, "at": at}):
        raise NotFound
    return before


async def add_document(
    db: Connection, entity: str, entity_id: UUID, new: NewFile, *, actor: Actor, at: datetime
) -> File:
    """Raises TooManyFiles."""
    await fetch_value(db, QUEUE, {"entity": entity, "entity_id": entity_id})
    if len(await list_documents(db, entity, entity_id)) >= DOCUMENTS_OF_ONE:
        raise TooManyFiles(limit=DOCUMENTS_OF_ONE)
    file_id = await _add(db, entity, entity_id, new, actor=actor, at=at)
    return await get_document(db, entity, entity_id, file_id)


async def release_document(
    db: Connection, entity: str, entity_id: UUID, file_id: UUID, *, at: datetime
) -> File:
    """The document that was there. Raises NotFound."""
    before = await get_document(db, entity, entity_id, file_id)
    if not await execute(db, RELEASE, {"id": file_id, "at": at}):
        raise NotFound
    return before


async def _add(
    db: Connection, entity: str, entity_id: UUID, new: NewFile, *, actor: Actor, at: datetime
) -> UUID:
    file_id = new_id()
    params = {
        **msgspec.structs.asdict(new), "id": file_id, "entity": entity, "entity_id": entity_id,
        "created_by": actor.id, "created_by_name": actor.name, "at": at,
    }  # fmt: skip
    await execute(db, ADD, params)
    return file_id
