"""Logs: one line a record to standard output, JSON or for reading. No secrets, no patient names."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

_FORGERY = {ord("\r"): "\\r", ord("\n"): "\\n"}


def _no_forged_lines(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Input inside a value cannot start a line of its own."""
    for name, value in event.items():
        if isinstance(value, str) and name != "exception":
            event[name] = value.translate(_FORGERY)
    return event


def set_up_logs(*, log_format: str, level: str) -> None:
    """For this process: structlog straight to standard output, the libraries' loggers through it."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
        structlog.processors.CallsiteParameterAdder(
            {structlog.processors.CallsiteParameter.FILENAME, structlog.processors.CallsiteParameter.LINENO}
        ),
        structlog.processors.EventRenamer("message", "_event"),
        _no_forged_lines,
    ]
    if log_format == "json":
        shared.append(structlog.processors.format_exc_info)
    else:
        shared[-2:] = [_no_forged_lines]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_ToStructlog()], level=logging.WARNING, force=True)


class _ToStructlog(logging.Handler):
    """What libraries log takes the same way out."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger(record.name).log(
            record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info
        )
