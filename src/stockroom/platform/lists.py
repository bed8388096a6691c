"""Lists: filters, search, sorting and both kinds of paging, composed in this one place.

A module describes a list once (``ListSpec``); ``parse_list`` reads the query string, ``fetch_list`` runs
one statement (two where a total is wanted).
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Generic, LiteralString, TypeVar

import msgspec
from psycopg.sql import SQL, Composed

from stockroom.platform.cursors import decode_cursor, encode_cursor
from stockroom.platform.db import Connection
from stockroom.platform.errors import N_, FieldError, Invalid

Row = TypeVar("Row", bound=msgspec.Struct)

PER_PAGE = 25
PER_PAGE_MOST = 100
SEARCH_WORDS_MOST = 8
PAGE_MOST = 100_000


class TooManyRows(Invalid):
    code = "list.too_many_rows"
    sentence = N_("These are more than {most} rows. Narrow the list with a search or a filter first.")


class Filter(msgspec.Struct, frozen=True):
    """One query parameter: ``condition`` holds ``%(value)s`` where its value goes."""

    condition: LiteralString
    type: Any = str
    describe: str = ""


class Sort(msgspec.Struct, frozen=True):
    """A sortable column: an SQL expression that is never null, and the SQL type of its value."""

    by: LiteralString
    type: LiteralString = "text"


class ListSpec(msgspec.Struct, Generic[Row], frozen=True, kw_only=True, eq=False):
    """What a list can do. ``scope`` is a condition that always holds, with named parameters of the caller."""

    name: str
    row: type[Row]
    columns: LiteralString
    source: LiteralString
    sorts: Mapping[str, Sort]
    default_sort: str
    key: Sort = Sort("id", "uuid")
    scope: LiteralString = "true"
    filters: Mapping[str, Filter] = {}
    search: LiteralString | None = None

    PAGING: ClassVar[tuple[str, ...]] = ("page", "per_page", "limit", "cursor", "sort", "q", "total")


class ListRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of a list. ``limit`` set means keyset paging."""

    sort: str
    descending: bool
    q: str = ""
    filters: dict[str, Any] = {}
    page: int = 1
    per_page: int = PER_PAGE
    limit: int | None = None
    cursor: str | None = None
    with_total: bool = False
    given: dict[str, str] = {}


class Page(msgspec.Struct, Generic[Row], frozen=True):
    """One numbered page of a list."""

    items: list[Row]
    total: int
    page: int
    per_page: int
    pages: int
    has_prev: bool
    has_next: bool


class Slice(msgspec.Struct, Generic[Row], frozen=True, omit_defaults=True):
    """A stretch of a list after a cursor. ``total`` is there where it was asked for."""

    items: list[Row]
    has_more: bool
    next_cursor: str | None
    total: int | None = None


def parse_list(spec: ListSpec[Any], given: Sequence[tuple[str, str]]) -> ListRequest:
    """Raises Invalid with every parameter that is unknown, repeated or out of range."""
    problems: list[FieldError] = []
    values: dict[str, str] = {}
    for name, value in given:
        if name in values:
            problems.append(_wrong(name, "query.repeated", N_("This parameter was given twice.")))
        elif name not in ListSpec.PAGING and name not in spec.filters:
            problems.append(_wrong(name, "query.unknown", N_("This list has no such parameter.")))
        elif value:
            values[name] = value
    sort = values.get("sort", spec.default_sort)
    if sort.removeprefix("-") not in spec.sorts:
        choices = ", ".join(spec.sorts)
        problems.append(_wrong("sort", "query.sort", N_("Sort by one of: {choices}."), choices=choices))
    if ("page" in values or "per_page" in values) and ("cursor" in values or "limit" in values):
        problems.append(
            _wrong("cursor", "query.paging", N_("Use either page and per_page, or limit and cursor."))
        )
    request = ListRequest(
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        q=_search_text(values, problems),
        filters=_filters(spec, values, problems),
        page=_whole(values, "page", 1, PAGE_MOST, problems),
        per_page=_whole(values, "per_page", PER_PAGE, PER_PAGE_MOST, problems),
        limit=_whole(values, "limit", PER_PAGE, PER_PAGE_MOST, problems)
        if "limit" in values or "cursor" in values
        else None,
        cursor=values.get("cursor"),
        with_total=_flag(values, "total", problems),
        given=values,
    )
    if problems:
        raise Invalid(errors=problems)
    return request


