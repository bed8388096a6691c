"""Locks after wrong passwords (P6): for an account from one address, and a hard cap from anywhere.

Every attempt is counted before the password is looked at, so that many at once get no more tries than one after
the other. A name that is nobody's is counted and locked in the same way: a lock tells nothing.
Source: OWASP Authentication Cheat Sheet, account lockout; ASVS 5.0 chapter 6.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from stockroom.people.errors import ResetRequired, SignInLocked
from stockroom.platform import audit
from stockroom.platform.access import Actor
from stockroom.platform.db import Connection, execute, fetch_all

EVERYWHERE = ""

COUNT = """
with swept as (
    delete from people.sign_in_attempt a
    using (
        select subject, address from people.sign_in_attempt
        where last_at < %(at)s::timestamptz - %(kept)s::interval
            and subject <> %(subject)s::bytea
            and (account_id is null or address <> '')
        limit 20 for update skip locked
    ) old
    where a.subject = old.subject and a.address = old.address
),
here as (
    insert into people.sign_in_attempt as a (subject, address, account_id, failures, last_at)
    values (%(subject)s::bytea, %(address)s::text, %(account_id)s::uuid, 1, %(at)s::timestamptz)
    on conflict (subject, address) do update set (allowed, failures, last_at) = (
        select
            over or a.failures < %(most)s::int,
            case when over then 1 else least(a.failures + 1, %(most)s::int) end,
            case when over or a.failures < %(most)s::int then excluded.last_at else a.last_at end
        from (select a.last_at + %(lock)s::interval <= excluded.last_at as over) earlier
    )
    returning allowed, failures, last_at
),
everywhere as (
    insert into people.sign_in_attempt as a (subject, address, account_id, failures, last_at)
    select %(subject)s::bytea, '', %(account_id)s::uuid, 1, %(at)s::timestamptz from here where here.allowed
    on conflict (subject, address) do update set
        allowed = a.failures < %(total)s::int,
        failures = least(a.failures + 1, %(total)s::int),
        last_at = excluded.last_at
    returning allowed, failures, last_at
)
select allowed, failures, last_at, false as everywhere from here
union all
select allowed, failures, last_at, true from everywhere
"""
FORGET_HERE = """
delete from people.sign_in_attempt where subject = %(subject)s::bytea and address in (%(address)s::text, '')
"""
TAKE_BACK = """
with only_this as (
    delete from people.sign_in_attempt
    where subject = %(subject)s::bytea and address in (%(address)s::text, '') and failures = 1
)
update people.sign_in_attempt set failures = failures - 1
where subject = %(subject)s::bytea and address in (%(address)s::text, '') and failures > 1
"""
FORGET_ACCOUNT = "delete from people.sign_in_attempt where account_id = %(account_id)s::uuid"


class LockRules(msgspec.Struct, frozen=True):
    """``most`` wrong passwords in a row lock a pair for ``lock``; ``total`` from anywhere need a reset."""

    most: int
    lock: timedelta
    total: int


class Counted(msgspec.Struct, frozen=True):
    """The state of a pair, or of the account everywhere, with this attempt in it."""

    allowed: bool
    failures: int
    last_at: datetime
    everywhere: bool


class Attempt(msgspec.Struct, frozen=True):
    """One try to sign in: who it is about, from where."""

    subject: bytes
    address: str


def subject_of(secret: bytes, login: str, account_id: UUID | None) -> bytes:
    """What stands for the account; for a name that is nobody's, a keyed hash of it."""
    text = f"account {account_id}" if account_id is not None else f"name {login.strip().casefold()}"
    return hmac.new(secret, b"sign-in\x00" + text.encode(), hashlib.sha256).digest()


async def count_attempt(
    db: Connection, attempt: Attempt, *, account_id: UUID | None, rules: LockRules, at: datetime
) -> bool:
    """Counts before anything is checked; outside of the sign-in's own transaction. True for the last one that is
    let through before the lock. Raises SignInLocked, ResetRequired."""
    params = {
        "subject": attempt.subject,
        "address": attempt.address,
        "account_id": account_id,
        "at": at,
        "most": rules.most,
        "lock": rules.lock,
        "total": rules.total,
        "kept": max(rules.lock, timedelta(days=1)),
    }
    counted = {row.everywhere: row for row in await fetch_all(db, COUNT, params, Counted)}
    pair = counted[False]
    if not pair.allowed:
        raise SignInLocked(seconds=max(1, -((at - pair.last_at - rules.lock) // timedelta(seconds=1))))
    if not counted[True].allowed:
        raise ResetRequired
    return pair.failures == rules.most


async def forget_attempts(db: Connection, attempt: Attempt) -> None:
    """After a right password: the account is trusted again, from here and in sum."""
    await execute(db, FORGET_HERE, {"subject": attempt.subject, "address": attempt.address})


async def take_back_attempt(db: Connection, attempt: Attempt) -> None:
    """A right password that still owes the second factor is no failure, and no reason to forget the others: they
    may be guesses at the factor."""
    await execute(db, TAKE_BACK, {"subject": attempt.subject, "address": attempt.address})


async def forget_account(db: Connection, account_id: UUID) -> int:
    """Clears every lock of the account; answers how many rows there were."""
    return await execute(db, FORGET_ACCOUNT, {"account_id": account_id})


async def unlock_account(db: Connection, *, account_id: UUID, actor: Actor) -> None:
    """As ``forget_account``, said in the audit trail: somebody asked for it."""
    cleared = await forget_account(db, account_id)
    audit.record(db, actor, "people.account.unlock", "account", account_id, after={"cleared": cleared})
