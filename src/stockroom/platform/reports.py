"""What browsers tell about the content security policy: counted, and one line each in the security log.

Browsers send these on their own, without a token and without waiting for an answer, so the route is open and
writes nothing to the database. What a stranger can do with it is bounded: the size of a body, the reports of a
body, the requests of an address in a minute, and the addresses that are remembered.
Sources: CSP Level 3, section "Reporting"; Reporting API, section "Media type".
"""

from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
import structlog
from litestar import Request, post
from litestar.datastructures import State
from msgspec import Meta

from stockroom.platform.errors import N_, Invalid, Refusal
from stockroom.platform.headers import REPORTS
from stockroom.platform.metrics import Metrics

LARGEST_BODY = 8 * 1024
MOST_REPORTS = 20
MOST_CHARACTERS = 200
PER_MINUTE = 30
MOST_ADDRESSES = 1_000
WITHOUT_CSRF = "Browsers send reports by themselves: they know no token. Nothing is written but a log line."
log = structlog.get_logger("stockroom.security")

Text = Annotated[str, Meta(max_length=LARGEST_BODY)]


class TooManyReports(Refusal):
    code = "reports.limited"
    status = 429
    sentence = N_("Too many reports from this address. Try again in a minute.")


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
    """How many each address sent in this minute: a fixed window, forgotten with the minute."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._minute = 0
        self._seen: dict[str, int] = {}

    def admit(self, address: str, minute: int) -> bool:
        if minute != self._minute:
            self._minute, self._seen = minute, {}
        if address not in self._seen and len(self._seen) >= MOST_ADDRESSES:
            return False
        self._seen[address] = self._seen.get(address, 0) + 1
        return self._seen[address] <= PER_MINUTE

    def note(self, violation: Violation, request_id: str) -> None:
        self._metrics.csp_reports.inc()
        log.warning("csp.violation", request_id=request_id, **msgspec.structs.asdict(violation))


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
    request_id = request.scope["state"].get("request_id", "")
    minute = int(state.clock().timestamp() // 60)
    if not reports.admit(request.client.host if request.client else "", minute):
        raise TooManyReports(retry_after=60)
    for violation in read_violations(await request.body()):
        reports.note(violation, request_id)
