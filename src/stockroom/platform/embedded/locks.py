"""Advisory file locks. The system drops them when their holder dies, however it dies."""

import contextlib
import fcntl
import os
import time
from collections.abc import Generator
from pathlib import Path

from .errors import ServerBusy
from .files import open_private

PAUSE = 0.01


class FileLock:
    """One hold on one lock file; a child that inherits the descriptor keeps the hold alive."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def descriptor(self) -> int:
        if self._descriptor is None:
            self._descriptor = open_private(self._path, os.O_RDWR)
        return self._descriptor

    def try_exclusive(self) -> bool:
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        return self._try(fcntl.LOCK_SH)

    def close(self) -> None:
        """Lets go, unless a child still holds the same descriptor."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _try(self, mode: int) -> bool:
        try:
            fcntl.flock(self.descriptor, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def is_free(path: Path) -> bool:
    """True where nobody holds the lock exclusively."""
    probe = FileLock(path)
    try:
        return probe.try_shared()
    finally:
        probe.close()


@contextlib.contextmanager
def exclusively(path: Path, *, seconds: float) -> Generator[None]:
    """Holds the lock inside the block; raises ServerBusy after waiting that long for it."""
    lock = FileLock(path)
    deadline = time.monotonic() + seconds
    try:
        while not lock.try_exclusive():
            if time.monotonic() > deadline:
                raise ServerBusy(path, seconds)
            time.sleep(PAUSE)
        yield
    finally:
        lock.close()
