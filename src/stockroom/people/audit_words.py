"""How an entry of the audit trail is written for people. Pure; the words themselves come from the composition."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from stockroom.platform.access import Actor
from stockroom.platform.audit import AuditEntry
from stockroom.platform.changes import changes
from stockroom.platform.i18n import day, gettext, moment, number

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(T.+)?")
_PART = re.compile(r"([^\[\]]*)((?:\[\d+\])*)")


class Thing(msgspec.Struct, frozen=True):
    """What entries are about: its word, and the page that shows one (``{id}`` in it) to whom may see it."""

    label: str
    url: str
    permission: str


class AuditWords(msgspec.Struct, frozen=True):
    """``things`` by the entity of an entry, ``fields`` by their name in what it changed; English, for gettext."""

    things: Mapping[str, Thing]
    fields: Mapping[str, str]


class ShownValue(msgspec.Struct, frozen=True):
    """A value in words, and the page of the thing that it names."""

    text: str
    url: str = ""


class ShownChange(msgspec.Struct, frozen=True):
    """A field in words; an absent value is None."""

    field: str
    before: ShownValue | None
    after: ShownValue | None


class ShownEntry(msgspec.Struct, frozen=True):
    """One line of the page; ``url`` is empty where the thing has no page for this person."""

    entry: AuditEntry
    thing: str
    url: str
    changes: list[ShownChange]


class Wording:
    """For one reader: their zone, their permissions, the current language."""

    def __init__(self, words: AuditWords, actor: Actor, zone: ZoneInfo) -> None:
        self.words = words
        self.actor = actor
        self.zone = zone

    def entry(self, entry: AuditEntry) -> ShownEntry:
        return ShownEntry(
            entry,
            self.thing(entry.entity),
            self.url(entry.entity, entry.entity_id),
            [
                ShownChange(
                    self.field(one.field),
                    self.value(one.field, one.before),
                    self.value(one.field, one.after),
                )
                for one in changes(entry.before, entry.after)
            ],
        )

    def thing(self, entity: str) -> str:
        known = self.words.things.get(entity)
        return entity.replace("_", " ") if known is None else gettext(known.label)

    def url(self, entity: str, entity_id: str) -> str:
        known = self.words.things.get(entity)
        if known is None or not entity_id or not known.url or not self.actor.may(known.permission):
            return ""
        return known.url.replace("{id}", quote(entity_id, safe=""))

    def field(self, path: str) -> str:
        """``lines[0].quantity`` → Line 1 · Quantity."""
        return " · ".join(self._part(part) for part in path.split("."))

    def _part(self, part: str) -> str:
        found = _PART.fullmatch(part)
        name, places = (part, "") if found is None else (found[1], found[2])
        word = gettext(self.words.fields[name]) if name in self.words.fields else name.replace("_", " ")
        return " ".join([word, *(str(int(place) + 1) for place in re.findall(r"\d+", places))])

    def value(self, path: str, value: Any) -> ShownValue | None:
        if value is None:
            return None
        if isinstance(value, list):
            texts = [shown.text for one in cast("list[Any]", value) if (shown := self.value("", one))]
            return ShownValue(", ".join(texts) or "–")
        if isinstance(value, str):
            return self._text(path, value)
        return ShownValue(_plain(value))

    def _text(self, path: str, text: str) -> ShownValue:
        if _TIME.fullmatch(text):
            return ShownValue(self._time(text))
        if path.endswith("_id") and _is_id(text):
            return ShownValue(text, self.url(self._named(path), text))
        return ShownValue(text or "–")

    def _named(self, path: str) -> str:
        """``from_place_id`` names a place: the longest end of the field's name that is a thing."""
        words = path.rpartition(".")[2].removesuffix("_id").split("_")
        ends = ("_".join(words[start:]) for start in range(len(words)))
        return next((end for end in ends if end in self.words.things), "")

    def _time(self, text: str) -> str:
        try:
            if "T" in text:
                return moment(datetime.fromisoformat(text), self.zone)
            return day(date.fromisoformat(text))
        except ValueError:
            return text


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, int | Decimal):
        return number(value)
    if isinstance(value, float):
        return number(Decimal(str(value)))
    return msgspec.json.encode(value).decode()


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
