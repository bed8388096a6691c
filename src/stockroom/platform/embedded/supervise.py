"""Keeps the embedded server running for as long as it is needed."""

import logging
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

from .errors import EmbeddedError

log = logging.getLogger(__name__)
EVERY_SECONDS = 0.25


class Startable(Protocol):
    def is_serving(self) -> bool: ...
    def start(self) -> str: ...


@contextmanager
def kept_running(server: Startable, *, every: float = EVERY_SECONDS) -> Generator[None]:
    """Inside the block a thread starts the server again whenever it has died, its crash recovery included."""
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(server, over, every), name="database-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(server: Startable, over: threading.Event, every: float) -> None:
    while not over.wait(every):
        try:
            if not server.is_serving():
                log.error("the database server has died; starting it again")
                server.start()
                log.warning("the database server is back")
        except (EmbeddedError, OSError) as error:
            log.error("the database server could not be started again: %s", error)
