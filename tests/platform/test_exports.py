"""Exports: what a spreadsheet opens is the data, never a formula; numbers stay numbers."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from stockroom.platform.exports import Column, Format, export, guard_formula

COLUMNS: list[Column] = [("Name", lambda row: row[0]), ("Value", lambda row: row[1])]


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("=1+1", True), ("+cmd|' /C calc'!A0", True), ("-2+3+cmd", True), ("@SUM(A1)", True), ("\t=1", True),
        ("  =1", True), ("\r=1", True), ("\n@x", True), ("|calc", True), ("-", True), ("+", True), ("--1", False),
        ("-5", False), ("-5,50", False), ("+48 123 456 789", False), ("+48 (22) 123-45-67", False),
        ("a=1", False), ("", False), ("Zażółć", False), ("1-2", False),
    ],
)  # fmt: skip
def test_guards_formulas_and_leaves_numbers_and_telephones(text: str, guarded: bool) -> None:
    assert guard_formula(text) == (f"'{text}" if guarded else text)


async def read(rows: list[tuple[str, Any]], file_format: Format) -> bytes:
    answer = await export("things", rows, COLUMNS, file_format)
    assert f'filename="things.{file_format}"' in answer.headers["Content-Disposition"]
    return answer.content


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (Decimal("1234.500"), "1234.500"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.5"), "-0.5"),
        (7, "7"),
        (True, "yes"),
        (None, ""),
        (date(2026, 5, 31), "2026-05-31"),
        (datetime(2026, 5, 31, 8, 30, 1, 999, tzinfo=UTC), "2026-05-31T08:30:01+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ('say "x", y\nz', 'say "x", y\nz'),
    ],
)
async def test_csv_reads_back_as_it_was(value: Any, cell: str) -> None:
    body = await read([("Łódź", value)], "csv")
    assert body.startswith(b"\xef\xbb\xbf")
    text = body.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["Name", "Value"], ["Łódź", cell]]


async def test_xlsx_holds_texts_and_numbers_and_no_formula() -> None:
    body = await read([("=1+1", Decimal("2.5")), ("http://example.org", 3)], "xlsx")
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "<v>2.5</v>" in sheet
    assert "'=1+1" in texts


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
async def test_an_empty_list_is_its_header(file_format: Format) -> None:
    assert await read([], file_format)
