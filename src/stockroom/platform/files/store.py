"""The files on disk: random names under the data directory, for the owner only, whole or not there."""

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

KEY = re.compile(r"[0-9a-f]{32}")
COMING = ".coming-"
OWNER = 0o700


class Store:
    """``ab/cdef…`` under ``root``. Everything here blocks."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """The 128-bit random key under which the bytes are on the disk when this returns."""
        key = secrets.token_hex(16)
        path = self._path(key)
        self._folder(path.parent)
        coming = path.with_name(COMING + path.name)
        try:
            with open(coming, "xb", opener=_owner_only) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            coming.rename(path)
        except BaseException:
            coming.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        return key

    def read(self, key: str) -> bytes:
        """Raises FileNotFoundError."""
        return self._path(key).read_bytes()

    def remove(self, keys: Iterable[str]) -> None:
        """Those that are gone already are no fault."""
        for key in keys:
            self._path(key).unlink(missing_ok=True)

    def keys(self, *, before: datetime | None = None) -> list[str]:
        """The keys of all files, or of those written before a moment."""
        return [
            path.parent.name + path.name
            for path in self._files()
            if KEY.fullmatch(path.parent.name + path.name) and _is_older(path, before)
        ]

    def sweep_unfinished(self, *, before: datetime) -> None:
        """Take away what a crash left half written."""
        for path in self._files():
            if path.name.startswith(COMING) and _is_older(path, before):
                path.unlink(missing_ok=True)

    def _files(self) -> Iterator[Path]:
        for folder in self.root.glob("[0-9a-f][0-9a-f]"):
            yield from folder.iterdir()

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError("not a key of this store")
        return self.root / key[:2] / key[2:]

    def _folder(self, folder: Path) -> None:
        for one in (self.root, folder):
            if not one.is_dir():
                one.mkdir(mode=OWNER, parents=True, exist_ok=True)
                _sync_folder(one.parent)


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _sync_folder(folder: Path) -> None:
    """The name is on the disk too, not only the bytes; Windows has no such call and does it by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_older(path: Path, before: datetime | None) -> bool:
    if before is None:
        return True
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False
