"""A list as a page: the whole of it, the fragment that htmx asks for, and its export."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response

from stockroom.platform.db import Connection
from stockroom.platform.exports import Column, Format, export
from stockroom.platform.lists import ListRequest, ListSpec, fetch_everything, fetch_page, parse_list
from stockroom.platform.pages import is_htmx, page, query_of

Row = TypeVar("Row", bound=msgspec.Struct)


async def list_page(
    request: Request[Any, Any, Any],
    db: Connection,
    spec: ListSpec[Any],
    asked: ListRequest,
    *,
    template: str,
    fragment: str,
    scope: Mapping[str, Any],
    **context: Any,
) -> Response[bytes]:
    """``template`` includes ``fragment``; htmx gets the fragment alone."""
    found = await fetch_page(db, spec, asked, scope=scope)
    chosen = fragment if is_htmx(request) else template
    return page(request, chosen, found=found, asked=asked, **context)


async def list_export(
    request: Request[Any, Any, Any],
    db: Connection,
    spec: ListSpec[Row],
    asked: ListRequest,
    *,
    name: str,
    columns: Sequence[Column],
    scope: Mapping[str, Any],
) -> Response[bytes]:
    """Every row that the page would show, as CSV or XLSX by ``?format=``."""
    rows = await fetch_everything(db, spec, asked, scope=scope)
    return await export(name, rows, columns, file_format(request))


def file_format(request: Request[Any, Any, Any]) -> Format:
    return "xlsx" if request.query_params.get("format") == "xlsx" else "csv"


def asked_of(request: Request[Any, Any, Any], spec: ListSpec[Any], **defaults: str) -> ListRequest:
    """What the page's query string asks of a list. Raises Invalid."""
    return parse_list(spec, query_of(request, leave_out=("format",), **defaults))
