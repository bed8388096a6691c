"""Every word on screen comes from the catalogue."""

import re
from html.parser import HTMLParser

import pytest
from jinja2 import nodes

from tests.house.skeleton import BLANK, ENVIRONMENT, html_of
from tests.house.sources import ROOT

READ_ALOUD = frozenset(
    {"title", "placeholder", "alt", "aria-label", "aria-description", "label", "data-confirm"}
)
NOT_PROSE = frozenset({"script", "style", "code", "kbd", "samp", "svg", "pre"})
TRANSLATING = frozenset({"_", "gettext", "ngettext", "pgettext", "npgettext", "N_"})
SAME_EVERYWHERE = frozenset(
    {
        "Stockroom",
        "API",
        "ATC",
        "CSV",
        "EAN",
        "GTIN",
        "GS1",
        "ID",
        "JSON",
        "KSeF",
        "NIP",
        "PDF",
        "TOTP",
        "XLSX",
        "ZPL",
    }
    | {"Polski", "English", "PL", "EN"}
)
ATTRIBUTE = re.compile(r"""\s[\w:-]+=("[^"]*"|'[^']*')""")
WORD = re.compile(r"[^\W\d_]{2,}\d?")
SENTENCE = re.compile(r"[A-ZĄĆĘŁŃÓŚŹŻ][a-ząćęłńóśźż]+([ ,.:;!?…'’-]|$)")


def untranslated_words(text: str) -> list[str]:
    """Words of a text; attributes that a macro adds to a tag written elsewhere are no text."""
    prose = ATTRIBUTE.sub(" ", text).replace(BLANK, " ")
    return [word for word in WORD.findall(prose) if word not in SAME_EVERYWHERE]


class _Prose(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._outside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._outside += tag in NOT_PROSE
        spoken = [value for name, value in attrs if name in READ_ALOUD or name == "data-confirm"]
        if tag == "input" and dict(attrs).get("type") in {"submit", "button", "reset"}:
            spoken.append(dict(attrs).get("value"))
        for value in spoken:
            self._check(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._outside -= tag in NOT_PROSE

    def handle_data(self, data: str) -> None:
        if not self._outside:
            self._check(data)

    def _check(self, text: str) -> None:
        if untranslated_words(text):
            self.found.append((self.getpos()[0], " ".join(text.split())[:60]))


def words_outside_the_catalogue(template: str, *, markup: bool = True) -> list[tuple[int, str]]:
    """Text, spoken attributes, and sentences handed to macros, where nothing translates them."""
    found = _sentences_in_expressions(template)
    if markup:
        prose = _Prose()
        prose.feed(html_of(template))
        prose.close()
        return prose.found + found
    return found + ([(1, html_of(template).strip()[:60])] if untranslated_words(html_of(template)) else [])


def _sentences_in_expressions(template: str) -> list[tuple[int, str]]:
    tree = ENVIRONMENT.parse(template)
    translated = {
        id(constant)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in TRANSLATING
        for constant in call.find_all(nodes.Const)
    }
    return [
        (constant.lineno, constant.value)
        for constant in tree.find_all(nodes.Const)
        if isinstance(constant.value, str)
        and id(constant) not in translated
        and SENTENCE.match(constant.value)
        and untranslated_words(constant.value)
    ]


def test_every_word_comes_from_the_catalogue(templates):
    found = [
        f"{path}:{line}: {words}"
        for path in templates
        for line, words in words_outside_the_catalogue(
            (ROOT / path).read_text("utf-8"), markup=not path.endswith(".txt")
        )
    ]
    assert found == []


@pytest.mark.parametrize(
    "template",
    [
        "<h1>Products</h1>",
        "<h1>{{ name }} on hand</h1>",
        '<input placeholder="Search">',
        '<button aria-label="Close">×</button>',
        '<input type="submit" value="Save">',
        '{{ field("name", "Product name") }}',
        '{% set title = "Products" %}',
        '{% call panel(title="Stock card") %}{% endcall %}',
        "{% if empty %}Nothing here yet{% endif %}",
    ],
)
def test_the_rule_sees_a_word_outside(template):
    assert words_outside_the_catalogue(template)


@pytest.mark.parametrize(
    "template",
    [
        '<h1>{{ _("Products") }}</h1>',
        "<p>{% trans count=n %}{{ count }} batch{% pluralize %}{{ count }} batches{% endtrans %}</p>",
        '<input placeholder="{{ _("Search") }}" name="Search">',
        '{{ field("name", _("Product name"), type="text") }}',
        "<kbd>Enter</kbd> × 12 % – <span>Stockroom</span>",
        '<td class="num">{{ on_hand }}</td><td>{{ "POST" }}</td>',
        "{# Nothing here yet #}",
        '{% macro aria(id) %}{% if id %} aria-describedby="{{ id }}"{% endif %}{% endmacro %}',
    ],
)
def test_translated_words_and_signs_are_no_fault(template):
    assert words_outside_the_catalogue(template) == []


def test_a_plain_text_message_is_held_to_the_same():
    assert words_outside_the_catalogue("Dear {{ name }}", markup=False)
    assert words_outside_the_catalogue('{{ _("Dear %(name)s", name=name) }}', markup=False) == []
