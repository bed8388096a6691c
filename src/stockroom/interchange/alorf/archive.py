"""Reading a backup archive without trusting it."""

import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from stockroom.interchange.alorf.report import Line, file_line

LIMIT_FILE = 64 * 1024 * 1024
LIMIT_TOTAL = 256 * 1024 * 1024
LIMIT_ENTRIES = 10_000
LIMIT_RATIO = 200
RATIO_FLOOR = 1024 * 1024
CHUNK = 64 * 1024

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


class ArchiveError(Exception):
    """Carries the fatal line that names the problem."""

    def __init__(self, line: Line) -> None:
        super().__init__(line.code)
        self.line = line


class Archive:
    """The entries of a zip by name, checked before any is unpacked.

    Raises ArchiveError for damage, encryption, unsafe or repeated paths, links, and bombs.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._left = LIMIT_TOTAL
        try:
            with zipfile.ZipFile(path) as archive:
                infos = archive.infolist()
        except BROKEN as error:
            raise self._refuse("zip_broken", reason=type(error).__name__) from error
        self._entries = self._check(infos)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def read(self, name: str) -> bytes:
        """One entry, unpacked under the caps whatever its heading claims."""
        info = self._entries[name]
        if info.file_size > RATIO_FLOOR and info.file_size > LIMIT_RATIO * max(info.compress_size, 1):
            raise self._refuse("zip_too_large", limit=str(LIMIT_TOTAL))
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(info) as entry:
                return self._unpack(iter(lambda: entry.read(CHUNK), b""))
        except BROKEN as error:
            raise self._refuse("zip_broken", reason=f"{name}: {type(error).__name__}") from error

    def _unpack(self, chunks: Iterable[bytes]) -> bytes:
        parts: list[bytes] = []
        size = 0
        for chunk in chunks:
            size += len(chunk)
            self._left -= len(chunk)
            if size > LIMIT_FILE or self._left < 0:
                raise self._refuse("zip_too_large", limit=str(min(LIMIT_FILE, LIMIT_TOTAL)))
            parts.append(chunk)
        return b"".join(parts)

    def _check(self, infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        if len(infos) > LIMIT_ENTRIES:
            raise self._refuse("zip_too_many", limit=str(LIMIT_ENTRIES))
        entries: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            if not _is_safe(info):
                raise self._refuse("zip_path_unsafe", entry=info.filename[:200])
            if info.is_dir():
                continue
            if info.flag_bits & 0x1:
                raise self._refuse("zip_encrypted")
            if info.filename in entries:
                raise self._refuse("zip_entry_twice", entry=info.filename[:200])
            entries[info.filename] = info
        return entries

    def _refuse(self, code: str, **details: str) -> ArchiveError:
        return ArchiveError(file_line("fatal", code, self.path.name, **details))


def _is_safe(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename)
    linked = stat.S_ISLNK(info.external_attr >> 16)
    strange = "\\" in info.orig_filename or ":" in info.filename or "\0" in info.orig_filename
    return not (path.is_absolute() or ".." in path.parts or linked or strange)
