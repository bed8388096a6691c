"""A Jinja template seen as HTML: what Jinja writes is left out, lines stay where they were."""

from collections.abc import Iterator

from jinja2 import Environment

ENVIRONMENT = Environment(
    autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"]
)
BLANK = "\N{OBJECT REPLACEMENT CHARACTER}"


def html_of(template: str) -> str:
    """The template's own HTML; an expression becomes one mark, translated blocks become nothing."""
    written: list[str] = []
    line, translating = 1, False
    for at, kind, value in ENVIRONMENT.lex(template):
        if at > line:
            written.append("\n" * (at - line))
            line = at
        if kind == "data" and not translating:
            written.append(value)
            line += value.count("\n")
        elif kind == "variable_begin" and not translating:
            written.append(BLANK)
        elif kind == "name" and value in {"trans", "endtrans"}:
            translating = value == "trans"
    return "".join(written)


def expressions_of(template: str) -> Iterator[tuple[int, str, str]]:
    """Tokens of the template that are Jinja, not HTML: line, kind and text, blanks left out."""
    for at, kind, value in ENVIRONMENT.lex(template):
        if kind not in {"data", "whitespace", "comment", "comment_begin", "comment_end"}:
            yield at, kind, value
