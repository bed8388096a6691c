"""A list as an endpoint, and how its parameters are documented in OpenAPI."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

import msgspec
from litestar import Request
from litestar.openapi.spec import Operation, Parameter, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from stockroom.platform.db import Connection
from stockroom.platform.lists import PAGE_MOST, PER_PAGE_MOST, ListSpec, Page, Slice, fetch_list, parse_list
from stockroom.platform.scope import scope_of

Row = TypeVar("Row", bound=msgspec.Struct)


def _query(name: str, schema: Schema, description: str) -> Parameter:
    return Parameter(name=name, param_in="query", schema=schema, description=description, required=False)


def _paging(spec: ListSpec[Any]) -> list[Parameter]:
    whole, text = OpenAPIType.INTEGER, OpenAPIType.STRING
    sorts = [sign + name for name in spec.sorts for sign in ("", "-")]
    return [
        _query("page", Schema(type=whole, minimum=1, maximum=PAGE_MOST), "Numbered page, from 1."),
        _query(
            "per_page", Schema(type=whole, minimum=1, maximum=PER_PAGE_MOST), "Rows a page, 25 unless told."
        ),
        _query("limit", Schema(type=whole, minimum=1, maximum=PER_PAGE_MOST), "Keyset paging: rows a slice."),
        _query("cursor", Schema(type=text), "Keyset paging: next_cursor of the slice before."),
        _query("sort", Schema(type=text, enum=sorts), "Column; a minus before it turns the order round."),
        _query(
            "q", Schema(type=text, max_length=200), "Search; accents and small typing errors are forgiven."
        ),
        _query("total", Schema(type=OpenAPIType.BOOLEAN), "Keyset paging: count all rows too."),
    ]


def _filter_schema(kind: Any) -> Schema:
    name = getattr(kind, "__name__", "")
    if name == "bool":
        return Schema(type=OpenAPIType.BOOLEAN)
    if name == "UUID":
        return Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.UUID)
    if name in ("date", "datetime"):
        return Schema(
            type=OpenAPIType.STRING, format=OpenAPIFormat.DATE if name == "date" else OpenAPIFormat.DATE_TIME
        )
    if name == "int":
        return Schema(type=OpenAPIType.INTEGER)
    choices = [value for value in get_args(kind) if isinstance(value, str)]
    return Schema(type=OpenAPIType.STRING, enum=choices or None)


async def listed(
    request: Request[Any, Any, Any],
    db: Connection,
    spec: ListSpec[Row],
    scope: Mapping[str, Any] | None = None,
) -> Page[Row] | Slice[Row]:
    """The whole of a list endpoint: parse the query string, run the list. ``scope`` fills ``spec.scope``."""
    here = scope_of(request)
    asked = parse_list(spec, list(request.query_params.multi_items()))
    viewer = str(here.actor.id or "")
    return await fetch_list(db, spec, asked, secret=here.secret, viewer=viewer, scope=scope)


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
