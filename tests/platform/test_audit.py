"""The audit trail: append-only, chained, and readable (P11)."""

from typing import LiteralString

import pytest
from psycopg.errors import InsufficientPrivilege, RestrictViolation

from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, Database, execute, fetch_value, fetch_values
from stockroom.platform.errors import Conflict
from tests.conftest import SignIn, as_owner
from tests.people.test_users_pages import error_of, value_of

ENTRIES = "select count(*) from platform.audit_entry"


async def write(database: Database, actor: Actor, *names: str) -> None:
    async with database.transaction() as db:
        for name in names:
            audit.record(db, actor, "test.thing.change", "thing", name, before={"n": 1}, after={"n": 2})


async def first_broken(database: Database) -> int | None:
    async with database.connection() as db:
        return await audit.find_first_broken(db)


async def test_a_whole_chain_has_nothing_broken(database: Database, actor: Actor) -> None:
    assert await first_broken(database) is None
    await write(database, actor, "a", "b")
    await write(database, actor, "c")
    assert await first_broken(database) is None
    async with database.connection() as db:
        numbers = await fetch_values(db, "select seq from platform.audit_entry order by seq")
        hashes = await fetch_values(db, "select distinct hash from platform.audit_entry")
    assert (numbers, len(hashes)) == ([1, 2, 3], 3)


@pytest.mark.parametrize(
    ("forgery", "broken"),
    [
        ("update platform.audit_entry set after = '{\"n\": 3}' where seq = 2", 2),
        ("update platform.audit_entry set actor_name = 'Somebody else' where seq = 2", 2),
        ("update platform.audit_entry set at = at + interval '1 microsecond' where seq = 2", 2),
        ("update platform.audit_entry set reason = ' ' where seq = 1", 1),
        ("update platform.audit_entry set hash = sha256('x') where seq = 3", 3),
        ("delete from platform.audit_entry where seq = 2", 3),
        ("delete from platform.audit_entry where seq = 1", 2),
        ("delete from platform.audit_entry where seq = 4", 4),
        ("delete from platform.audit_entry", 1),
        (
            "insert into platform.audit_entry select 5, at, actor_id, actor_name, request_id, action, entity,"
            " entity_id, before, after, reason, hash from platform.audit_entry where seq = 4",
            5,
        ),
    ],
)
async def test_tampering_is_found_at_the_first_broken_entry(
    database: Database, actor: Actor, forgery: LiteralString, broken: int
) -> None:
    await write(database, actor, "a", "b", "c", "d")
    async with await Connection.connect(as_owner(database.pool.conninfo)) as db:
        await execute(db, "alter table platform.audit_entry disable trigger user")
        await execute(db, forgery)
        await execute(db, "alter table platform.audit_entry enable trigger user")
    assert await first_broken(database) == broken


@pytest.mark.parametrize(
    "statement",
    [
        "update platform.audit_entry set reason = 'mended'",
        "delete from platform.audit_entry",
        "truncate platform.audit_entry",
    ],
)
async def test_what_is_written_stays(database: Database, actor: Actor, statement: LiteralString) -> None:
    await write(database, actor, "a")
    for conninfo, refusal in (
        (database.pool.conninfo, InsufficientPrivilege),
        (as_owner(database.pool.conninfo), RestrictViolation),
    ):
        async with await Connection.connect(conninfo) as db:
            with pytest.raises(refusal):
                await execute(db, statement)
    assert await first_broken(database) is None
    async with database.connection() as db:
        assert await fetch_value(db, ENTRIES) == 1


async def test_what_is_refused_is_not_told(database: Database, actor: Actor) -> None:
    async def refused() -> None:
        async with database.transaction() as db:
            audit.record(db, actor, "test.thing.change", "thing", "a")
            raise Conflict

    with pytest.raises(Conflict):
        await refused()
    await write(database, actor, "b")
    async with database.connection() as db:
        assert await fetch_values(db, "select entity_id from platform.audit_entry") == ["b"]


async def test_writers_at_the_same_moment_leave_no_gap(database: Database, actor: Actor) -> None:
    import anyio

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(write, database, actor, f"{number}a", f"{number}b")
    async with database.connection() as db:
        numbers = await fetch_values(db, "select seq from platform.audit_entry order by seq")
    assert numbers == list(range(1, 41))
    assert await first_broken(database) is None


async def test_text_of_any_language_survives_the_chain(database: Database, actor: Actor) -> None:
    async with database.transaction() as db:
        names = {"name": "Zażółć gęślą jaźń — صيدلية 💊", "quote": "\"\\' \t"}
        audit.record(db, actor, "test.thing.change", "thing", "ż", after=names, reason="bo tak\nchcę")
    assert await first_broken(database) is None


