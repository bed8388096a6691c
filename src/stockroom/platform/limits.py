"""How often somebody may ask: exact sliding windows in PostgreSQL, so that workers and restarts add no tries."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from stockroom.platform.db import Connection, fetch_one
from stockroom.platform.errors import N_, Refusal
from stockroom.settings import LIMIT, Settings

NAMES = ("login", "reset", "upload", "api", "general", "signed_in", "alarm")
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
SKEW = timedelta(seconds=5)
"""Clocks of several machines differ; a hit from further in the future comes from a clock that was set back."""

TAKE = """
with swept as (
    delete from platform.rate_limit
    where key in (
        select key from platform.rate_limit
        where expires_at < %(at)s::timestamptz and key <> %(key)s
        limit 20 for update skip locked)
)
insert into platform.rate_limit as l (key, hits, granted, expires_at)
values (
    %(key)s,
    array_fill(%(at)s::timestamptz, array[%(units)s::int]),
    %(units)s::int <= %(most)s::int,
    %(at)s::timestamptz + %(window)s::interval)
on conflict (key) do update set (hits, granted, expires_at) = (
    select
        case when fits then recent || excluded.hits else recent end,
        fits,
        case when fits then excluded.expires_at else l.expires_at end
    from (
        select recent, cardinality(recent) + %(units)s::int <= %(most)s::int as fits
        from (
            select coalesce(array_agg(hit order by hit), '{}') as recent
            from unnest(l.hits) hit
            where hit > %(at)s::timestamptz - %(window)s::interval and hit <= %(at)s::timestamptz + %(skew)s::interval
        ) seen
    ) decided
)
returning granted, cardinality(hits) as used, coalesce(hits[1], %(at)s::timestamptz) as oldest
"""


class Limit(msgspec.Struct, frozen=True):
    """At most ``most`` in any ``window``."""

    name: str
    most: int
    window: timedelta

    def __str__(self) -> str:
        return f"{self.most};w={int(self.window.total_seconds())}"


class RateLimited(Refusal):
    code = "rate.limited"
    status = 429
    sentence = N_("Too many requests. Please try again in {seconds} seconds.")

    def __init__(self, limit: "Limit", seconds: int) -> None:
        super().__init__(limit=limit.name, seconds=seconds)
        self.limit = limit
        self.seconds = seconds

    def headers(self) -> dict[str, str]:
        return headers(self.limit, left=0, reset=self.seconds)


class Taken(msgspec.Struct, frozen=True):
    """What is left of a limit after one more was let through."""

    granted: bool
    used: int
    oldest: datetime


def named_limits(settings: Settings) -> dict[str, Limit]:
    """Every limit in force, by its name."""
    return {name: _limit(name, getattr(settings, f"limit_{name}")) for name in NAMES}


def _limit(name: str, text: str) -> Limit:
    found = re.fullmatch(LIMIT, text)
    assert found is not None  # the settings let no other text through
    return Limit(name, int(found[1]), timedelta(seconds=int(found[2] or 1) * UNITS[found[3]]))


async def take(db: Connection, limit: Limit, key: str, at: datetime, *, units: int = 1) -> dict[str, str]:
    """Count ``units`` under ``key``; answers the headers that tell what is left. One statement, outside of
    the request's transaction: a refusal later does not give it back. Raises RateLimited."""
    params = {
        "key": f"{limit.name}:{key}",
        "at": at,
        "units": units,
        "most": limit.most,
        "window": limit.window,
        "skew": SKEW,
    }
    taken = await fetch_one(db, TAKE, params, Taken)
    assert taken is not None  # the statement always returns its row
    until_free = max(1, -int((at - taken.oldest - limit.window) // timedelta(seconds=1)))
    if not taken.granted:
        raise RateLimited(limit, until_free)
    return headers(limit, left=limit.most - taken.used, reset=until_free)


async def reached(db: Connection, limit: Limit, key: str, at: datetime) -> bool:
    """Counts one more; True from the first that is over the limit."""
    try:
        await take(db, limit, key, at)
    except RateLimited:
        return True
    return False


def headers(limit: Limit, *, left: int, reset: int) -> dict[str, str]:
    """``RateLimit-*`` of the IETF's draft: the limit, what is left, seconds until something is free again."""
    return {
        "RateLimit-Policy": str(limit),
        "RateLimit-Limit": str(limit.most),
        "RateLimit-Remaining": str(max(0, left)),
        "RateLimit-Reset": str(reset),
    }


class Limits:
    """The named limits in force, and what this process knows of signed-in people.

    Somebody signed in is counted here first. Who asks more than a sixtieth of the limit in ten seconds takes as many
    from the shared count before using them: calm people cost no statement, busy ones one in ten requests. What is
    let through beyond the limit is at most one such share for each worker.
    """

    CALM_FOR = timedelta(seconds=10)
    SHARES = 60
    KEPT = 10_000

    def __init__(self, named: Mapping[str, Limit]) -> None:
        self._named = dict(named)
        self._people: dict[str, _Use] = {}

    def __getitem__(self, name: str) -> Limit:
        return self._named[name]

    async def take_signed_in(self, db: Connection, key: str, at: datetime) -> dict[str, str]:
        """Raises RateLimited."""
        limit = self._named["signed_in"]
        share = limit.most // self.SHARES
        use = self._use(key, at, share)
        if use.refused_until is not None and at < use.refused_until:
            raise RateLimited(limit, 1 + (use.refused_until - at) // timedelta(seconds=1))
        use.count += 1
        if use.count > use.free and use.count > use.paid:
            await _pay(
                db, limit, key, use, at, units=max(1, share if use.paid or not use.free else 2 * share)
            )
        return headers(
            limit, left=limit.most - max(use.count, use.known), reset=int(limit.window.total_seconds())
        )

    def _use(self, key: str, at: datetime, share: int) -> "_Use":
        use = self._people.get(key)
        if use is None or at - use.since >= self.CALM_FOR:
            if len(self._people) >= self.KEPT:
                self._people = {k: v for k, v in self._people.items() if at - v.since < self.CALM_FOR}
            calm = use is None or use.count <= share
            use = self._people[key] = _Use(
                at, free=share if calm else 0, refused_until=None if use is None else use.refused_until
            )
        return use


class _Use:
    """Requests of one person in the ten seconds from ``since`` on; ``paid`` of them are in the shared count."""

    __slots__ = ("count", "free", "known", "paid", "refused_until", "since")

    def __init__(self, since: datetime, *, free: int, refused_until: datetime | None) -> None:
        self.since = since
        self.free = free
        self.count = 0
        self.paid = 0
        self.known = 0
        self.refused_until = refused_until


async def _pay(db: Connection, limit: Limit, key: str, use: _Use, at: datetime, *, units: int) -> None:
    try:
        told = await take(db, limit, key, at, units=units)
    except RateLimited as refusal:
        use.refused_until = at + timedelta(seconds=refusal.seconds)
        raise
    use.paid += units
    use.known = limit.most - int(told["RateLimit-Remaining"])
