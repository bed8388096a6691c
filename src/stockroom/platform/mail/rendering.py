"""A mail from its two templates: ``mail/NAME.txt``, whose first line is the subject, and ``mail/NAME.html``."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import msgspec

from stockroom.platform import i18n
from stockroom.platform.letterhead import Letterhead
from stockroom.platform.mail.look import style
from stockroom.platform.templating import LanguageEnvironment, module_templates


class Rendered(msgspec.Struct, frozen=True):
    """What a mail says: the subject on one line, and the same words as text and as HTML."""

    subject: str
    text: str
    html: str


@cache
def _environment(language: str) -> LanguageEnvironment:
    environment = LanguageEnvironment(language, loader=module_templates())
    shared: dict[str, Any] = environment.globals  # typed by Jinja for its own globals only
    shared.update({"style": style, "lang": language, "number": i18n.number})
    return environment


def render(
    template: str, *, language: str | None, letterhead: Letterhead, context: Mapping[str, Any]
) -> Rendered:
    """In the reader's language, else the organisation's. Raises Jinja's errors for a context that lacks a name."""
    chosen = language if language in i18n.LANGUAGES else letterhead.language
    given: dict[str, Any] = {
        "organisation": letterhead.organisation,
        "base_url": letterhead.base_url,
        "forgot_url": f"{letterhead.base_url}/forgot",
        "moment": partial(i18n.moment, zone=letterhead.zone),
        **context,
    }
    environment = _environment(chosen)
    with i18n.speaking(chosen):
        whole = environment.get_template(f"mail/{template}.txt").render(given)
        subject, _, text = whole.partition("\n")
        subject = " ".join(subject.split())
        html = environment.get_template(f"mail/{template}.html").render({**given, "subject": subject})
    return Rendered(subject, text.strip() + "\n", html)
