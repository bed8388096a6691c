"""Limits: exact in any window, for any number of processes, whatever becomes of the request."""

from datetime import timedelta

import anyio
import pytest

from stockroom.platform.addresses import counted_as
from stockroom.platform.db import Database, fetch_value
from stockroom.platform.limits import Limit, Limits, RateLimited, named_limits, take
from stockroom.settings import SettingsInvalid, load_settings
from tests.conftest import NOON

FIVE = Limit("login", 5, timedelta(minutes=1))


async def granted(database: Database, limit: Limit, key: str, at) -> bool:
    async with database.connection() as db:
        try:
            await take(db, limit, key, at)
        except RateLimited:
            return False
    return True


async def test_the_sixth_in_a_minute_is_refused_and_told_when_to_come_back(database: Database) -> None:
    async with database.connection() as db:
        for second in range(5):
            told = await take(db, FIVE, "a", NOON + timedelta(seconds=second * 10))
        assert told["RateLimit-Remaining"] == "0"
        with pytest.raises(RateLimited) as refused:
            await take(db, FIVE, "a", NOON + timedelta(seconds=50))
        assert refused.value.facts == {"limit": "login", "seconds": 10}
        assert refused.value.headers()["RateLimit-Limit"] == "5"
        await take(db, FIVE, "b", NOON)


async def test_any_minute_holds_five_not_only_those_that_begin_on_the_hour(database: Database) -> None:
    let_through = [
        second
        for second in range(180)
        if await granted(database, FIVE, "a", NOON + timedelta(seconds=second))
    ]
    for start in let_through:
        assert len([second for second in let_through if start <= second < start + 60]) <= 5
    assert len(let_through) == 15


async def test_fifty_at_once_on_many_connections_get_five(database: Database) -> None:
    answers: list[bool] = []

    async def ask() -> None:
        answers.append(await granted(database, FIVE, "a", NOON))

    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(ask)
    assert sorted(answers) == [False] * 45 + [True] * 5


async def test_a_clock_set_back_locks_nobody_out(database: Database) -> None:
    for _ in range(5):
        assert await granted(database, FIVE, "a", NOON + timedelta(hours=1))
    assert await granted(database, FIVE, "a", NOON)


async def test_forgets_what_is_over(database: Database) -> None:
    for number in range(30):
        await granted(database, FIVE, f"key {number}", NOON)
    for number in range(3):
        await granted(database, FIVE, f"late {number}", NOON + timedelta(minutes=2))
    async with database.connection() as db:
        assert await fetch_value(db, "select count(*) from platform.rate_limit") == 3


async def used_up(limits: Limits, database: Database, key: str, at) -> int:
    """How many requests of one person are let through before the first refusal."""
    async with database.connection() as db:
        for number in range(100_000):
            try:
                await limits.take_signed_in(db, key, at)
            except RateLimited:
                return number
    raise AssertionError("never refused")


def limits_with(signed_in: str) -> Limits:
    settings = load_settings(_env_file=None, environment="test", limit_signed_in=signed_in)
    return Limits(named_limits(settings))


@pytest.mark.parametrize("text", ["600/minute", "60/minute", "7/minute", "1/minute", "100/hour"])
async def test_somebody_signed_in_gets_exactly_the_limit(database: Database, text: str) -> None:
    limits = limits_with(text)
    assert await used_up(limits, database, "anna", NOON) == int(text.partition("/")[0])
    async with database.connection() as db:
        with pytest.raises(RateLimited):
            await limits.take_signed_in(db, "anna", NOON + timedelta(seconds=11))
        await limits.take_signed_in(db, "jan", NOON)
        await limits.take_signed_in(db, "anna", NOON + timedelta(hours=1, seconds=1))


async def test_four_workers_let_through_no_more_than_a_share_each_beyond(database: Database) -> None:
    workers = [limits_with("600/minute") for _ in range(4)]
    total = 0
    for number in range(3000):
        async with database.connection() as db:
            try:
                await workers[number % 4].take_signed_in(db, "anna", NOON)
            except RateLimited:
                continue
        total += 1
    assert 560 <= total <= 640


async def test_calm_use_asks_the_database_nothing(database: Database) -> None:
    limits = limits_with("600/minute")
    async with database.connection() as db:
        for number in range(60):
            await limits.take_signed_in(db, "anna", NOON + timedelta(seconds=2 * number))
        assert await fetch_value(db, "select count(*) from platform.rate_limit") == 0


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        ("x" * 300, "x" * 64),
    ],
)
def test_one_subscriber_is_one_address(address: str, counted: str) -> None:
    assert counted_as(address) == counted


@pytest.mark.parametrize("text", ["0/minute", "5", "5/fortnight", "five/minute", "5/minute; drop", "-1/hour"])
def test_refuses_what_is_no_limit(text: str) -> None:
    with pytest.raises(SettingsInvalid, match="LIMIT_LOGIN"):
        load_settings(_env_file=None, limit_login=text)


@pytest.mark.parametrize("text", ["*", "0.0.0.0/0", "::/0", "proxy", "10.0.0.0/8,*"])
def test_never_believes_everybody_about_their_address(text: str) -> None:
    with pytest.raises(SettingsInvalid, match="TRUSTED_PROXIES"):
        load_settings(_env_file=None, trusted_proxies=text)


def test_reads_a_limit_with_and_without_a_number_of_units() -> None:
    named = named_limits(load_settings(_env_file=None, limit_alarm="30/10 minutes", limit_reset="3/hour"))
    assert (named["alarm"].most, named["alarm"].window) == (30, timedelta(minutes=10))
    assert str(named["reset"]) == "3;w=3600"
