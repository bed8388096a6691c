"""From rows to records: CSV rows grouped into documents, JSON and CSV held against each other."""

from collections.abc import Iterable
from typing import NamedTuple

from stockroom.interchange.alorf import redact
from stockroom.interchange.alorf.decode import Row
from stockroom.interchange.alorf.fields import (
    as_key,
    as_list,
    as_map,
    as_text,
    canonical_name,
    clean,
    is_blank,
)
from stockroom.interchange.alorf.messages import message_for
from stockroom.interchange.alorf.numbers import read_quantity, show
from stockroom.interchange.alorf.report import Finding, Line
from stockroom.interchange.alorf.sources import TABLES, Source, TableFile


class Record(NamedTuple):
    """One record of the source: `fields` by canonical name, `raw` as it stood (without secrets).

    `problem` is a code when the record must be refused; `notes` are findings made while reading.
    """

    entity: str
    file: str
    number: int
    fields: dict[str, object]
    raw: object
    problem: str = ""
    notes: tuple[Finding, ...] = ()


class Flat(NamedTuple):
    """How one table's CSV spreads a document over rows."""

    id: str
    list: str
    names: dict[str, str]
    line: dict[str, str]


LINE = {"medicine_id": "medicine_id", "quantity": "quantity", "unit_price": "unit_price"}
FLAT = {
    "stores": Flat(
        "store_id",
        "inventory",
        {"store_name": "name"},
        {"medicine_id": "medicine_id", "medicine_stock": "quantity"},
    ),
    "purchases": Flat(
        "purchase_id", "medicines", {"purchase_date": "date"}, LINE | {"total_price": "total_price"}
    ),
    "consumption": Flat("consumption_id", "medicines", {}, LINE),
    "transfers": Flat("transfer_id", "medicines", {}, LINE),
}
LOG_TABLES = {"users", "history"}


class Tables(NamedTuple):
    records: dict[str, list[Record]]
    disagreements: list[Line]


def build_tables(source: Source) -> Tables:
    """Every record of every table. Where a table is in JSON and CSV, JSON counts, and the CSV is
    compared: other values are disagreements, records only in the CSV are kept as refused ones."""
    secrets = _known_secrets(source)
    records: dict[str, list[Record]] = {}
    disagreements: list[Line] = []
    for table in TABLES:
        from_json = _from_json(table, source.json.get(table), secrets)
        from_csv = _from_csv(table, source.csv.get(table), secrets)
        records[table] = from_json if table in source.json else from_csv
        if table in source.json and table in source.csv:
            disagreements += _compare(from_json, from_csv)
            records[table] = from_json + _only_in_csv(from_json, from_csv)
    return Tables(records, disagreements)


def _known_secrets(source: Source) -> set[str]:
    """Passwords of the source that are not also somebody's name for themselves."""
    files = [files[table] for files in (source.json, source.csv) for table in files if table == "users"]
    rows = [as_map(clean(row.value)) or {} for file in files for row in file.rows]
    named = {as_text(value) for row in rows for name, value in row.items() if not redact.is_secret(name)}
    return redact.secrets_in(list[object](rows)) - named


def _record(table: str, file: str, row: Row, secrets: set[str]) -> Record:
    cleaned = clean(row.value)
    open_value = redact.without_secrets(cleaned)
    notes = [Finding("text_cleaned")] if cleaned != row.value else []
    if open_value != cleaned:
        code = "password_dropped" if table == "users" else "secret_removed"
        notes.append(Finding(code, changes=False))
    if table in LOG_TABLES and (blotted := redact.blot_out(open_value, secrets)) != open_value:
        notes.append(Finding("secret_removed"))
        open_value = blotted
    if row.problem == "row_short":
        notes.append(Finding("row_short"))
    if table == "users" and row.problem == "row_misshapen":
        open_value = None  # a shifted row may hold the password under any name
    members = as_map(open_value)
    problem = _problem(row, members)
    return Record(table, file, row.number, _fields(members or {}), open_value, problem, tuple(notes))


def _problem(row: Row, members: dict[str, object] | None) -> str:
    if row.problem == "row_misshapen":
        return row.problem
    if members is None:
        return "not_a_record"
    return "empty_record" if is_blank(members) else ""


