"""What a page must keep to, read with the standard library's parser."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
# The parser of a browser may close these itself.
CLOSED_BY_WHAT_FOLLOWS = frozenset({"li", "p", "option", "tr", "td", "th", "dt", "dd", "tbody", "thead"})
REFERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "form")
LABELLED = frozenset({"input", "select", "textarea"})
NEEDS_NO_LABEL = frozenset({"hidden", "submit", "button", "image", "reset"})


@dataclass
class Page(HTMLParser):
    """A parsed page and what is wrong with it."""

    faults: list[str] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)
    language: str = ""
    title: str = ""
    _open: list[str] = field(default_factory=list)
    _references: list[tuple[str, str, str]] = field(default_factory=list)
    _fields: list[tuple[str, str]] = field(default_factory=list)
    _labelled: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._check_attributes(tag, attrs, given)
        if tag == "html":
            self.language = given.get("lang", "")
        if "id" in given:
            self.ids[given["id"]] += 1
        for name in REFERS:
            self._references += [(tag, name, target) for target in given.get(name, "").split()]
        if tag == "label" and "for" in given:
            self._labelled.add(given["for"])
        self._note_field(tag, given)
        if tag not in VOID:
            self._open.append(tag)

    def _check_attributes(self, tag: str, attrs: list[tuple[str, str | None]], given: dict[str, str]) -> None:
        self.faults += [
            f"<{tag}> carries {name} twice" for name, n in Counter(dict_names(attrs)).items() if n > 1
        ]
        self.faults += [
            f"<{tag}> has inline {name}" for name in given if name == "style" or name.startswith("on")
        ]
        if tag == "style" or (
            tag == "script" and "src" not in given and given.get("type") != "application/json"
        ):
            self.faults.append(f"inline <{tag}>")
        if tag == "img" and "alt" not in given:
            self.faults.append("<img> without alt")
        if given.get("href", "").startswith("javascript:"):
            self.faults.append("a javascript: address")

    def _note_field(self, tag: str, given: dict[str, str]) -> None:
        if tag not in LABELLED or given.get("type") in NEEDS_NO_LABEL or "hidden" in given:
            return
        if not given.keys() & {"aria-label", "aria-labelledby"} and "label" not in self._open:
            self._fields.append((given.get("name", tag), given.get("id", "")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open[-1] != tag and self._open[-1] in CLOSED_BY_WHAT_FOLLOWS:
            self._open.pop()
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.faults.append(f"</{tag}> closes nothing that is open ({' > '.join(self._open[-3:])})")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "title" and "svg" not in self._open:
            self.title += data

    def findings(self, *, is_whole: bool) -> Iterator[str]:
        yield from self.faults
        yield from (f"<{tag}> is never closed" for tag in self._open if tag not in CLOSED_BY_WHAT_FOLLOWS)
        yield from (f"id {name!r} stands {n} times" for name, n in self.ids.items() if n > 1)
        if not is_whole:
            return
        yield from (
            f"<{tag} {name}={target!r}> names nothing" for tag, name, target in self._references
            if target not in self.ids
        )  # fmt: skip
        yield from (f"field {name!r} has no label" for name, id_ in self._fields if id_ not in self._labelled)
        if not self.title.strip():
            yield "no title"


def dict_names(attrs: list[tuple[str, str | None]]) -> list[str]:
    return [name for name, _ in attrs]


def read(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    return page


def faults_of(text: str, *, language: str = "") -> list[str]:
    """A whole page says its language and title, and its references lead somewhere; a fragment need not."""
    page = read(text)
    is_whole = text.lstrip().lower().startswith("<!doctype")
    found = list(page.findings(is_whole=is_whole))
    if is_whole and language and page.language != language:
        found.append(f"says lang={page.language!r}")
    return found
