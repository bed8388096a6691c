"""Every statement of the product: the SQL constants as written, the lists as they are composed."""

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from stockroom.platform import lists
from stockroom.platform.lists import ListRequest, ListSpec
from tests.house.sources import PACKAGE, SHOP_MODULES, python_sources
from tests.house.test_sql import sql_constants

# PostgreSQL prepares only what reads or changes rows.
PREPARABLE = frozenset({"select", "insert", "update", "delete", "merge", "with", "values"})
# Asks the server itself (which databases there are), before ours exists.
OUTSIDE_THE_DATABASE = ("platform", "embedded")


@dataclass(frozen=True)
class Statement:
    """Where a statement stands, and its text with psycopg's placeholders."""

    module: str
    name: str
    text: str

    @property
    def is_preparable(self) -> bool:
        return self.text.split(maxsplit=1)[0].lower() in PREPARABLE


def constants() -> Iterator[Statement]:
    for source in python_sources(PACKAGE):
        if source.place[0] in {*SHOP_MODULES, "platform"} and source.place[:2] != OUTSIDE_THE_DATABASE:
            for name, text in sql_constants(source).items():
                yield Statement(source.place[0], f"{'.'.join(source.place)}.{name}", text)


def list_specs() -> Iterator[tuple[str, str, ListSpec[Any]]]:
    """Module, dotted name and spec of every list, each once."""
    for source in python_sources(PACKAGE):
        if source.place[0] in {*SHOP_MODULES, "platform"} and "ListSpec" in source.text:
            module = importlib.import_module(".".join(("stockroom", *source.place)).removesuffix(".__init__"))
            for name, value in vars(module).items():
                if isinstance(value, ListSpec) and re.search(rf"^{name}\b.*=", source.text, re.MULTILINE):
                    yield source.place[0], f"{'.'.join(source.place)}.{name}", value


def composed(module: str, name: str, spec: ListSpec[Any]) -> Iterator[Statement]:
    """A list's statements: each sort both ways and after a cursor, each filter alone and all at once, searched."""
    nothing: tuple[str, ...] = ()
    filters = [nothing, *((one,) for one in spec.filters), tuple(spec.filters)]
    for sort, descending, after in product(spec.sorts, (False, True), (False, True)):
        yield _select(module, name, spec, _request(sort, descending=descending), after=after)
    for chosen, q in product(filters, ("", "two words") if spec.search is not None else ("",)):
        request = _request(spec.default_sort, q=q, filters=chosen)
        yield _select(module, name, spec, request, after=False)
        shape = lists._shape_of(request, after=False)
        yield Statement(
            module, f"{name} counted by {chosen} {q}", lists._count_statement(spec, shape).decode()
        )


def _request(
    sort: str, *, descending: bool = False, q: str = "", filters: tuple[str, ...] = ()
) -> ListRequest:
    return ListRequest(
        sort=sort.removeprefix("-"), descending=descending, q=q, filters=dict.fromkeys(filters, None)
    )


def _select(module: str, name: str, spec: ListSpec[Any], request: ListRequest, *, after: bool) -> Statement:
    shape = lists._shape_of(request, after=after)
    words = f"{name} by {request.sort} {sorted(request.filters)} {request.q}"
    return Statement(module, words, lists._select_statement(spec, shape).decode())


def numbered(text: str) -> tuple[str, list[str]]:
    """The statement with $1, $2, … for psycopg's placeholders, and the names in that order."""
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        name = found["name"] or f"position {len(names)}"
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return re.sub(r"%%|%\((?P<name>\w+)\)s|%s", number, text), names