def _wrong(name: str, code: str, sentence: str, **facts: Any) -> FieldError:
    return FieldError(f"/{name}", code, sentence, facts)


def _whole(values: Mapping[str, str], name: str, default: int, most: int, problems: list[FieldError]) -> int:
    text = values.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= most:
        return int(text)
    problems.append(_wrong(name, "query.range", N_("Write a whole number from 1 to {most}."), most=most))
    return default


def _flag(values: Mapping[str, str], name: str, problems: list[FieldError]) -> bool:
    text = values.get(name, "false")
    if text not in ("true", "false", "1", "0"):
        problems.append(_wrong(name, "query.flag", N_("Write true or false.")))
    return text in ("true", "1")


def _search_text(values: Mapping[str, str], problems: list[FieldError]) -> str:
    q = values.get("q", "").strip()
    if len(q) > 200 or "\x00" in q:
        problems.append(_wrong("q", "query.search", N_("Search for at most 200 plain characters.")))
        return ""
    return q


def _filters(spec: ListSpec[Any], values: Mapping[str, str], problems: list[FieldError]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, item in spec.filters.items():
        if name not in values:
            continue
        try:
            if "\x00" in values[name]:
                raise msgspec.ValidationError("NUL")
            found[name] = msgspec.convert(values[name], item.type, strict=False)
        except msgspec.ValidationError:
            problems.append(
                _wrong(
                    name, "query.value", N_("This value does not fit; {expected}."), expected=item.describe
                )
            )
    return found


def _escape_like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class _Shape(msgspec.Struct, frozen=True):
    """What decides the text of a statement; values are parameters. Statements are composed once a shape."""

    filters: tuple[str, ...]
    words: int
    sort: str = ""
    descending: bool = False
    after: bool = False


def _shape_of(request: ListRequest, *, after: bool) -> _Shape:
    return _Shape(tuple(request.filters), len(_words(request.q)), request.sort, request.descending, after)


def _words(q: str) -> list[str]:
    return q.split()[:SEARCH_WORDS_MOST]


def _params(request: ListRequest, scope: Mapping[str, Any] | None) -> dict[str, Any]:
    params = dict(scope or {})
    for name, value in request.filters.items():
        params[f"filter_{name}"] = value
    if request.q:
        params["q"] = request.q
        for index, word in enumerate(_words(request.q)):
            params[f"word_{index}"] = f"%{_escape_like(word)}%"
    return params


def _where(spec: ListSpec[Any], shape: _Shape) -> Composed:
    conditions: list[Composed | SQL] = [SQL(spec.scope)]
    for name in shape.filters:
        # The condition's own placeholder gets a name of its own, so that two filters can share a word.
        conditions.append(SQL(spec.filters[name].condition.replace("%(value)s", f"%(filter_{name})s")))  # pyright: ignore[reportArgumentType]  # both parts are literals of ours
    if shape.words and spec.search is not None:
        likes = [
            SQL(f"{spec.search} like platform.fold(%(word_{index})s)")  # pyright: ignore[reportArgumentType]  # literals and a number
            for index in range(shape.words)
        ]
        typo = SQL(f"platform.fold(%(q)s) <%% {spec.search}")  # pyright: ignore[reportArgumentType]  # literals of ours
        conditions.append(SQL("(({}) or {})").format(SQL(" and ").join(likes), typo))
    if shape.after:
        sort, sign = spec.sorts[shape.sort], SQL("<" if shape.descending else ">")
        conditions.append(
            SQL("({}, {}) {} (%(after_sort)s::{}, %(after_key)s::{})").format(
                SQL(sort.by), SQL(spec.key.by), sign, SQL(sort.type), SQL(spec.key.type)
            )
        )
    return SQL(" and ").join(conditions)


@lru_cache(maxsize=2048)
def _count_statement(spec: ListSpec[Any], shape: _Shape) -> bytes:
    statement = SQL("select count(*) from {} where {}").format(SQL(spec.source), _where(spec, shape))
    return statement.as_bytes(None)


@lru_cache(maxsize=2048)
def _select_statement(spec: ListSpec[Any], shape: _Shape) -> bytes:
    statement = SQL(
        "select {columns}, {by}, {key} from {source} where {where}"
        " order by {by} {direction}, {key} {direction} limit %(limit)s offset %(offset)s"
    ).format(
        columns=SQL(spec.columns),
        by=SQL(spec.sorts[shape.sort].by),
        key=SQL(spec.key.by),
        source=SQL(spec.source),
        where=_where(spec, shape),
        direction=SQL("desc" if shape.descending else "asc"),
    )
    return statement.as_bytes(None)


async def fetch_list(
    db: Connection,
    spec: ListSpec[Row],
    request: ListRequest,
    *,
    secret: bytes,
    viewer: str,
    scope: Mapping[str, Any] | None = None,
) -> Page[Row] | Slice[Row]:
    """One page or slice. ``viewer`` binds the cursor to a person; ``scope`` fills ``spec.scope``."""
    if request.limit is None:
        return await fetch_page(db, spec, request, scope=scope)
    bound_to = msgspec.json.encode(
        [spec.name, request.sort, request.descending, request.q, request.filters, viewer]
    ).decode()
    after = None if request.cursor is None else decode_cursor(secret, bound_to, request.cursor)
    rows = await _select(db, spec, request, scope, limit=request.limit + 1, after=after)
    shown = rows[: request.limit]
    has_more = len(rows) > request.limit
    return Slice(
        items=_structs(spec, shown),
        has_more=has_more,
        next_cursor=encode_cursor(secret, bound_to, list(shown[-1][-2:])) if has_more else None,
        total=await _count(db, spec, request, scope) if request.with_total else None,
    )


async def fetch_first(
    db: Connection, spec: ListSpec[Row], request: ListRequest, *, scope: Mapping[str, Any] | None = None
) -> list[Row]:
    """The first ``per_page`` rows, uncounted: one statement."""
    return _structs(spec, await _select(db, spec, request, scope, limit=request.per_page))


async def fetch_page(
    db: Connection, spec: ListSpec[Row], request: ListRequest, *, scope: Mapping[str, Any] | None = None
) -> Page[Row]:
    """A numbered page with its total: two statements in one round trip."""
    rows = await _select(
        db, spec, request, scope, limit=request.per_page, offset=(request.page - 1) * request.per_page
    )
    if request.page == 1 and len(rows) < request.per_page:
        total = len(rows)
    else:
        total = await _count(db, spec, request, scope)
    pages = max(1, -(-total // request.per_page))
    return Page(
        items=_structs(spec, rows),
        total=total,
        page=request.page,
        per_page=request.per_page,
        pages=pages,
        has_prev=request.page > 1,
        has_next=request.page < pages,
    )


async def fetch_everything(
    db: Connection,
    spec: ListSpec[Row],
    request: ListRequest,
    *,
    scope: Mapping[str, Any] | None = None,
    most: int = 100_000,
) -> list[Row]:
    """All rows that the list would show, for exports. Raises TooManyRows rather than leave some out."""
    rows = await _select(db, spec, request, scope, limit=most + 1)
    if len(rows) > most:
        raise TooManyRows(most=most)
    return _structs(spec, rows)


async def _count(
    db: Connection, spec: ListSpec[Any], request: ListRequest, scope: Mapping[str, Any] | None
) -> int:
    async with db.cursor(binary=True) as cursor:
        await cursor.execute(_count_statement(spec, _shape_of(request, after=False)), _params(request, scope))
        row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def _select(
    db: Connection,
    spec: ListSpec[Any],
    request: ListRequest,
    scope: Mapping[str, Any] | None,
    *,
    limit: int,
    offset: int = 0,
    after: list[Any] | None = None,
) -> list[tuple[Any, ...]]:
    """Rows as they come: the columns of the Struct, then the value sorted by and the key."""
    params = {**_params(request, scope), "limit": limit, "offset": offset}
    if after is not None:
        params["after_sort"], params["after_key"] = after
    async with db.cursor(binary=True) as cursor:
        await cursor.execute(_select_statement(spec, _shape_of(request, after=after is not None)), params)
        return await cursor.fetchall()


def _structs(spec: ListSpec[Row], rows: Sequence[tuple[Any, ...]]) -> list[Row]:
    make = spec.row
    return [make(*values[:-2]) for values in rows]
