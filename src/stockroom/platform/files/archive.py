"""Zip archives from outside, read without trusting a word of their headings."""

import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

LIMIT_FILE = 64 * 1024 * 1024
LIMIT_TOTAL = 256 * 1024 * 1024
LIMIT_ENTRIES = 10_000
LIMIT_RATIO = 200
RATIO_FLOOR = 1024 * 1024
"""Below this size nobody minds how well something was packed."""
CHUNK = 64 * 1024
NAME_SHOWN = 200

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\xfd7zXZ", b"BZh")
"""How an archive in an archive begins."""


class ArchiveRefused(Exception):
    """``code`` is broken, encrypted, path_unsafe, entry_twice, nested, too_large or too_many."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class SafeArchive:
    """The entries of a zip by name, checked before any is unpacked and counted while they are.

    Raises ArchiveRefused for damage, encryption, absolute or climbing paths, links, names that come twice (small
    and capital letters alike), archives within, and for more entries or bytes than the limits allow.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._left = LIMIT_TOTAL
        try:
            with zipfile.ZipFile(path) as archive:
                infos = archive.infolist()
        except BROKEN as error:
            raise ArchiveRefused("broken", reason=type(error).__name__) from error
        self._entries = _checked(infos)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def read(self, name: str) -> bytes:
        """One entry, unpacked under the caps whatever its heading claims."""
        info = self._entries[name]
        if info.file_size > _most(info):
            raise ArchiveRefused("too_large", limit=str(LIMIT_TOTAL))
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(info) as entry:
                return self._unpack(info, iter(lambda: entry.read(CHUNK), b""))
        except BROKEN as error:
            raise ArchiveRefused("broken", reason=f"{name[:NAME_SHOWN]}: {type(error).__name__}") from error

    def _unpack(self, info: zipfile.ZipInfo, chunks: Iterable[bytes]) -> bytes:
        parts: list[bytes] = []
        size, most = 0, min(LIMIT_FILE, _most(info))
        for chunk in chunks:
            if not parts and chunk.startswith(ARCHIVES):
                raise ArchiveRefused("nested", entry=info.filename[:NAME_SHOWN])
            size += len(chunk)
            self._left -= len(chunk)
            if size > most or self._left < 0:
                raise ArchiveRefused("too_large", limit=str(min(LIMIT_FILE, LIMIT_TOTAL)))
            parts.append(chunk)
        return b"".join(parts)


def _most(info: zipfile.ZipInfo) -> int:
    """What may come out of the bytes that this entry takes in the archive."""
    return max(RATIO_FLOOR, LIMIT_RATIO * max(info.compress_size, 1))


def _checked(infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    if len(infos) > LIMIT_ENTRIES:
        raise ArchiveRefused("too_many", limit=str(LIMIT_ENTRIES))
    entries: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for info in infos:
        shown = info.filename[:NAME_SHOWN]
        if not _is_safe(info):
            raise ArchiveRefused("path_unsafe", entry=shown)
        if info.is_dir():
            continue
        if info.flag_bits & 0x1:
            raise ArchiveRefused("encrypted")
        if info.filename.casefold() in seen:
            raise ArchiveRefused("entry_twice", entry=shown)
        seen.add(info.filename.casefold())
        entries[info.filename] = info
    return entries


def _is_safe(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename)
    kind = stat.S_IFMT(info.external_attr >> 16)
    special = kind not in (0, stat.S_IFREG, stat.S_IFDIR)
    strange = "\\" in info.orig_filename or ":" in info.filename or "\0" in info.orig_filename
    return not (path.is_absolute() or ".." in path.parts or special or strange)
