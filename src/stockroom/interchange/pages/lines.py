"""The lines of an import's report: filtered, searched and paged as the query string asks."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from stockroom.interchange.alorf import Line
from stockroom.interchange.alorf.messages import MESSAGES
from stockroom.interchange.summary import ImportReport
from stockroom.platform.fields import ONE_LINE, StructInput
from stockroom.platform.i18n import gettext
from stockroom.platform.lists import Page

Short = Annotated[str, Meta(max_length=64, pattern=ONE_LINE)]


class LinesAsked(StructInput, frozen=True, kw_only=True):
    """The query string of a report."""

    q: Annotated[str, Meta(max_length=200, pattern=ONE_LINE)] = ""
    entity: Short = ""
    code: Short = ""
    outcome: Literal["", "taken", "changed", "refused", "difference"] = ""
    page: Annotated[int, Meta(ge=1, le=100_000)] = 1
    per_page: Annotated[int, Meta(ge=1, le=100)] = 25


class Told(msgspec.Struct, frozen=True):
    """One line as a person reads it."""

    entity: str
    old_id: str
    outcome: str
    codes: tuple[str, ...]
    sentences: tuple[str, ...]


class CodeCount(msgspec.Struct, frozen=True):
    """How often one thing was found, and its sentence with open places."""

    code: str
    count: int
    sentence: str


def all_lines(report: ImportReport) -> list[Line]:
    own = report.outcome.lines if report.outcome else ()
    return [*report.report.lines, *own]


def count_codes(lines: Iterable[Line], entity: str) -> list[CodeCount]:
    """The most frequent first."""
    counts = Counter(code for line in lines if entity in {"", line.entity} for code in _codes(line))
    return [CodeCount(code, count, _sentence(code, {})) for code, count in counts.most_common()]


def page_of(lines: Sequence[Line], asked: LinesAsked) -> Page[Told]:
    words = asked.q.casefold().split()
    found = [line for line in lines if _fits(line, asked) and _holds(line, words)]
    start = (asked.page - 1) * asked.per_page
    pages = max(1, -(-len(found) // asked.per_page))
    return Page(
        items=[tell(line) for line in found[start : start + asked.per_page]],
        total=len(found),
        page=asked.page,
        per_page=asked.per_page,
        pages=pages,
        has_prev=asked.page > 1,
        has_next=asked.page < pages,
    )


def tell(line: Line) -> Told:
    """In the current language."""
    said = [(one.code, one.details) for one in line.findings] or [(line.code, line.details)]
    return Told(
        entity=line.entity,
        old_id=line.old_id or line.file,
        outcome=line.outcome,
        codes=tuple(code for code, _ in said),
        sentences=tuple(_sentence(code, details | {"file": line.file}) for code, details in said),
    )


def _codes(line: Line) -> list[str]:
    return [one.code for one in line.findings] or [line.code]


def _fits(line: Line, asked: LinesAsked) -> bool:
    return (
        asked.entity in {"", line.entity}
        and asked.outcome in {"", line.outcome}
        and (not asked.code or asked.code in _codes(line))
    )


def _holds(line: Line, words: list[str]) -> bool:
    if not words:
        return True
    details = " ".join(text for one in (line, *line.findings) for text in one.details.values())
    text = f"{line.old_id} {line.file} {details} {line.message}".casefold()
    return all(word in text for word in words)


class _Open(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


def _sentence(code: str, details: dict[str, str]) -> str:
    """Details that are not known stay open."""
    return gettext(MESSAGES[code]).format_map(_Open(details)) if code in MESSAGES else code
