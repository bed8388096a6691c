"""What nobody can reach is taken away after a day, and what is amiss is counted."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from stockroom.platform.access import Actor
from stockroom.platform.db import Database, fetch_value
from stockroom.platform.errors import NotFound
from stockroom.platform.files.collect import FileCounts, collect, count_orphans
from stockroom.platform.files.intake import DECODERS, Files, Upload
from stockroom.platform.files.rows import (
    add_document,
    find_photo,
    list_documents,
    release_photo,
    replace_photo,
)
from stockroom.platform.ids import new_id
from stockroom.settings import Settings
from tests.platform.files.samples import pdf, picture

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
THING = new_id()
PICTURE = Upload("me.jpg", picture())


@pytest.fixture
def files(settings: Settings) -> Files:
    return Files(settings)


@pytest.fixture
def now() -> datetime:
    """Files on disk carry the real time, so that days pass from it."""
    return datetime.now(UTC)


async def counts(database: Database, files: Files) -> FileCounts:
    async with database.connection() as db:
        return await count_orphans(db, files.store)


async def test_a_replaced_photo_goes_a_day_later(
    database: Database, files: Files, actor: Actor, now: datetime
) -> None:
    first, second = await files.keep_photo(PICTURE), await files.keep_photo(PICTURE)
    for new, at in ((first, now - DAY), (second, now)):
        async with database.transaction() as db:
            await replace_photo(db, "thing", THING, new, actor=actor, at=at)
    assert await collect(database, files.store, at=now + DAY) == 0
    assert await collect(database, files.store, at=now + DAY + SECOND) == 2
    assert sorted(files.store.keys()) == sorted([second.key, second.small_key])
    async with database.connection() as db:
        found = await find_photo(db, "thing", THING)
        assert found is not None
        assert found.key == second.key
        assert await fetch_value(db, "select count(*) from platform.file") == 1
    assert await counts(database, files) == FileCounts(0, 0)


async def test_a_removed_photo_is_out_of_reach_at_once(
    database: Database, files: Files, actor: Actor, now: datetime
) -> None:
    new = await files.keep_photo(PICTURE)
    async with database.transaction() as db:
        await replace_photo(db, "thing", THING, new, actor=actor, at=now)
        await release_photo(db, "thing", THING, at=now)
        assert await find_photo(db, "thing", THING) is None
        with pytest.raises(NotFound):
            await release_photo(db, "thing", THING, at=now)
    assert files.store.read(new.key)
    assert await collect(database, files.store, at=now + DAY + SECOND) == 2
    assert files.store.keys() == []


async def test_a_crash_between_file_and_row_leaves_an_orphan_that_goes(
    database: Database, files: Files, actor: Actor, now: datetime
) -> None:
    kept = await files.keep_document(Upload("a.pdf", pdf()))
    async with database.transaction() as db:
        await add_document(db, "thing", THING, kept, actor=actor, at=now)
    await files.keep_photo(PICTURE)
    assert await counts(database, files) == FileCounts(2, 0)
    assert await collect(database, files.store, at=now + DAY / 2) == 0
    assert await collect(database, files.store, at=now + 2 * DAY) == 2
    assert files.store.keys() == [kept.key]
    async with database.connection() as db:
        assert [file.name for file in await list_documents(db, "thing", THING)] == ["a.pdf"]
    assert files.store.read(kept.key) == pdf()


async def test_a_crash_between_row_and_bytes_leaves_what_the_next_collection_takes(
    database: Database, files: Files, actor: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = await files.keep_photo(PICTURE)
    async with database.transaction() as db:
        await replace_photo(db, "thing", THING, new, actor=actor, at=now)
        await release_photo(db, "thing", THING, at=now)

    def killed(*_: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(files.store, "remove", killed)
        with pytest.raises(OSError, match="killed"):
            await collect(database, files.store, at=now + 2 * DAY)
    assert await counts(database, files) == FileCounts(2, 0)
    assert await collect(database, files.store, at=now + 2 * DAY) == 2


async def test_a_lost_file_is_counted(database: Database, files: Files, actor: Actor, now: datetime) -> None:
    new = await files.keep_photo(PICTURE)
    async with database.transaction() as db:
        await replace_photo(db, "thing", THING, new, actor=actor, at=now)
    assert new.small_key is not None
    files.store.remove([new.small_key])
    assert await counts(database, files) == FileCounts(0, 1)


async def test_one_process_collects_at_a_time(database: Database, files: Files, now: datetime) -> None:
    new = await files.keep_photo(PICTURE)
    os.utime(files.store.root / new.key[:2] / new.key[2:], (0, 0))
    async with database.transaction() as db:
        taken = "select pg_advisory_xact_lock(hashtextextended('platform.file collection', 12))"
        await fetch_value(db, taken)
        assert await collect(database, files.store, at=now) == 0
    assert await collect(database, files.store, at=now) == 1


def test_few_decoders_run_at_once(files: Files) -> None:
    assert files._limiter.total_tokens == DECODERS
