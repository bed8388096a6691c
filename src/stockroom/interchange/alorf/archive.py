"""A backup archive, its refusals as lines of the report."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from stockroom.interchange.alorf.report import Line, file_line
from stockroom.platform.files.archive import LIMIT_FILE, ArchiveRefused, SafeArchive

__all__ = ["LIMIT_FILE", "Archive", "ArchiveError"]


class ArchiveError(Exception):
    """Carries the fatal line that names the problem."""

    def __init__(self, line: Line) -> None:
        super().__init__(line.code)
        self.line = line


class Archive:
    """The entries of a backup by name. Raises ArchiveError for whatever the shared check refuses."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            self._inner = SafeArchive(path)

    @property
    def names(self) -> tuple[str, ...]:
        return self._inner.names

    def read(self, name: str) -> bytes:
        with self._told():
            return self._inner.read(name)

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except ArchiveRefused as refused:
            line = file_line("fatal", f"zip_{refused.code}", self.path.name, **refused.details)
            raise ArchiveError(line) from refused
