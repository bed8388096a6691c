"""From bytes to rows: encodings, JSON and CSV. Anything unreadable is a named fatal line."""

import codecs
import csv
import io
import json
from decimal import Decimal
from typing import NamedTuple, NoReturn, cast

from stockroom.interchange.alorf.report import Line, file_line

POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
WRAPPERS = ("data", "records", "items")


class SourceFileError(Exception):
    """Carries the fatal line that names the file and its problem."""

    def __init__(self, code: str, file: str, **details: str) -> None:
        super().__init__(code)
        self.line = file_line("fatal", code, file, **details)


class Row(NamedTuple):
    """One JSON item or CSV row: `number` from 1, `problem` a code when it is no usable row."""

    number: int
    value: object
    problem: str = ""


def decode_text(data: bytes, file: str) -> tuple[str, list[Line]]:
    """UTF-8 with or without a mark, UTF-16 with one, or the likelier of cp1250 and cp1256."""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if (text := _decoded(data, "utf-16" if marked else "utf-8-sig")) is not None:
        return text, []
    for encoding in () if marked else _rank_code_pages(data):
        if (text := _decoded(data, encoding)) is not None:
            return text, [file_line("changed", "encoding_guessed", file, encoding=encoding)]
    raise SourceFileError("text_undecodable", file)


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _rank_code_pages(data: bytes) -> tuple[str, str]:
    polish = [char for char in data.decode("cp1250", errors="replace") if ord(char) > 127]
    arabic = [char for char in data.decode("cp1256", errors="replace") if ord(char) > 127]
    as_polish = sum(char in POLISH for char in polish)
    as_arabic = sum("\u0600" <= char <= "\u06ff" for char in arabic)
    return ("cp1256", "cp1250") if as_arabic > as_polish else ("cp1250", "cp1256")


def read_json(text: str, file: str, table: str) -> tuple[list[Row], list[Line]]:
    """The records of one table: a list, a list under the table's name, or a map from id to record.

    Numbers with a point become Decimal, never float. Raises SourceFileError.
    """
    repeated: set[str] = set()

    def build(pairs: list[tuple[str, object]]) -> dict[str, object]:
        built = dict(pairs)
        if len(built) < len(pairs):
            names = [name for name, _ in pairs]
            repeated.update(name for name in names if names.count(name) > 1)
        return built

    try:
        value: object = json.loads(
            text, object_pairs_hook=build, parse_float=Decimal, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        raise SourceFileError(
            "json_malformed", file, line=str(error.lineno), column=str(error.colno)
        ) from None
    except (ValueError, RecursionError):
        raise SourceFileError("json_malformed", file, line="?", column="?") from None
    rows = [Row(number, item) for number, item in enumerate(_items(value, file, table), start=1)]
    keys = ", ".join(sorted(repeated))[:200]
    return rows, [file_line("changed", "json_keys_repeated", file, keys=keys)] if repeated else []


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _items(value: object, file: str, table: str) -> list[object]:
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)  # JSON objects have text keys
        for name in (table, *WRAPPERS):
            if isinstance(members.get(name), list):
                return cast("list[object]", members[name])  # just seen to be a list
        if all(isinstance(member, dict) for member in members.values()):
            return [{"id": key} | cast("dict[str, object]", one) for key, one in members.items()]
    if not isinstance(value, list):
        raise SourceFileError("json_not_a_table", file)
    return cast("list[object]", value)  # just seen to be a list


def read_csv(text: str, file: str) -> list[Row]:
    """Rows as maps from heading to text. `number` is the line in the file. Raises SourceFileError."""
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error:
        raise SourceFileError("csv_malformed", file, line=str(reader.line_num)) from None
    if not lines:
        raise SourceFileError("csv_header", file)
    heading = [name.strip() for name in lines[0][1]]
    if len(set(heading)) < len(heading) or not any("id" in name.lower() for name in heading):
        raise SourceFileError("csv_header", file)
    body = [(number, cells) for number, cells in lines[1:] if cells]
    if body and len(body[-1][1]) < len(heading) and not text.endswith(("\n", "\r")):
        raise SourceFileError("csv_truncated", file)
    return [_row(number, cells, heading) for number, cells in body]


def _delimiter(text: str) -> str:
    heading = text.partition("\n")[0]
    return max(",;\t|", key=heading.count)


def _row(number: int, cells: list[str], heading: list[str]) -> Row:
    value: dict[str, object] = dict(zip(heading, cells, strict=False))
    if len(cells) > len(heading):
        return Row(number, value | {"": cells[len(heading) :]}, "row_misshapen")
    return Row(number, value, "row_short" if len(cells) < len(heading) else "")
