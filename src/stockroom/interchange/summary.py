"""An import in figures: what was read, what became of it, and what is new here. Pure."""

from collections import Counter
from datetime import datetime

import msgspec

from stockroom.interchange.actions.import_alorf import Outcome
from stockroom.interchange.actions.intake import Tally
from stockroom.interchange.alorf import Counts, Report


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """All there is to say about one import. ``outcome`` is null where the source was broken."""

    path: str
    at: datetime
    dry_run: bool
    report: Report
    outcome: Outcome | None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of record: read = taken + changed + refused; planned = created + matched + already."""

    entity: str
    read: int
    taken: int
    changed: int
    refused: int
    differences: int
    created: int
    matched: int
    already: int


def summarise(report: Report, outcome: Outcome) -> list[Row]:
    """A record that was mended on its way in counts as changed."""
    differences = Counter(line.entity for line in report.differences)
    differences.update(line.entity for line in outcome.lines if line.outcome == "difference")
    refused = Counter(line.entity for line in outcome.lines if line.outcome == "refused")
    mended = _mended(report, outcome)
    entities = dict.fromkeys([*outcome.tallies, *report.counts, *differences])
    rows: list[Row] = []
    for entity in entities:
        counts = report.counts.get(entity, Counts(read=0, taken=0, changed=0, refused=0))
        tally = outcome.tallies.get(entity, Tally())
        rows.append(
            Row(
                entity=entity,
                read=counts.read,
                taken=counts.taken - mended[entity],
                changed=counts.changed + mended[entity],
                refused=counts.refused + refused[entity],
                differences=differences[entity],
                created=tally.created,
                matched=tally.matched,
                already=tally.already,
            )
        )
    return rows


def _mended(report: Report, outcome: Outcome) -> Counter[str]:
    """Records that were taken as they are, and then changed to fit."""
    taken = {(line.entity, line.old_id) for line in report.records if line.outcome == "taken"}
    changed = {(line.entity, line.old_id) for line in outcome.lines if line.outcome == "changed"}
    return Counter(entity for entity, _ in taken & changed)
