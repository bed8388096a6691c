"""How a list's parameters and answers are documented in OpenAPI."""

import inspect
from dataclasses import dataclass
from typing import Any, get_args

from litestar.openapi.spec import Operation, Parameter, Schema
from litestar.openapi.spec.enums import OpenAPIType

from stockroom.platform.lists import PAGE_MOST, PER_PAGE_MOST, ListSpec


def _query(name: str, schema: Schema, description: str) -> Parameter:
    return Parameter(name=name, param_in="query", schema=schema, description=description, required=False)


def _paging(spec: ListSpec[Any]) -> list[Parameter]:
    whole, text = OpenAPIType.INTEGER, OpenAPIType.STRING
    sorts = [sign + name for name in spec.sorts for sign in ("", "-")]
    return [
        _query("page", Schema(type=whole, minimum=1, maximum=PAGE_MOST), "Numbered page, from 1."),
        _query("per_page", Schema(type=whole, minimum=1, maximum=PER_PAGE_MOST), "Rows a page, 25 unless told."),
        _query("limit", Schema(type=whole, minimum=1, maximum=PER_PAGE_MOST), "Keyset paging: rows a slice."),
        _query("cursor", Schema(type=text), "Keyset paging: next_cursor of the slice before."),
        _query("sort", Schema(type=text, enum=sorts), "Column; a minus before it turns the order round."),
        _query("q", Schema(type=text, max_length=200), "Search; accents and small typing errors are forgiven."),
        _query("total", Schema(type=OpenAPIType.BOOLEAN), "Keyset paging: count all rows too."),
    ]


def _filter_schema(kind: Any) -> Schema:
    name = getattr(kind, "__name__", "")
    if name == "bool":
        return Schema(type=OpenAPIType.BOOLEAN)
    if name == "UUID":
        return Schema(type=OpenAPIType.STRING, format="uuid")
    if name in ("date", "datetime"):
        return Schema(type=OpenAPIType.STRING, format="date" if name == "date" else "date-time")
    if name == "int":
        return Schema(type=OpenAPIType.INTEGER)
    choices = [value for value in get_args(kind) if isinstance(value, str)]
    return Schema(type=OpenAPIType.STRING, enum=choices or None)


def list_operation(spec: ListSpec[Any]) -> type[Operation]:
    """The OpenAPI operation of a list: its paging, sorts and filters, from the same description that runs it."""

    @dataclass
    class ListOperation(Operation):
        def __post_init__(self) -> None:
            extra = [
                _query(name, _filter_schema(item.type), inspect.cleandoc(item.describe or "Filter."))
                for name, item in spec.filters.items()
            ]
            self.parameters = [*(self.parameters or []), *_paging(spec), *extra]

    return ListOperation
