"""The home page of one person: every section they may see, a fixed number of statements whatever the rows."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from stockroom.insight import rules
from stockroom.insight.queries import activity, oversight, shelves, waiting
from stockroom.insight.queries.activity import Delivered, LastDocument, TrendPoint
from stockroom.insight.queries.oversight import LastEntry, LastSignIn, Setup, SystemCounts
from stockroom.insight.queries.shelves import Expiring, Low, Overstock
from stockroom.insight.queries.waiting import WaitingBatches, WaitingLevels, WaitingOwed
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection

FEW, MORE = 6, 12


class Today(msgspec.Struct, frozen=True):
    """One number of today so far, and the average of the same weekday before, up to the same time of day."""

    today: int
    usual: Decimal | None


class TodayNumbers(msgspec.Struct, frozen=True):
    """``dispensings`` and ``lines`` are null where dispensing is switched off or may not be seen, ``receipts`` for
    wards."""

    dispensings: Today | None
    lines: Today | None
    receipts: Today | None
    transfers: Today


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """What the home page shows. A section that the person may not see, or that is not of their work, is null.

    ``kind`` is pharmacy, purchasing, ward or oversight. ``deliveries`` are those of this month; ``dispensed``
    has a point a day, ``received`` a point a week.
    """

    kind: rules.HomeKind
    at: datetime
    expiry_warning_days: int
    batches: WaitingBatches | None = None
    levels: WaitingLevels | None = None
    owed: WaitingOwed | None = None
    today: TodayNumbers | None = None
    expiring: list[Expiring] | None = None
    low: list[Low] | None = None
    overstock: list[Overstock] | None = None
    deliveries: list[Delivered] | None = None
    dispensed: list[TrendPoint] | None = None
    received: list[TrendPoint] | None = None
    documents: list[LastDocument] | None = None
    transfers_in: list[LastDocument] | None = None
    dispensings: list[LastDocument] | None = None
    counts: SystemCounts | None = None
    entries: list[LastEntry] | None = None
    sign_ins: list[LastSignIn] | None = None
    setup: Setup | None = None


class Reader:
    """Reads the sections for one person at one moment."""

    def __init__(
        self,
        db: Connection,
        actor: Actor,
        *,
        at: datetime,
        within_days: int,
        currency: str,
        dispensing: bool,
    ) -> None:
        self.db = db
        self.actor = actor
        self.at = at
        self.within_days = within_days
        self.currency = currency
        self.kind: rules.HomeKind = rules.home_kind(actor)
        self.sections = rules.sections_for(actor, dispensing=dispensing)
        self.departments = actor.department_list()
        self.prices = actor.may("catalog.price.read")
        self.dispensing = dispensing and actor.may("dispensing.dispensing.read")

    async def read(self) -> Dashboard:
        found: dict[str, Any] = {}  # of as many types as there are sections; Dashboard names each
        for section, reading in self._readings().items():
            if section in self.sections:
                found[section] = await reading()
        return Dashboard(kind=self.kind, at=self.at, expiry_warning_days=self.within_days, **found)

    def _readings(self) -> dict[str, Callable[[], Awaitable[Any]]]:
        return {
            "setup": lambda: oversight.get_setup(self.db),
            "batches": self.batches,
            "levels": self.levels,
            "owed": lambda: waiting.count_owed(self.db, departments=self.departments),
            "today": self.today,
            "expiring": self.expiring,
            "low": self.low,
            "overstock": self.overstock,
            "deliveries": self.deliveries,
            "dispensed": self.dispensed,
            "received": self.received,
            "documents": lambda: self.documents(None),
            "transfers_in": lambda: self.documents(["transfer"], incoming=True),
            "dispensings": lambda: self.documents(["dispensing"]),
            "counts": lambda: oversight.count_system(self.db),
            "entries": lambda: oversight.list_last_entries(self.db, most=MORE),
            "sign_ins": lambda: oversight.list_last_sign_ins(self.db, at=self.at, most=FEW),
        }

    async def batches(self) -> WaitingBatches:
        return await waiting.count_waiting_batches(
            self.db,
            today=self.at.date(),
            within_days=self.within_days,
            departments=self.departments,
            prices=self.prices,
        )

    async def levels(self) -> WaitingLevels:
        return await waiting.count_waiting_levels(self.db, today=self.at.date(), departments=self.departments)

    async def today(self) -> TodayNumbers:
        windows = rules.comparison_windows(self.at)
        today, *before = await activity.count_in_windows(self.db, windows, departments=self.departments)
        known = [window for window in before if window.known]

        def number(name: str) -> Today:
            usual = rules.average([getattr(window, name) for window in known])
            return Today(getattr(today, name), usual)

        return TodayNumbers(
            dispensings=number("dispensings") if self.dispensing else None,
            lines=number("lines") if self.dispensing else None,
            receipts=None if self.kind == "ward" else number("receipts"),
            transfers=number("transfers"),
        )

    async def expiring(self) -> list[Expiring]:
        return await shelves.list_expiring(
            self.db,
            today=self.at.date(),
            within_days=self.within_days,
            departments=self.departments,
            prices=self.prices,
            most=FEW,
        )

    async def low(self) -> list[Low]:
        return await shelves.list_low(
            self.db,
            today=self.at.date(),
            departments=self.departments,
            prices=self.prices,
            suppliers=self.actor.may("catalog.supplier.read"),
            currency=self.currency,
            most=MORE if self.kind == "purchasing" else FEW,
        )

    async def overstock(self) -> list[Overstock]:
        return await shelves.list_overstock(
            self.db, departments=self.departments, prices=self.prices, most=FEW
        )

    async def deliveries(self) -> list[Delivered]:
        return await activity.list_deliveries(
            self.db,
            since=self.at.date().replace(day=1),
            departments=self.departments,
            prices=self.prices,
            currency=self.currency,
            most=FEW,
        )

    async def dispensed(self, days: int = rules.TREND_DAYS) -> list[TrendPoint]:
        """The last ``days`` days, today included."""
        midnight = self.at.replace(hour=0, minute=0, second=0, microsecond=0)
        return await activity.trend_of_dispensing(
            self.db,
            first=midnight - timedelta(days=days - 1),
            last=midnight,
            departments=self.departments,
            prices=self.prices,
        )

    async def received(self, weeks: int = rules.TREND_WEEKS) -> list[TrendPoint]:
        """The last ``weeks`` weeks, this one included."""
        return await activity.trend_of_receiving(
            self.db,
            first=self.at.date() - timedelta(weeks=weeks - 1),
            last=self.at.date(),
            departments=self.departments,
            prices=self.prices,
            currency=self.currency,
        )

    async def documents(self, kinds: list[str] | None, *, incoming: bool = False) -> list[LastDocument]:
        return await activity.list_last_documents(
            self.db,
            departments=self.departments,
            kinds=kinds,
            incoming=incoming,
            most=FEW if kinds else FEW + 2,
        )
