"""Where the tables lie: a data folder, a backup folder, or a zip of either, in JSON, CSV or both."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from stockroom.interchange.alorf.archive import LIMIT_FILE, Archive, ArchiveError
from stockroom.interchange.alorf.dates import read_moment
from stockroom.interchange.alorf.decode import Row, SourceFileError, decode_text, read_csv, read_json
from stockroom.interchange.alorf.report import Line, file_line

TABLES = (
    "departments",
    "stores",
    "suppliers",
    "forms",
    "medicines",
    "patients",
    "doctors",
    "users",
    "purchases",
    "consumption",
    "transfers",
    "history",
)
TABLE_FILE = re.compile(rf"({'|'.join(TABLES)})(?:_\d{{8}}_\d{{6}})?\.(json|csv)", re.IGNORECASE)
METADATA = "backup_metadata.json"
ROOMS = {"json", "csv"}


class TableFile(NamedTuple):
    name: str
    rows: list[Row]


class Source(NamedTuple):
    """What was read: per table its JSON and its CSV file, where there is one.

    `lines` is what to report about files; with a fatal one among them nothing may be imported.
    `digests` maps each file used to its SHA-256; `made_at` is the backup's own date in UTC.
    """

    layout: str
    json: dict[str, TableFile]
    csv: dict[str, TableFile]
    lines: tuple[Line, ...]
    digests: dict[str, str]
    made_at: datetime | None


class _Files(NamedTuple):
    names: tuple[str, ...]
    read: Callable[[str], bytes]
    is_zip: bool


def read_source(path: Path, *, zone: ZoneInfo) -> Source:
    """Read every table under `path`. Never raises for bad data: every problem is a fatal line."""
    try:
        files = _open(path)
        base = _find_base(files.names, path.name)
    except (ArchiveError, SourceFileError) as refused:
        return Source("unknown", {}, {}, (refused.line,), {}, None)
    except OSError as error:
        return Source("unknown", {}, {}, (_unreadable(path.name, error),), {}, None)
    return _Reader(files, base, zone).source()


def _open(path: Path) -> _Files:
    if path.is_dir():
        names = tuple(sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()))
        return _Files(names, partial(_read_capped, path), is_zip=False)
    if not path.is_file():
        raise SourceFileError("source_missing", path.name)
    archive = Archive(path)
    return _Files(tuple(sorted(archive.names)), archive.read, is_zip=True)


def _read_capped(folder: Path, name: str) -> bytes:
    with (folder / name).open("rb") as file:
        data = file.read(LIMIT_FILE + 1)
    if len(data) > LIMIT_FILE:
        raise SourceFileError("file_too_large", name, limit=str(LIMIT_FILE))
    return data


def _find_base(names: tuple[str, ...], source: str) -> PurePosixPath:
    """The shallowest folder that holds tables itself or in `json/` and `csv/`."""
    homes = {_home(PurePosixPath(name)) for name in names if TABLE_FILE.fullmatch(PurePosixPath(name).name)}
    if not homes:
        raise SourceFileError("source_empty", source)
    depth = min(len(home.parts) for home in homes)
    shallowest = sorted(str(home) for home in homes if len(home.parts) == depth)
    if len(shallowest) > 1:
        raise SourceFileError("layout_ambiguous", source, folders=", ".join(shallowest))
    return PurePosixPath(shallowest[0])


def _home(path: PurePosixPath) -> PurePosixPath:
    return path.parent.parent if path.parent.name.lower() in ROOMS else path.parent


def _unreadable(name: str, error: OSError) -> Line:
    return file_line("fatal", "file_unreadable", name, reason=error.strerror or type(error).__name__)


class _Reader:
    def __init__(self, files: _Files, base: PurePosixPath, zone: ZoneInfo) -> None:
        self.files = files
        self.base = base
        self.zone = zone
        self.tables: dict[str, dict[str, TableFile]] = {"json": {}, "csv": {}}
        self.lines: list[Line] = []
        self.digests: dict[str, str] = {}
        self.made_at: datetime | None = None
        self.rooms: set[str] = set()

    def source(self) -> Source:
        for name in self.files.names:
            try:
                self._take(name)
            except (ArchiveError, SourceFileError) as refused:
                self.lines.append(refused.line)
            except OSError as error:
                self.lines.append(_unreadable(name, error))
        self._name_missing()
        lines = tuple(self.lines)
        return Source(
            self._layout(), self.tables["json"], self.tables["csv"], lines, self.digests, self.made_at
        )

    def _take(self, name: str) -> None:
        path = PurePosixPath(name)
        if path == self.base / METADATA:
            self._read_metadata(name)
            return
        match = TABLE_FILE.fullmatch(path.name)
        if not match or _home(path) != self.base:
            self.lines.append(file_line("refused", "file_ignored", name))
            return
        self._read_table(name, match[1].lower(), match[2].lower())
        self.rooms.add("folders" if path.parent != self.base else match[2].lower())

    def _read_table(self, name: str, table: str, kind: str) -> None:
        if twin := self.tables[kind].get(table):
            raise SourceFileError("table_twice", name, table=table, first=twin.name, second=name)
        data = self.files.read(name)
        self.digests[name] = hashlib.sha256(data).hexdigest()
        self.tables[kind][table] = TableFile(name, [])
        text, lines = decode_text(data, name)
        self.lines += lines
        rows, more = read_json(text, name, table) if kind == "json" else (read_csv(text, name), [])
        self.lines += more
        self.tables[kind][table] = TableFile(name, rows)

    def _read_metadata(self, name: str) -> None:
        try:
            told: dict[str, object] = msgspec.json.decode(self.files.read(name), type=dict[str, object])
            self.made_at = read_moment(told.get("backup_date"), self.zone).value
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self.lines.append(file_line("refused", "metadata_unreadable", name))
            return
        made_at = self.made_at.isoformat() if self.made_at else "?"
        self.lines.append(file_line("taken", "metadata_read", name, made_at=made_at))

    def _name_missing(self) -> None:
        present = self.tables["json"].keys() | self.tables["csv"].keys()
        for table in TABLES:
            if table not in present and table not in {"forms", "history"}:
                self.lines.append(
                    file_line("changed", "table_missing", "", entity=table, table=table),
                )

    def _layout(self) -> str:
        vessel = "zip" if self.files.is_zip else "folder"
        if "folders" in self.rooms:
            return f"backup {vessel}"
        return f"{' and '.join(sorted(self.rooms)) or 'data'} {vessel}"
