"""Lists: filters, search, sorting and both kinds of paging (P13)."""

from datetime import date
from typing import Any

import pytest

from stockroom.people.actions.departments import NewDepartment, create_department
from stockroom.people.queries.departments import DEPARTMENTS
from stockroom.platform.access import Actor
from stockroom.platform.cursors import CursorStale
from stockroom.platform.db import Connection
from stockroom.platform.errors import Invalid
from stockroom.platform.lists import Filter, ListSpec, Page, Slice, Sort, fetch_list, fetch_page, parse_list
from tests.conftest import NOON

SECRET = b"s" * 32
NAMES = ["Ąbc", "abc 2", "Kardiologia", "Łódź", "Chirurgia 100%", "Under_score", "zzz"]
SPEC = ListSpec(
    name="things",
    row=type(DEPARTMENTS.row),
    columns="t.id",
    source="things t",
    sorts={"name": Sort("t.name")},
    default_sort="-name",
    filters={"on": Filter("t.at = %(value)s", date), "many": Filter("t.n = %(value)s", int)},
)


@pytest.fixture
async def wards(db: Connection, actor: Actor) -> Connection:
    for name in NAMES:
        await create_department(db, department=NewDepartment(name=name), actor=actor, at=NOON)
    return db


async def names(db: Connection, *given: tuple[str, str]) -> list[str]:
    return [row.name for row in (await fetch_page(db, DEPARTMENTS, parse_list(DEPARTMENTS, given))).items]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ([("page", "0")], ["/page"]),
        ([("page", "-1")], ["/page"]),
        ([("page", "1.5")], ["/page"]),
        ([("page", "١")], ["/page"]),
        ([("page", "100001")], ["/page"]),
        ([("page", "9" * 400)], ["/page"]),
        ([("per_page", "101")], ["/per_page"]),
        ([("limit", "0")], ["/limit"]),
        ([("sort", "price")], ["/sort"]),
        ([("sort", "--name")], ["/sort"]),
        ([("sort", "name; drop table x")], ["/sort"]),
        ([("q", "x" * 201)], ["/q"]),
        ([("q", "a\x00")], ["/q"]),
        ([("total", "perhaps")], ["/total"]),
        ([("on", "tomorrow")], ["/on"]),
        ([("many", "1.5")], ["/many"]),
        ([("many", "\x00")], ["/many"]),
        ([("colour", "red")], ["/colour"]),
        ([("many", "1"), ("many", "2")], ["/many"]),
        ([("page", "1"), ("cursor", "x")], ["/cursor"]),
        ([("page", "x"), ("colour", "y"), ("on", "z")], ["/colour", "/on", "/page"]),
    ],
)
def test_refuses_what_the_list_does_not_know(given: list[tuple[str, str]], wrong: list[str]) -> None:
    with pytest.raises(Invalid) as caught:
        parse_list(SPEC, given)
    assert [error.at for error in caught.value.errors] == wrong


def test_empty_parameters_are_as_none() -> None:
    asked = parse_list(SPEC, [("page", ""), ("q", " "), ("on", ""), ("sort", "")])
    assert (asked.page, asked.per_page, asked.q, asked.filters) == (1, 25, "", {})
    assert (asked.sort, asked.descending, asked.limit) == ("name", True, None)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("lodz", ["Łódź"]),
        ("ŁÓDŹ", ["Łódź"]),
        ("kardiolgia", ["Kardiologia"]),
        ("100%", ["Chirurgia 100%"]),
        ("%", ["Chirurgia 100%"]),
        ("under_s", ["Under_score"]),
        ("r_s", ["Under_score"]),
        ("chir 100", ["Chirurgia 100%"]),
        ("' or true --", []),
        ("\\", []),
        ("%(limit)s", []),
    ],
)
async def test_searches_letters_folded_and_signs_as_they_are(
    wards: Connection, q: str, found: list[str]
) -> None:
    assert await names(wards, ("q", q)) == found


async def test_sorts_both_ways_with_letters_folded(wards: Connection) -> None:
    up = await names(wards, ("sort", "name"))
    assert up == ["Ąbc", "abc 2", "Chirurgia 100%", "Kardiologia", "Łódź", "Under_score", "zzz"]
    assert await names(wards, ("sort", "-name")) == up[::-1]


async def test_numbered_pages_say_where_they_are(wards: Connection) -> None:
    found = await fetch_page(wards, DEPARTMENTS, parse_list(DEPARTMENTS, [("page", "2"), ("per_page", "3")]))
    assert [row.name for row in found.items] == ["Kardiologia", "Łódź", "Under_score"]
    assert (found.total, found.pages, found.has_prev, found.has_next) == (7, 3, True, True)
    beyond = await fetch_page(wards, DEPARTMENTS, parse_list(DEPARTMENTS, [("page", "9")]))
    assert (beyond.items, beyond.total, beyond.has_next) == ([], 7, False)


async def slice_of(
    db: Connection, *given: tuple[str, str], viewer: str = "anna", secret: bytes = SECRET
) -> Slice[Any]:
    found = await fetch_list(db, DEPARTMENTS, parse_list(DEPARTMENTS, given), secret=secret, viewer=viewer)
    assert isinstance(found, Slice)
    return found


@pytest.mark.parametrize("sort", ["name", "-name", "created_at", "-created_at"])
async def test_a_walk_by_cursor_sees_every_row_once(wards: Connection, sort: str) -> None:
    """All were made at the same moment, so that created_at is the same for every row."""
    seen: list[str] = []
    cursor: list[tuple[str, str]] = []
    while True:
        found = await slice_of(wards, ("limit", "2"), ("sort", sort), *cursor)
        seen += [row.name for row in found.items]
        if found.next_cursor is None:
            break
        cursor = [("cursor", found.next_cursor)]
    assert sorted(seen) == sorted(NAMES)
    assert not found.has_more
    if sort.endswith("name"):
        assert seen == await names(wards, ("sort", sort))


async def test_a_cursor_is_bound_to_filter_sort_search_and_person(wards: Connection) -> None:
    first = await slice_of(wards, ("limit", "2"), ("active", "true"), ("total", "true"))
    assert (first.total, first.has_more, first.next_cursor is not None) == (7, True, True)
    cursor = ("cursor", first.next_cursor or "")
    assert (await slice_of(wards, ("limit", "5"), ("active", "true"), cursor)).items
    for other in (
        [("active", "false"), cursor],
        [cursor],
        [("active", "true"), ("sort", "-name"), cursor],
        [("active", "true"), ("q", "a"), cursor],
    ):
        with pytest.raises(CursorStale):
            await slice_of(wards, *other)
    with pytest.raises(CursorStale):
        await slice_of(wards, ("active", "true"), cursor, viewer="ewa")
    with pytest.raises(CursorStale):
        await slice_of(wards, ("active", "true"), cursor, secret=b"t" * 32)


async def test_rows_that_come_in_meanwhile_do_not_shift_the_walk(wards: Connection, actor: Actor) -> None:
    first = await slice_of(wards, ("limit", "3"))
    await create_department(wards, department=NewDepartment(name="aaa"), actor=actor, at=NOON)
    rest = await slice_of(wards, ("limit", "9"), ("cursor", first.next_cursor or ""))
    assert [row.name for row in [*first.items, *rest.items]] == (await names(wards))[1:]


async def test_without_a_limit_pages_are_numbered(wards: Connection) -> None:
    found = await fetch_list(wards, DEPARTMENTS, parse_list(DEPARTMENTS, []), secret=SECRET, viewer="")
    assert isinstance(found, Page)
