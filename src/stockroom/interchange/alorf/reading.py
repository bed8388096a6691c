"""One record under the eye: every field taken is ticked off, every finding kept, one outcome at the end."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from stockroom.interchange.alorf.dates import read_day, read_moment
from stockroom.interchange.alorf.fields import as_key, as_list, as_text, is_blank, json_text
from stockroom.interchange.alorf.numbers import Number, read_money, read_quantity, show
from stockroom.interchange.alorf.report import Finding, Line, Outcome
from stockroom.interchange.alorf.tables import Record

T = TypeVar("T")
NAME_LIMIT = 200
NEVER_NOTES = {"id", "updated_at", "photos", "photo", "photo_filename", "image"}


class RecordError(Exception):
    """The record cannot be taken; carries the finding that says why."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.finding = Finding(code, details)


class Reading:
    """A record being read. Methods take the names a field may have, the usual one first."""

    def __init__(self, record: Record, journal: "Journal") -> None:
        self.record = record
        self.journal = journal
        self.key = as_key(record.fields.get("id"))
        self.findings: list[Finding] = list(record.notes)
        self.refusal: Finding | None = None
        self._used: set[str] = set(NEVER_NOTES)

    def note(self, code: str, **details: str) -> None:
        self.findings.append(Finding(code, details, changes=False))

    def change(self, code: str, **details: str) -> None:
        self.findings.append(Finding(code, details))

    def value(self, *names: str) -> object:
        """The first of the names that holds something; null when none does."""
        for name in names:
            if not is_blank(self.record.fields.get(name)):
                self._used.add(name)
                if name != names[0]:
                    self.note("field_renamed", field=names[0], found=name)
                return self.record.fields[name]
        return None

    def text(self, *names: str) -> str:
        return as_text(self.value(*names))

    def ref(self, *names: str) -> str:
        """The key another record is referred to by; "" for none."""
        return as_key(self.value(*names))

    def name(self, *names: str, otherwise: str) -> str:
        text = " ".join(self.text(*names).split())
        if not text:
            self.change("name_missing", name=otherwise)
            return otherwise
        if len(text) > NAME_LIMIT:
            self.change("name_shortened")
            self._used.discard(next(name for name in names if name in self._used))
        return text[:NAME_LIMIT].rstrip()

    def quantity(self, *names: str) -> Decimal | None:
        return self.number(names[0], self.value(*names), read_quantity)

    def money(self, *names: str) -> Decimal | None:
        return self.number(names[0], self.value(*names), read_money)

    def number(self, field: str, value: object, read: Callable[[object], Number]) -> Decimal | None:
        number = read(value)
        if number.code and number.code != "empty":
            shown = show(number.value) if number.value is not None else ""
            self.change(number.code, field=field, text=as_text(value)[:100], value=shown)
        return number.value

    def day(self, *names: str) -> date | None:
        value = self.value(*names)
        day = read_day(value)
        self._date_finding(day.code, names[0], value)
        return day.value

    def moment(self, *names: str) -> datetime | None:
        """UTC. A moment after the import's own is kept and reported."""
        value = self.value(*names)
        moment = read_moment(value, self.journal.zone)
        self._date_finding(moment.code, names[0], value)
        if moment.naive:
            self.journal.naive[self.record.file] += 1
        if moment.value is not None and moment.value > self.journal.at:
            self.note("date_in_future", field=names[0], text=as_text(value))
        return moment.value

    def _date_finding(self, code: str, field: str, value: object) -> None:
        if code and code != "empty":
            self.change(code, field=field, text=as_text(value)[:100])

    def missing(self, **values: object) -> None:
        """Note which of the expected fields hold nothing."""
        empty = [name for name, value in values.items() if value in ("", None)]
        if empty:
            self.note("fields_missing", fields=", ".join(empty))

    def notes(self, *names: str) -> str:
        """The record's notes, and below them every field nothing else has taken."""
        own = self.text(*names)
        photos = [
            as_text(name)
            for field in ("photos", "photo", "photo_filename", "image")
            for name in as_list(self.record.fields.get(field)) or [self.record.fields.get(field)]
        ]
        if any(photos):
            self.change("photos_left", photos=", ".join(name for name in photos if name)[:500])
        rest = {
            name: as_text(value)
            for name, value in self.record.fields.items()
            if name not in self._used and not is_blank(value)
        }
        if rest:
            self.note("extra_fields", fields=", ".join(sorted(rest)))
        return "\n".join([own, *(f"{name}: {text}" for name, text in sorted(rest.items()))]).strip()

    def line(self) -> Line:
        deciding = [self.refusal] if self.refusal else [one for one in self.findings if one.changes]
        outcome: Outcome = "refused" if self.refusal else "changed" if deciding else "taken"
        first = next(iter(deciding), Finding("taken"))
        details = first.details | ({"record": json_text(self.record.raw)} if self.refusal else {})
        return Line(
            entity=self.record.entity,
            old_id=self.key,
            file=self.record.file,
            row=self.record.number,
            outcome=outcome,
            code=first.code,
            message=first.message,
            details=details,
            findings=(*([self.refusal] if self.refusal else []), *self.findings),
        )


class Journal:
    """Every reading of an import, in order: as many lines at the end as records at the start."""

    def __init__(self, *, at: datetime, zone: ZoneInfo) -> None:
        self.at = at
        self.zone = zone
        self.naive: Counter[str] = Counter()
        self.readings: list[Reading] = []
        self.kept: dict[tuple[str, str], Reading] = {}

    def take_each(self, records: Iterable[Record], rule: Callable[[Reading], T]) -> dict[str, T]:
        """Apply a rule to each record: what was taken by key; the rest is refused with its reason."""
        taken: dict[str, T] = {}
        for record in records:
            reading = Reading(record, self)
            self.readings.append(reading)
            try:
                self._admit(reading, taken.keys())
                taken[reading.key] = rule(reading)
                self.kept[record.entity, reading.key] = reading
            except RecordError as refused:
                reading.refusal = refused.finding
        return taken

    def _admit(self, reading: Reading, known: Iterable[str]) -> None:
        record = reading.record
        if record.problem:
            raise RecordError(record.problem)
        if not reading.key:
            reading.key = _made_key(record, set(known))
            reading.change("id_missing", key=reading.key)
        if reading.key in known:
            raise RecordError("duplicate_id")

    def reading_of(self, entity: str, key: str) -> Reading:
        return self.kept[entity, key]

    def refused(self, entity: str) -> list[Reading]:
        return [one for one in self.readings if one.refusal and one.record.entity == entity]

    def lines(self) -> list[Line]:
        return [reading.line() for reading in self.readings]


def _made_key(record: Record, known: set[str]) -> str:
    """The same for the same content, wherever it stands in the file."""
    digest = hashlib.sha256(json_text(record.raw).encode()).hexdigest()[:8].upper()
    key, copy = f"X{digest}", 1
    while key in known:
        copy += 1
        key = f"X{digest}-{copy}"
    return key