async def tell(db: Connection, at: str, name: str) -> None:
    """An entry of another day: written by hand and as the owner, since the chain reads the clock."""
    await execute(
        db,
        "insert into platform.audit_entry values ((select coalesce(max(seq), 0) + 1"
        " from platform.audit_entry), %(at)s::timestamptz, '', %(name)s, '', 'test.thing.change', 'thing',"
        " '1', '{\"quantity\": 5}', '{\"quantity\": 7}', '', sha256('x'))",
        {"at": at, "name": name},
    )


async def test_the_page_searches_by_who_what_and_day_of_the_organisation(
    sign_in: SignIn,
) -> None:
    client = await sign_in("auditor")
    async with await Connection.connect(as_owner(sign_in.database.pool.conninfo)) as db:
        await tell(db, "2026-03-01T22:59:00Z", "Łucja Wczoraj")
        await tell(db, "2026-03-01T23:00:00Z", "Łucja Dzisiaj")
        await tell(db, "2026-03-02T22:59:59Z", "<b>Zenon</b>")
        await tell(db, "2026-03-02T23:00:00Z", "Łucja Jutro")

    async def shown(**params: str) -> list[str]:
        page = await client.get("/audit", params=params)
        assert page.status_code == 200
        names = ("Wczoraj", "Dzisiaj", "&lt;b&gt;Zenon", "Jutro", "Test Auditor")
        return [name for name in names if f"{name}" in page.text.split('id="list"')[1]]

    assert await shown(**{"from": "2026-03-02", "to": "2026-03-02"}) == ["Dzisiaj", "&lt;b&gt;Zenon"]
    assert await shown(actor="lucja") == ["Wczoraj", "Dzisiaj", "Jutro"]
    assert await shown(entity="thing", entity_id="1", to="2026-03-01") == ["Wczoraj"]
    assert await shown(action="people.session.start") == ["Test Auditor"]
    assert await shown(q="nobody at all") == []
    page = await client.get("/audit", params={"actor": "Jutro"})
    assert "<td>Quantity</td><td>5</td><td>7</td>" in page.text
    file = await client.get(
        "/audit/export", params={"format": "csv", "entity": "thing", "from": "2026-03-03"}
    )
    rows = file.content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert '"{""quantity"":5}","{""quantity"":7}"' in rows[1]


async def test_the_page_turns_by_cursor(sign_in: SignIn, actor: Actor) -> None:
    client = await sign_in("auditor")
    await write(sign_in.database, actor, *[f"thing-{number}" for number in range(60)])
    page = await client.get("/audit", params={"entity": "thing"})
    assert page.text.count("test.thing.change</a>") == 50
    cursor = page.text.split("cursor=")[1].split('"')[0]
    second = await client.get(f"/audit?entity=thing&cursor={cursor}")
    assert second.text.count("test.thing.change</a>") == 10
    stale = await client.get(f"/audit?entity=other&cursor={cursor}")
    assert stale.status_code == 422
    assert "This cursor belongs to another list" in stale.text


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "0001-01-01", "9999-12-31", "2026-3-1"])
async def test_an_impossible_day_is_said_at_its_field(sign_in: SignIn, day: str) -> None:
    client = await sign_in("auditor")
    page = await client.get("/audit", params={"to": day, "actor": "Anna"})
    assert page.status_code == 422
    assert error_of(page, "to").startswith("Write a date as YYYY-MM-DD")
    assert (value_of(page, "to"), value_of(page, "actor")) == (day, "Anna")


async def test_the_api_pages_both_ways(sign_in: SignIn, actor: Actor) -> None:
    client = await sign_in("auditor")
    await write(sign_in.database, actor, "a", "b", "c")
    numbered = (await client.get("/api/audit", params={"entity": "thing", "per_page": 2})).json()
    assert (numbered["total"], numbered["pages"]) == (3, 2)
    assert [item["entity_id"] for item in numbered["items"]] == ["c", "b"]
    first = (await client.get("/api/audit", params={"entity": "thing", "limit": 2})).json()
    rest = await client.get(
        "/api/audit", params={"entity": "thing", "limit": 2, "cursor": first["next_cursor"]}
    )
    assert [item["entity_id"] for item in rest.json()["items"]] == ["a"]
    wrong = await client.get("/api/audit", params={"since": "last week", "colour": "red"})
    assert wrong.status_code == 422
    assert {error["pointer"] for error in wrong.json()["errors"]} == {"/since", "/colour"}
