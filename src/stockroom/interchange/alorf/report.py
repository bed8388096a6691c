"""The report of an import: one line for every record of the source, and no record without one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from stockroom.interchange.alorf.messages import message_for

Outcome = Literal["taken", "changed", "refused", "difference", "fatal"]


class Finding(msgspec.Struct, frozen=True):
    """One thing noticed about a record; `changes` is false for a mere note."""

    code: str
    details: dict[str, str] = {}
    changes: bool = True

    @property
    def message(self) -> str:
        return message_for(self.code, self.details)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """`row` counts records (JSON) or lines (CSV) of `file` from 1; 0 speaks of the whole file.

    `code`, `message` and `details` are the first of `findings` that decided the outcome.
    """

    entity: str
    old_id: str
    file: str
    row: int
    outcome: Outcome
    code: str
    message: str
    details: dict[str, str]
    findings: tuple[Finding, ...] = ()


class Counts(msgspec.Struct, frozen=True):
    read: int
    taken: int
    changed: int
    refused: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`records` holds exactly one line for each record read, `differences` stock and file disagreements,
    `files` what concerns whole files. With anything fatal, nothing may be imported.
    """

    files: tuple[Line, ...]
    records: tuple[Line, ...]
    differences: tuple[Line, ...]
    counts: dict[str, Counts]
    codes: dict[str, int]

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.files + self.records + self.differences

    @property
    def fatal(self) -> tuple[Line, ...]:
        return tuple(line for line in self.files if line.outcome == "fatal")


def file_line(outcome: Outcome, code: str, file: str, *, entity: str = "file", **details: str) -> Line:
    return Line(
        entity=entity,
        old_id="",
        file=file,
        row=0,
        outcome=outcome,
        code=code,
        message=message_for(code, details | {"file": file}),
        details=details,
    )


def build_report(files: Iterable[Line], records: Sequence[Line], differences: Iterable[Line]) -> Report:
    return Report(
        files=tuple(files),
        records=tuple(records),
        differences=tuple(differences),
        counts=_count_outcomes(records),
        codes=_count_codes(records),
    )


def _count_outcomes(records: Sequence[Line]) -> dict[str, Counts]:
    read = Counter(line.entity for line in records)
    seen = Counter((line.entity, line.outcome) for line in records)
    return {
        entity: Counts(
            read=read[entity],
            taken=seen[entity, "taken"],
            changed=seen[entity, "changed"],
            refused=seen[entity, "refused"],
        )
        for entity in sorted(read)
    }


def _count_codes(records: Sequence[Line]) -> dict[str, int]:
    codes = Counter(finding.code for line in records for finding in line.findings)
    return dict(sorted(codes.items()))
