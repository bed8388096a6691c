"""The log files: each holds what its name says, rotated by size, shared by every worker of the machine (P16)."""

import atexit
import logging
import queue
from collections.abc import Callable
from logging.handlers import QueueListener
from pathlib import Path

from concurrent_log_handler import ConcurrentRotatingFileHandler
from structlog.typing import EventDict, WrappedLogger

NAMES = ("app", "errors", "security", "performance")
SECURITY = "stockroom.security"
PERFORMANCE = "stockroom.performance"
GRAVE = frozenset({"error", "critical"})

Render = Callable[[WrappedLogger, str, EventDict], bytes]


def file_of(event: EventDict) -> str:
    """Security and performance by their loggers, what failed by its level, the rest is of the application."""
    by_logger = {SECURITY: "security", PERFORMANCE: "performance"}
    return by_logger.get(event["logger"], "errors" if event["level"] in GRAVE else "app")


class LogFiles:
    """A processor that passes events on as they are, and hands a JSON line to a thread that writes it."""

    def __init__(self, folder: Path, *, most: int, kept: int, render: Render) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._render = render
        self._lines: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._writer = QueueListener(self._lines, *(_handler(folder, name, most, kept) for name in NAMES))
        self._writer.start()
        atexit.register(self._writer.stop)

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        line = self._render(logger, method, {**event})
        self._lines.put(logging.makeLogRecord({"name": file_of(event), "msg": line.decode()}))
        return event


def _handler(folder: Path, name: str, most: int, kept: int) -> logging.Handler:
    handler = ConcurrentRotatingFileHandler(
        folder / f"{name}.log", maxBytes=most, backupCount=kept, encoding="utf-8", chmod=0o600
    )
    handler.addFilter(lambda record: record.name == name)
    return handler
