"""Logs: one line a record to standard output, JSON or for reading, and to files. No secrets, no patient names."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import structlog
from structlog.typing import EventDict, WrappedLogger

from stockroom.platform.log_files import LogFiles

_CONTROLS = (*range(0x20), 0x7F, 0x85, 0x2028, 0x2029)
_FORGERY = {code: repr(chr(code))[1:-1] for code in _CONTROLS}


_CALL_SITE = structlog.processors.CallsiteParameterAdder(
    {structlog.processors.CallsiteParameter.FILENAME, structlog.processors.CallsiteParameter.LINENO}
)


def _add_place(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """File and line of the call; whoever logs often says its own (finding them walks the stack)."""
    if "file" not in event:
        event = _CALL_SITE(logger, method, event)
        event["file"], event["line"] = event.pop("filename"), event.pop("lineno")
    return event


def _no_forged_lines(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Input inside a value can neither start a line of its own nor steer the terminal that shows it."""
    for name, value in event.items():
        if isinstance(value, str) and name != "exception":
            event[name] = value.translate(_FORGERY)
    return event


def _bytes(event: EventDict, **_: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=str)


class _Named:
    """A logger that knows its name; structlog's own forget it."""

    def __init__(self, logger: Any, name: str) -> None:
        self._logger = logger
        self.name = name

    def __getattr__(self, method: str) -> Any:
        return getattr(self._logger, method)


def _add_name(logger: WrappedLogger, _: str, event: EventDict) -> EventDict:
    event.setdefault("logger", getattr(logger, "name", ""))
    return event


def set_up_logs(
    *, log_format: str, level: str, folder: Path | None = None, file_bytes: int = 0, files_kept: int = 0
) -> None:
    """For this process: structlog straight to standard output, the libraries' loggers through it; with ``folder``
    the files app, errors, security and performance beside it, each rotated at ``file_bytes``."""
    as_json = log_format == "json"
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _add_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
        _add_place,
    ]
    if folder is not None:
        processors.append(LogFiles(folder, most=file_bytes, kept=files_kept, render=as_line))
    if as_json:
        processors.append(as_line)
    else:
        processors += [
            _no_forged_lines,
            structlog.dev.ConsoleRenderer(
                colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    out: Callable[[], Any] = (
        structlog.BytesLoggerFactory(sys.stdout.buffer)
        if as_json
        else structlog.PrintLoggerFactory(sys.stdout)
    )

    def named(name: str = "") -> _Named:
        return _Named(out(), name)

    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=named,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_ToStructlog()], level=logging.WARNING, force=True)
    # It quotes the documents that it warns about.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)


_RENAMED = structlog.processors.EventRenamer("message", "_event")


def as_line(logger: WrappedLogger, method: str, event: EventDict) -> bytes:
    """One JSON object, its values without line ends of their own."""
    told = structlog.processors.format_exc_info(logger, method, event)
    return _bytes(_no_forged_lines(logger, method, _RENAMED(logger, method, told)))


class _ToStructlog(logging.Handler):
    """What libraries log takes the same way out."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger(record.name).log(
            record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info
        )
