"""What is answered when even the page that says sorry cannot be drawn: bytes made ready at the start."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request

from stockroom.platform.cookies import cookie_name
from stockroom.platform.errors import TITLES, Internal
from stockroom.platform.i18n import LANGUAGES, choose_language, translate
from stockroom.platform.problems import Problem
from stockroom.platform.scope import LANGUAGE_COOKIE
from stockroom.platform.templating import LanguageEnvironment

PLACE = "00000000request00000000number0000"
HTML = b"text/html; charset=utf-8"
PROBLEM = b"application/problem+json"
Headers = list[tuple[bytes, bytes]]


class LastResort:
    """Pages for people, a message for htmx, a problem for programs, each in every language."""

    def __init__(
        self, environments: Mapping[str, LanguageEnvironment], default_language: str, *, secure: bool
    ) -> None:
        self._default = default_language
        self._cookie = cookie_name(LANGUAGE_COOKIE, secure=secure)
        self._pages = {name: _drawn(environments[name], name, "error.html") for name in LANGUAGES}
        self._messages = {
            name: _drawn(environments[name], name, "partials/problem.html") for name in LANGUAGES
        }

    def answer(self, scope: Any, request_id: str) -> tuple[Headers, bytes]:
        """Headers and body of a 500. ``request_id`` is one that the edge made or checked."""
        request: Request[Any, Any, Any] = Request(scope)
        language = choose_language(
            request.cookies.get(self._cookie), request.headers.get("accept-language"), self._default
        )
        if request.headers.get("hx-request") == "true":
            retarget = [(b"hx-retarget", b"#flashes"), (b"hx-reswap", b"innerHTML")]
            return [(b"content-type", HTML), *retarget], _numbered(self._messages[language], request_id)
        if scope["path"].startswith("/api") or "text/html" not in request.headers.get("accept", ""):
            return [(b"content-type", PROBLEM)], _problem(language, request_id)
        return [(b"content-type", HTML)], _numbered(self._pages[language], request_id)


def _drawn(environment: LanguageEnvironment, language: str, template: str) -> str:
    return environment.get_template(template).render(
        lang=language,
        theme="auto",
        status=500,
        title=translate(TITLES[500], language),
        detail=translate(Internal.sentence, language),
        request_id=PLACE,
        csrf_token="",
        flashes=(),
        retry_url=None,
        home_url="/",
    )


def _numbered(drawn: str, request_id: str) -> bytes:
    return drawn.replace(PLACE, request_id).encode()


def _problem(language: str, request_id: str) -> bytes:
    detail = translate(Internal.sentence, language)
    problem = Problem("about:blank", Internal.code, 500, Internal.code, detail, request_id, [], {})
    return msgspec.json.encode(problem)
