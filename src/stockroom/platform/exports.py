"""Lists as CSV and XLSX: exactly the rows and columns shown, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import anyio.to_thread
from litestar import Response

from stockroom.platform.i18n import gettext

Format = Literal["csv", "xlsx"]
Column = tuple[str, Callable[[Any], Any]]
"""Header (English source) and how to read the value from a row."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|")


def guard_formula(text: str) -> str:
    """A text that a spreadsheet would run gets an apostrophe; numbers and phone numbers stay as they are.

    Source: OWASP, CSV Injection; narrowed so that ``-5``, ``+48 123 456`` survive.
    """
    stripped = text.lstrip()
    if not stripped.startswith(_FORMULA) and not text.startswith(_FORMULA):
        return text
    if stripped[:1] in "+-" and stripped[1:] and all(char in "0123456789 .,()-" for char in stripped[1:]):
        return text
    return "'" + text


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, Decimal | int | float):
        return value
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, date | UUID):
        return str(value)
    return guard_formula(str(value))


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([f"{value:f}" if isinstance(value, Decimal) else value for value in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _xlsx(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]

    out = io.BytesIO()
    book: Any = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, header, book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    for index, row in enumerate(rows, start=1):
        sheet.write_row(index, 0, [float(value) if isinstance(value, Decimal) else value for value in row])
    book.close()
    return out.getvalue()


async def export(
    name: str, rows: Sequence[Any], columns: Sequence[Column], file_format: Format
) -> Response[bytes]:
    """The file as an attachment; written in a worker thread."""
    header = [gettext(title) for title, _ in columns]
    table = [[_cell(read(row)) for _, read in columns] for row in rows]
    write, media = (_csv, "text/csv") if file_format == "csv" else (_xlsx, XLSX)
    body = await anyio.to_thread.run_sync(write, header, table)
    disposition = {"Content-Disposition": f'attachment; filename="{name}.{file_format}"'}
    return Response(body, media_type=media, headers=disposition)
