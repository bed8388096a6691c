"""What browsers tell about the content security policy: counted, and a security event.

Browsers send these on their own, without a token and without waiting for an answer, so the route is open. What a
stranger can do with it is bounded: the size of a body, the reports of a body, the requests of an address in a
minute, the addresses that are remembered, and one row a minute for each address.
Sources: CSP Level 3, section "Reporting"; Reporting API, section "Media type".
"""

from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
import structlog
from litestar import Request, post
from litestar.datastructures import State
from msgspec import Meta

from stockroom.platform.addresses import client_address, counted_as
from stockroom.platform.db import Database
from stockroom.platform.errors import Invalid
from stockroom.platform.headers import REPORTS
from stockroom.platform.limits import Limit, RateLimited
from stockroom.platform.metrics import Metrics
from stockroom.platform.security import Note, write_events

LARGEST_BODY = 8 * 1024
MOST_REPORTS = 20
MOST_CHARACTERS = 200
PER_MINUTE = Limit("csp_reports", 30, timedelta(minutes=1))
MOST_ADDRESSES = 1_000
EVENT = "csp.report"
WITHOUT_CSRF = "Browsers send reports by themselves and know no token; all that is written is that they did."
log = structlog.get_logger("stockroom.security")

Text = Annotated[str, Meta(max_length=LARGEST_BODY)]


class Violation(msgspec.Struct, frozen=True):
    """The few facts that help: never a query string, never a sample of the page."""

    document: str
    directive: str
    blocked: str
    source: str
    line: int


class _Old(msgspec.Struct, frozen=True, rename="kebab"):
    document_uri: Text = ""
    effective_directive: Text = ""
    violated_directive: Text = ""
    blocked_uri: Text = ""
    source_file: Text | None = None
    line_number: int | None = None


class _OldReport(msgspec.Struct, frozen=True, rename="kebab"):
    """``application/csp-report``, by ``report-uri``."""

    csp_report: _Old


class _New(msgspec.Struct, frozen=True):
    document_url: Text = msgspec.field(name="documentURL", default="")
    effective_directive: Text = msgspec.field(name="effectiveDirective", default="")
    blocked_url: Text | None = msgspec.field(name="blockedURL", default=None)
    source_file: Text | None = msgspec.field(name="sourceFile", default=None)
    line_number: int | None = msgspec.field(name="lineNumber", default=None)


class _NewReport(msgspec.Struct, frozen=True):
    """One of ``application/reports+json``, by ``report-to``; other kinds of report carry other bodies."""

    type: Text
    body: msgspec.Raw = msgspec.Raw(b"{}")


_DECODE = msgspec.json.Decoder(_OldReport | list[_NewReport]).decode


class CspReports:
    """How many each address sent in this minute: a fixed window, forgotten with the minute.

    Counted in this process alone, so that a flood costs no statement: N workers take N times as many.
    """

    def __init__(self) -> None:
        self._minute = 0
        self._seen: dict[str, int] = {}

    def take(self, address: str, at: datetime) -> None:
        """Raises RateLimited."""
        minute, second = divmod(int(at.timestamp()), 60)
        if minute != self._minute:
            self._minute, self._seen = minute, {}
        count = self._seen.get(address, 0)
        if count >= PER_MINUTE.most or (not count and len(self._seen) >= MOST_ADDRESSES):
            raise RateLimited(PER_MINUTE, 60 - second)
        self._seen[address] = count + 1


def read_violations(body: bytes) -> list[Violation]:
    """The violations of a body in either format. Raises Invalid where it is neither."""
    try:
        found = _DECODE(body)
        if isinstance(found, _OldReport):
            return [_of_old(found.csp_report)]
        ours = [report for report in found[:MOST_REPORTS] if report.type == "csp-violation"]
        return [_of_new(msgspec.json.decode(report.body, type=_New)) for report in ours]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Invalid from None


def _of_old(report: _Old) -> Violation:
    directive = report.effective_directive or report.violated_directive
    return Violation(
        document=_path(report.document_uri),
        directive=directive[:MOST_CHARACTERS],
        blocked=_address(report.blocked_uri),
        source=_address(report.source_file),
        line=report.line_number or 0,
    )


def _of_new(report: _New) -> Violation:
    return Violation(
        document=_path(report.document_url),
        directive=report.effective_directive[:MOST_CHARACTERS],
        blocked=_address(report.blocked_url),
        source=_address(report.source_file),
        line=report.line_number or 0,
    )


def _path(address: str) -> str:
    return _split(address)[1]


def _address(address: str | None) -> str:
    host, path = _split(address or "")
    return f"{host}{path}"[:MOST_CHARACTERS]


def _split(address: str) -> tuple[str, str]:
    """Host and path alone: a query may hold a patient's name."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return "", ""
    return host, parts.path[:MOST_CHARACTERS]


@post(
    REPORTS,
    opt={"bare": True, "without_csrf": WITHOUT_CSRF},
    request_max_body_size=LARGEST_BODY,
    include_in_schema=False,
    status_code=204,
)
async def csp_reports(request: Request[Any, Any, State], state: State) -> None:
    reports: CspReports = state.csp_reports
    address, at = counted_as(client_address(request.scope)), state.clock()
    try:
        reports.take(address, at)
    except RateLimited as refusal:
        request.scope["state"]["limited_by"] = PER_MINUTE.name
        request.scope["state"]["limit_headers"] = refusal.headers()
        raise
    violations = read_violations(await request.body())
    if not violations:
        return
    metrics: Metrics = state.metrics
    metrics.csp_reports.inc(len(violations))
    # One event a request is kept; a batch tells the rest to the log alone.
    request_id = request.scope["state"].get("request_id", "")
    for violation in violations[1:]:
        log.warning(EVENT, request_id=request_id, address=address, **_facts(violation))
    note = Note(EVENT, None, "", _facts(violations[0]))
    database: Database = state.database
    async with database.connection() as db:
        await write_events(db, [note], at=at, address=address, path=REPORTS, request_id=request_id)


def _facts(violation: Violation) -> dict[str, Any]:
    return msgspec.structs.asdict(violation)