def _fields(members: dict[str, object]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, value in members.items():
        known = canonical_name(name)
        while known in fields and not is_blank(fields[known]):
            known += "_2"
        fields[known] = value
    return fields


def _from_json(table: str, file: TableFile | None, secrets: set[str]) -> list[Record]:
    return [_record(table, file.name, row, secrets) for row in file.rows] if file else []


def _from_csv(table: str, file: TableFile | None, secrets: set[str]) -> list[Record]:
    records = _from_json(table, file, secrets)
    flat = FLAT.get(table)
    if not flat or not any(flat.line.keys() & record.fields.keys() for record in records):
        return records
    return _group(records, flat)


def _group(rows: Iterable[Record], flat: Flat) -> list[Record]:
    groups: dict[str, list[Record]] = {}
    for row in rows:
        key = as_key(row.fields.get(flat.id) or row.fields.get("id"))
        alone = row.problem or not key
        groups.setdefault(f"row {row.number}" if alone else f"id {key}", []).append(row)
    return [_document(group, flat) for group in groups.values()]


def _document(rows: list[Record], flat: Flat) -> Record:
    first = rows[0]
    if first.problem:
        return first
    headings = [_heading(row, flat) for row in rows]
    differing = sorted({name for one in headings for name in one if one[name] != headings[0].get(name)})
    lines = [{to: row.fields.get(at) for at, to in flat.line.items() if at in row.fields} for row in rows]
    fields = headings[0] | {flat.list: [line for line in lines if not is_blank(line)]}
    notes = [note for row in rows for note in row.notes]
    if differing:
        notes.append(Finding("rows_disagree", {"fields": ", ".join(differing)}))
    return first._replace(fields=fields, raw=[row.raw for row in rows], notes=tuple(notes))


def _heading(row: Record, flat: Flat) -> dict[str, object]:
    names = {flat.id: "id"} | flat.names
    return {names.get(name, name): value for name, value in row.fields.items() if name not in flat.line}


def _by_key(records: Iterable[Record]) -> dict[str, Record]:
    by_key: dict[str, Record] = {}
    for record in records:
        by_key.setdefault(as_key(record.fields.get("id")), record)
    return by_key


def _only_in_csv(from_json: list[Record], from_csv: list[Record]) -> list[Record]:
    known = _by_key(from_json)
    return [
        record._replace(problem=record.problem or "only_in_csv")
        for record in from_csv
        if as_key(record.fields.get("id")) not in known
    ]


def _compare(from_json: list[Record], from_csv: list[Record]) -> list[Line]:
    twins = _by_key(from_csv)
    lines: list[Line] = []
    for key, record in _by_key(from_json).items():
        if twin := twins.get(key):
            for field in sorted(record.fields.keys() & twin.fields.keys()):
                lines += _disagreement(record, key, field, twin.fields[field])
        elif key and not record.problem:
            lines.append(_difference_line(record, key, "only_in_json", {}))
    return lines


def _disagreement(record: Record, key: str, field: str, other: object) -> list[Line]:
    ours, theirs = _comparable(record.fields[field]), _comparable(other)
    if not ours or not theirs or ours == theirs:
        return []
    details = {"field": field, "json": ours[:200], "csv": theirs[:200]}
    return [_difference_line(record, key, "json_csv_disagree", details)]


def _difference_line(record: Record, key: str, code: str, details: dict[str, str]) -> Line:
    return Line(
        entity=record.entity,
        old_id=key,
        file=record.file,
        row=record.number,
        outcome="difference",
        code=code,
        message=message_for(code, details),
        details=details,
    )


def _comparable(value: object) -> str:
    if (members := as_map(value)) is not None and all(as_map(member) is None for member in members.values()):
        value = [{"medicine_id": name, "quantity": member} for name, member in members.items()]
    if (items := as_list(value)) is not None:
        pairs = [as_map(item) or {} for item in items]
        return ", ".join(sorted(f"{as_key(pair.get('medicine_id'))}: {_number(pair)}" for pair in pairs))
    number = read_quantity(value)
    return show(number.value) if number.value is not None and not number.code else as_text(value)


def _number(pair: dict[str, object]) -> str:
    number = read_quantity(pair.get("quantity"))
    return show(number.value) if number.value is not None else as_text(pair.get("quantity"))
