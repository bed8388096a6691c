"""Every mail in both languages: a subject, text, and HTML that is whole, calls nobody and leads home."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from stockroom.platform.ids import new_id
from stockroom.platform.letterhead import Letterhead
from stockroom.platform.mail.message import build_message
from stockroom.platform.mail.outbox import DueMail
from stockroom.platform.mail.rendering import Rendered, render
from tests.api.html import faults_of

HEAD = Letterhead("Szpital „Łąka” & Co", "https://stock.szpital.example", "en", ZoneInfo("Europe/Warsaw"))
AT = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
LINK = "https://stock.szpital.example/reset?token=abc-DEF_1"
CONTEXT = {
    "name": "Żaneta <b>Nowak</b>",
    "username": "zaneta",
    "link": LINK,
    "until": AT,
    "at": AT,
    "what": "Your password was changed.",
    "log_url": "https://stock.szpital.example/security",
}
FOLDERS = Path(__file__).parents[3] / "src" / "stockroom"
TEMPLATES = sorted(path.stem for path in FOLDERS.glob("*/templates/mail/*.txt") if path.stem != "layout")


def rendered(template: str, language: str | None) -> Rendered:
    return render(template, language=language, letterhead=HEAD, context=CONTEXT)


def test_every_text_has_its_html() -> None:
    assert set(TEMPLATES) >= {"reset_password", "invitation", "security_notice"}
    assert (
        sorted(path.stem for path in FOLDERS.glob("*/templates/mail/*.html") if path.stem != "layout")
        == TEMPLATES
    )


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_text_and_html_are_whole(template: str, language: str) -> None:
    said = rendered(template, language)
    assert said.subject == said.subject.strip() != ""
    assert "\n" not in said.subject
    assert "Żaneta <b>Nowak</b>" in said.text
    assert "Żaneta &lt;b&gt;Nowak&lt;/b&gt;" in said.html
    assert "&" in said.text
    assert "&amp;" not in said.text
    assert "\n\n\n" not in said.text.replace("\n\n\n-- \n", "")
    own = [fault for fault in faults_of(said.html, language=language) if "inline style" not in fault]
    assert own == []


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_is_fetched_and_every_link_leads_home(template: str, language: str) -> None:
    said = rendered(template, language)
    assert not re.search(r"<(img|script|link|iframe|video|object)\b|src=|url\(", said.html)
    for address in re.findall(r'https?://[^\s"<]+', said.html + said.text):
        assert address.startswith(HEAD.base_url), address


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_languages_differ_and_none_is_the_organisations(template: str) -> None:
    english, polish = rendered(template, "en"), rendered(template, "pl")
    assert english.subject != polish.subject
    assert english.text != polish.text
    assert "Dzień dobry, Żaneta" in polish.text
    assert "Hello Żaneta" in english.text
    assert rendered(template, None) == english


def test_moments_are_in_the_organisations_zone() -> None:
    assert "2\xa0Mar\xa02026, 12:00" in rendered("reset_password", "en").text
    assert "2\xa0mar\xa02026, 12:00" in rendered("reset_password", "pl").text


def test_a_notice_needs_no_more_than_what_changed() -> None:
    said = render(
        "security_notice", language="pl", letterhead=HEAD, context={"what": "Your password was changed."}
    )
    assert said.text.startswith("Dzień dobry,\n\nTwoje hasło zostało zmienione.\n")
    assert "https://stock.szpital.example/forgot" in said.text


def test_a_message_has_both_parts_and_stable_headers() -> None:
    said = rendered("invitation", "pl")
    mail = DueMail(
        new_id(), "zaneta@szpital.example", "invitation", said.subject, said.text, said.html, AT, 0, False, AT
    )
    message = build_message(mail, sender="stockroom@szpital.example", organisation=HEAD.organisation)
    again = build_message(mail, sender="stockroom@szpital.example", organisation=HEAD.organisation)
    assert message["Message-ID"] == again["Message-ID"] == f"<{mail.id.hex}@szpital.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == AT
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().replace("\r\n", "\n") == said.text
    assert "Ustaw hasło" in page.get_content()


@pytest.mark.parametrize(
    "recipient",
    ["", "nobody", "a@b.example\r\nBcc: x@y.example", "a@b.example, x@y.example", "a,b@c.example"],
)
def test_what_is_no_address_becomes_no_header(recipient: str) -> None:
    mail = DueMail(new_id(), recipient, "invitation", "Subject", "text", "<p>html", AT, 0, False, AT)
    with pytest.raises((ValueError, IndexError)):
        build_message(mail, sender="stockroom@szpital.example", organisation="Szpital")


def test_a_line_end_in_a_name_starts_no_header() -> None:
    said = render(
        "security_notice", language="en", letterhead=HEAD,
        context={"what": "Your password was changed.", "name": "A\r\nBcc: x@y.example"},
    )  # fmt: skip
    mail = DueMail(new_id(), "a@b.example", "x", said.subject, said.text, said.html, AT, 0, False, AT)
    message = build_message(mail, sender="a@b.example", organisation="Szpital")
    assert message["Bcc"] is None
    assert [part.get("Bcc") for part in message.walk()] == [None, None, None]
    with pytest.raises(ValueError, match="CR or LF"):
        build_message(mail, sender="a@b.example", organisation="Szpital\r\nBcc: x@y.example")
