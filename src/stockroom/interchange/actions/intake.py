"""An import under way: what is here already, what has come, and what the report will say of it."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from stockroom.interchange import rules
from stockroom.interchange.alorf import Finding, Line, plan
from stockroom.interchange.alorf.messages import message_for
from stockroom.interchange.alorf.report import Outcome
from stockroom.interchange.queries.matches import Known, Match
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute
from stockroom.platform.errors import Refusal
from stockroom.platform.fields import StructInput, convert

SYSTEM = "alorf"
MOST_MENDS = 20
CHUNK = 1000

REMEMBER = """
insert into interchange.imported (source_id, entity, entity_id, digests, imported_at)
select source_id, entity, entity_id, digests::jsonb, %(at)s
from unnest(%(sources)s::text[], %(entities)s::text[], %(ids)s::text[], %(digests)s::text[])
    as given (source_id, entity, entity_id, digests)
"""

Input = TypeVar("Input", bound=StructInput)
Mend = Callable[[Input, int], tuple[Input, Finding]]
"""Given what was refused and how often, what to try instead and what to say about it."""

Progress = Callable[[float, str], None]
"""Told the part done (0 to 1) and what is under way."""


class Tally(msgspec.Struct):
    """How many of one kind were planned, made, found here under the same name, or imported before;
    how many were mended to fit, and how many differ from the earlier import."""

    planned: int = 0
    created: int = 0
    matched: int = 0
    already: int = 0
    mended: int = 0
    different: int = 0


class Intake:
    """``at`` is the moment of the import and ``stocked_at`` that of the old stock, both in the organisation's zone."""

    def __init__(
        self,
        db: Connection,
        *,
        known: dict[str, Known],
        currency: str,
        actor: Actor,
        at: datetime,
        stocked_at: datetime,
        progress: Progress,
        items: int,
    ) -> None:
        self.db = db
        self.currency = currency
        self.actor = actor
        self.at = at
        self.stocked_at = stocked_at
        self.ids: dict[str, str] = {}
        self.lines: list[Line] = []
        self.tallies: dict[str, Tally] = {}
        self.unplaced: dict[str, tuple[str, plan.Item]] = {}
        self.brought_papers = False
        self._births = Counter(compared=0, differing=0)
        self._known = known
        self._claimed = {(one.entity, one.entity_id) for one in known.values()}
        self._new: list[Known] = []
        self._mended: set[str] = set()
        self._progress = progress
        self._steps = Counter(done=0, all=max(items, 1))

    @property
    def brings_something(self) -> bool:
        return bool(self._new) or self.brought_papers

    def moment(self, created_at: datetime | None) -> datetime:
        """When the record was made, in the organisation's zone; the import's moment where nobody knows."""
        return created_at.astimezone(self.at.tzinfo) if created_at else self.at

    @property
    def zone(self) -> ZoneInfo:
        zone = self.at.tzinfo
        assert isinstance(zone, ZoneInfo)
        return zone

    def id_of(self, kind: str, key: str | None) -> UUID | None:
        """The id here of a planned item; None for none."""
        found = self.ids.get(f"{SYSTEM}:{kind}:{key}") if key else None
        return UUID(found) if found else None

    def is_known(self, source_id: str) -> bool:
        return source_id in self._known

    def meet(self, entity: str, item: plan.Item) -> bool:
        """Count the item; True where an earlier import brought it, after saying what has changed since."""
        tally = self.count(entity)
        known = self._known.get(item.source_id)
        if known is None:
            return False
        tally.already += 1
        self.ids[item.source_id] = known.entity_id
        digests = rules.digests(item)
        fields = rules.changed_fields(known.digests, digests)
        if "created_at" in known.digests and "created_at" in digests:
            self._births["compared"] += 1
            self._births["differing"] += "created_at" in fields
        if fields:
            tally.different += 1
            now = "; ".join(f"{name}: {_shown(getattr(item, name))}" for name in fields)
            self.say(entity, item, "difference", "changed_since", fields=", ".join(fields), now=now)
        return True

    def count(self, entity: str) -> Tally:
        """One more of the kind."""
        tally = self.tallies.setdefault(entity, Tally())
        tally.planned += 1
        self._steps["done"] += 1
        self._progress(min(self._steps["done"] / self._steps["all"], 1), entity)
        return tally

    def claim(self, entity: str, item: plan.Item, match: Match | None) -> bool:
        """Take what is here under the same name for the item, once."""
        if match is None or (entity, match.id) in self._claimed:
            return False
        self.tallies[entity].matched += 1
        self.remember(entity, item, match.id)
        self.say(entity, item, "changed", "matched", name=match.name)
        self.unplaced[item.source_id] = (entity, item)
        return True

    def made(self, entity: str, item: plan.Item, entity_id: object) -> None:
        self.tallies[entity].created += 1
        self.remember(entity, item, str(entity_id))

    def remember(self, entity: str, item: plan.Item, entity_id: str) -> None:
        self.ids[item.source_id] = entity_id
        self._claimed.add((entity, entity_id))
        self._new.append(Known(item.source_id, entity, entity_id, rules.digests(item)))

    def say(self, entity: str, item: plan.Item, outcome: Outcome, code: str, **details: str) -> None:
        self.tell(entity, getattr(item, "key", item.source_id), outcome, Finding(code, details))

    def tell(self, entity: str, old_id: str, outcome: Outcome, finding: Finding) -> None:
        self.lines.append(
            Line(
                entity=entity,
                old_id=old_id,
                file="",
                row=0,
                outcome=outcome,
                code=finding.code,
                message=message_for(finding.code, finding.details),
                details=finding.details,
            )
        )

    def mend(self, entity: str, item: plan.Item, code: str, **details: str) -> None:
        """Say how the item was brought within the rules."""
        if item.source_id not in self._mended:
            self._mended.add(item.source_id)
            self.tallies[entity].mended += 1
        self.say(entity, item, "changed", code, **details)

    def keep_whole(self, entity: str, item: plan.Item, *fields: str) -> None:
        """What found no place here stays readable, with the whole record, among the old documents."""
        if fields:
            self.mend(entity, item, "kept_whole", fields=", ".join(fields))
            self.unplaced[item.source_id] = (entity, item)

    async def persist(
        self,
        entity: str,
        item: plan.Item,
        wanted: Input,
        create: Callable[[Input], Awaitable[UUID]],
        mends: Mapping[str, Mend[Input]],
    ) -> UUID:
        """Create it; where a rule refuses, mend it by that refusal's own rule, say so and try again.

        Raises the refusal for which there is no rule: a fault of ours.
        """
        tries: Counter[str] = Counter()
        wanted = checked(wanted)
        while True:
            try:
                entity_id = await create(wanted)
            except Refusal as refusal:
                code = next((error.code for error in refusal.errors if error.code in mends), refusal.code)
                tries[code] += 1
                if code not in mends or tries[code] > MOST_MENDS:
                    raise
                wanted, finding = mends[code](wanted, tries[code])
                wanted = checked(wanted)
                self.mend(entity, item, finding.code, **finding.details)
            else:
                self.made(entity, item, entity_id)
                return entity_id

    def warn_of_another_system(self) -> None:
        """Within one system a record keeps the moment it was made; where most differ, ids mean other things."""
        differing, compared = self._births["differing"], self._births["compared"]
        if differing * 2 > compared:
            details = {"differing": str(differing), "compared": str(compared)}
            self.tell("file", "", "difference", Finding("other_system", details))

    async def write_down(self) -> None:
        """Remember all that came, so that the next import finds it."""
        for start in range(0, len(self._new), CHUNK):
            part = self._new[start : start + CHUNK]
            await execute(
                self.db,
                REMEMBER,
                {
                    "sources": [one.source_id for one in part],
                    "entities": [one.entity for one in part],
                    "ids": [one.entity_id for one in part],
                    "digests": [msgspec.json.encode(one.digests).decode() for one in part],
                    "at": self.at,
                },
            )


def checked(wanted: Input) -> Input:
    """The same, held against the limits of its fields as if a person had typed it. Raises Invalid."""
    return convert(_plain(wanted), type(wanted))


def _plain(struct: msgspec.Struct) -> dict[str, Any]:
    return {
        name: [_plain(one) if isinstance(one, msgspec.Struct) else one for one in value]  # pyright: ignore[reportUnknownVariableType]  # lists of an input
        if isinstance(value := getattr(struct, name), list)
        else value
        for name in struct.__struct_fields__
    }


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode().strip('"')
    return text[:200]
