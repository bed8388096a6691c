"""Refusals as RFC 9457 problems: ``code``, ``detail`` and ``errors`` by JSON pointer."""

from typing import Any, TypeVar

import msgspec
from litestar import Response

from stockroom.platform.errors import Refusal
from stockroom.platform.i18n import sentence

T = TypeVar("T")
ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


class Answer(Response[T]):
    """Litestar's response with decimals as exact JSON numbers."""

    def render(self, content: Any, media_type: str, enc_hook: Any = None) -> bytes:
        if media_type.startswith("application/json") and not isinstance(content, bytes):
            return ENCODER.encode(content)
        return super().render(content, media_type, enc_hook or str)


class ProblemError(msgspec.Struct, frozen=True):
    """What is wrong at one place of the request."""

    pointer: str
    code: str
    detail: str


class Problem(msgspec.Struct, frozen=True):
    """An RFC 9457 problem. ``facts`` carry what the sentence was made of, for programs."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[ProblemError]
    facts: dict[str, Any]


def problem_of(refusal: Refusal, request_id: str) -> Problem:
    return Problem(
        type="about:blank",
        title=refusal.code,
        status=refusal.status,
        code=refusal.code,
        detail=sentence(refusal.sentence, refusal.facts),
        request_id=request_id,
        errors=[
            ProblemError(error.at, error.code, sentence(error.sentence, error.facts))
            for error in refusal.errors
        ],
        facts=refusal.facts,
    )


def problem_response(refusal: Refusal, request_id: str, headers: dict[str, str]) -> Response[bytes]:
    return Response(
        ENCODER.encode(problem_of(refusal, request_id)),
        status_code=refusal.status,
        media_type="application/problem+json",
        headers=headers,
    )
