"""Reports of the content security policy: both formats, bounded, counted, and nothing of a patient in them (P8)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from stockroom.platform.db import fetch_value
from stockroom.platform.limits import RateLimited
from stockroom.platform.reports import MOST_ADDRESSES, MOST_REPORTS, PER_MINUTE, CspReports, read_violations
from tests.conftest import SignIn

OLD: dict[str, Any] = {
    "csp-report": {
        "document-uri": "https://stock.example/patients?q=Kowalska",
        "referrer": "https://stock.example/",
        "violated-directive": "script-src-elem",
        "effective-directive": "script-src-elem",
        "original-policy": "default-src 'none'",
        "blocked-uri": "https://evil.example/x.js?token=secret",
        "source-file": "https://stock.example/patients?q=Kowalska",
        "line-number": 7,
        "script-sample": "steal(Kowalska)",
    }
}
NEW: list[dict[str, Any]] = [
    {
        "type": "csp-violation",
        "age": 10,
        "url": "https://stock.example/patients?q=Kowalska",
        "user_agent": "Mozilla/5.0",
        "body": {
            "documentURL": "https://stock.example/patients?q=Kowalska",
            "effectiveDirective": "style-src-attr",
            "blockedURL": "inline",
            "sample": "Kowalska",
            "lineNumber": None,
        },
    },
    {"type": "deprecation", "body": {"id": "old"}},
]
COUNT = "select coalesce(sum(times), 0)::int from platform.security_event where event = 'csp.report'"
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


async def kept(sign_in: SignIn) -> int:
    async with sign_in.database.connection() as db:
        return await fetch_value(db, COUNT)


@pytest.mark.parametrize(
    ("body", "kind", "directive", "blocked"),
    [
        (OLD, "application/csp-report", "script-src-elem", "evil.example/x.js"),
        (NEW, "application/reports+json", "style-src-attr", "inline"),
    ],
)
async def test_both_formats_are_noted_without_queries_and_samples(
    sign_in: SignIn, body: Any, kind: str, directive: str, blocked: str
) -> None:
    visitor = await sign_in.visitor()
    with capture_logs() as logs:
        answer = await visitor.post(
            "/csp-reports",
            content=json.dumps(body),
            headers={"Content-Type": kind, "Origin": "null", "Sec-Fetch-Site": "cross-site", "Cookie": "a=b"},
        )
    assert answer.status_code == 204
    (line,) = [line for line in logs if line["event"] == "csp.report"]
    assert (line["fact_document"], line["fact_directive"], line["fact_blocked"]) == (
        "/patients",
        directive,
        blocked,
    )
    assert "Kowalska" not in str(logs)
    assert "secret" not in str(logs)
    assert await kept(sign_in) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 204),
        (b"{}", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b"\xff\xfe", 422),
        (b"[" * 4_000, 422),
        (b'[{"type": "csp-violation", "body": 7}]', 422),
        (b'{"csp-report": {"line-number": "seven"}}', 422),
        (b'{"csp-report": {"document-uri": "http://[::1"}}', 204),
        (b" " * (8 * 1024 + 1), 413),
        (json.dumps([{"type": "csp-violation", "body": {"a": "b" * 9_000}}]).encode(), 413),
    ],
)
async def test_nonsense_is_refused_politely(sign_in: SignIn, body: bytes, status: int) -> None:
    visitor = await sign_in.visitor()
    answer = await visitor.post(
        "/csp-reports", content=body, headers={"Content-Type": "application/csp-report"}
    )
    assert answer.status_code == status
    if status >= 400:
        assert await kept(sign_in) == 0


async def test_an_address_is_heard_so_often_in_a_minute(sign_in: SignIn) -> None:
    visitor = await sign_in.visitor()
    body = json.dumps(OLD)
    answers = [await visitor.post("/csp-reports", content=body) for _ in range(PER_MINUTE.most + 3)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) in (1, 2, 3)  # the minute may have turned in between
    assert 1 <= int(refused[0].headers["retry-after"]) <= 60
    assert refused[0].headers["ratelimit-remaining"] == "0"
    assert await kept(sign_in) == len(answers) - len(refused)


def test_the_window_opens_again_and_holds_so_many_addresses() -> None:
    reports = CspReports()
    for _ in range(PER_MINUTE.most):
        reports.take("10.0.0.1", START)
    with pytest.raises(RateLimited) as refused:
        reports.take("10.0.0.1", START + timedelta(seconds=20))
    assert refused.value.seconds == 40
    reports.take("10.0.0.1", START + timedelta(minutes=1))
    for number in range(1, MOST_ADDRESSES):
        reports.take(f"10.1.{number // 256}.{number % 256}", START + timedelta(minutes=1))
    with pytest.raises(RateLimited):
        reports.take("10.9.9.9", START + timedelta(minutes=1))


def test_a_long_batch_is_cut() -> None:
    one = {"type": "csp-violation", "body": {"effectiveDirective": "img-src" * 100}}
    found = read_violations(json.dumps([one] * (MOST_REPORTS + 5)).encode())
    assert len(found) == MOST_REPORTS
    assert len(found[0].directive) == 200
