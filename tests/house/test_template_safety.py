"""The content security policy allows nothing inline, and a template never switches escaping off."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.house.skeleton import expressions_of, html_of
from tests.house.sources import ROOT

IN_TEXT = re.compile(r"""(?:^|\s)(style|on\w+|hx-on\S*)=["']""")
DATA_TYPES = frozenset({"application/json", "application/ld+json"})


class _Inline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on", "data-hx-on")):
                self._add(f"inline {name}= on <{tag}>")
            if (value or "").strip().lower().startswith(("javascript:", "js:")):
                self._add(f"script in {name}= on <{tag}>")
        if tag == "style":
            self._add("inline <style>")
        self._in_script = tag == "script" and dict(attrs).get("type") not in DATA_TYPES

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self._add("inline <script>")
        for name in IN_TEXT.findall(data):
            self._add(f"inline {name}= in a macro")

    def _add(self, words: str) -> None:
        self.found.append((self.getpos()[0], words))


def dangers(template: str) -> list[tuple[int, str]]:
    parser = _Inline()
    parser.feed(html_of(template))
    parser.close()
    tokens = list(expressions_of(template))
    unescaped = [
        (at, "switches escaping off")
        for (_, _, before), (at, kind, value) in pairwise(tokens)
        if kind == "name" and ((before == "|" and value == "safe") or value in {"autoescape", "Markup"})
    ]
    return parser.found + unescaped


def test_nothing_is_inline_and_everything_is_escaped(templates):
    found = [
        f"{path}:{line}: {words}"
        for path in templates
        if path.endswith(".html")
        for line, words in dangers((ROOT / path).read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "template",
    [
        '<p style="color: red">{{ name }}</p>',
        '<a href="/" onclick="go()">{{ _("Home") }}</a>',
        '<a {% if live %}onclick="go()"{% endif %}>{{ name }}</a>',
        '<form hx-on:submit="go()"></form>',
        '{% macro hint(live) %}{% if live %} onclick="go()"{% endif %}{% endmacro %}',
        '<a href="javascript:go()">x</a>',
        "<script>go()</script>",
        '<script type="module">go({{ id }})</script>',
        "<script>{{ code }}</script>",
        "<style>p { color: red }</style>",
        "{{ note|safe }}",
        "{{ note | safe }}",
        "{% autoescape false %}{{ note }}{% endautoescape %}",
    ],
)
def test_the_rule_sees_what_the_policy_forbids(template):
    assert dangers(template)


@pytest.mark.parametrize(
    "template",
    [
        '<script src="{{ asset("app.js") }}" type="module"></script>',
        '<script type="application/json" id="series">{{ series }}</script>',
        '<p class="num">{{ on_hand }}</p>',
        "{# |safe is not allowed here #}<p>{{ safe }}</p>",
    ],
)
def test_files_data_and_classes_are_no_fault(template):
    assert dangers(template) == []


def test_a_finding_names_its_line():
    assert dangers("{% if a %}\n\n{{ b }}\n{% endif %}\n<p style='x'></p>") == [(5, "inline style= on <p>")]
