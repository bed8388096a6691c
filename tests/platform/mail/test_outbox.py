"""The outbox: what was committed leaves once, what was not never does, and nothing is lost on the way."""

import asyncio

import psycopg
import pytest
from jinja2 import UndefinedError

from stockroom.platform.db import Database, execute
from stockroom.platform.mail import post_mail
from stockroom.settings import Settings
from tests.platform.mail.ground import (
    NOTICE,
    PostOffice,
    let_time_pass,
    post,
    rows,
    seconds_until_due,
    sender_of,
)


async def test_leaves_after_the_commit_and_its_words_are_erased(
    database: Database, settings: Settings
) -> None:
    office = PostOffice()
    await post(database, "anna@szpital.example")
    assert [row.state for row in await rows(database)] == ["waiting"]
    assert await sender_of(settings, database, office).send_due() == 1
    assert office.recipients == ["anna@szpital.example"]
    (sent,) = await rows(database)
    assert (sent.state, sent.body_text, sent.body_html, sent.attempts) == ("sent", None, None, 1)
    assert await sender_of(settings, database, office).send_due() == 0


async def test_what_was_rolled_back_never_leaves(database: Database, settings: Settings) -> None:
    async def changes_its_mind() -> None:
        async with database.transaction() as db:
            await post_mail(db, to="a@b.example", template="security_notice", context=NOTICE)
            raise RuntimeError("after all not")

    with pytest.raises(RuntimeError, match="after all not"):
        await changes_its_mind()
    office = PostOffice()
    assert await sender_of(settings, database, office).send_due() == 0
    assert (await rows(database), office.taken) == ([], [])
    assert not database.posted.is_set()


async def test_a_template_that_lacks_a_word_posts_nothing(database: Database) -> None:
    async with database.transaction() as db:
        with pytest.raises(UndefinedError, match="'what' is undefined"):
            await post_mail(db, to="a@b.example", template="security_notice", context={})
    assert await rows(database) == []


async def test_what_is_for_nobody_is_written_and_never_sent(database: Database, settings: Settings) -> None:
    office = PostOffice()
    await post(database, "nobody", somebody=False)
    assert await sender_of(settings, database, office).send_due() == 0
    (row,) = await rows(database)
    assert (row.state, row.body_text, office.taken) == ("nobody", None, [])


async def test_a_refused_mail_waits_longer_each_time_and_the_others_go(
    database: Database, settings: Settings
) -> None:
    office = PostOffice(lambda to: OSError("away") if to.startswith("bad") else None)
    sender = sender_of(settings, database, office)
    await post(database, "bad@b.example", "good@b.example")
    assert await sender.send_due() == 1
    assert office.recipients == ["good@b.example"]
    async with database.transaction() as db:
        await db.execute("delete from platform.outbox where state = 'sent'")
    waits = [await seconds_until_due(database)]
    for _ in range(9):
        await let_time_pass(database, "70 minutes")
        assert await sender.send_due() == 0
        waits.append(await seconds_until_due(database))
    assert [round(wait / 30) for wait in waits] == [1, 2, 4, 8, 16, 32, 64, 120, 120, 120]
    (row,) = await rows(database)
    assert (row.state, row.last_error) == ("waiting", "OSError: away")
    assert row.body_text


async def test_is_given_up_after_a_day_and_said_in_the_log(
    database: Database, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    office = PostOffice(lambda _: OSError("away"))
    sender = sender_of(settings, database, office)
    await post(database, "a@b.example")
    await let_time_pass(database, "23 hours 59 minutes")
    await sender.send_due()
    assert (await rows(database))[0].state == "waiting"
    await let_time_pass(database, "2 minutes")
    await sender.send_due()
    (row,) = await rows(database)
    assert (row.state, row.body_text, row.body_html) == ("given_up", None, None)
    assert "mail given up after a day" in capsys.readouterr().out
    await let_time_pass(database, "31 days")
    await sender.send_due()
    assert await rows(database) == []


async def test_an_address_that_is_none_stops_nobody_else(database: Database, settings: Settings) -> None:
    office = PostOffice()
    await post(database, "a, b@c.example", "good@b.example")
    assert await sender_of(settings, database, office).send_due() == 1
    assert office.recipients == ["good@b.example"]


async def test_many_senders_at_once_send_each_mail_once(database: Database, settings: Settings) -> None:
    office = PostOffice()
    wanted = [f"user{number}@b.example" for number in range(40)]
    await post(database, *wanted)
    senders = [sender_of(settings, database, office) for _ in range(4)]
    sent = await asyncio.gather(*(sender.send_due() for sender in senders))
    assert sorted(office.recipients) == sorted(wanted)
    assert sum(sent) == 40
    assert sum(count > 0 for count in sent) > 1, "they took turns"


async def test_a_mail_in_other_hands_is_left_to_them(database: Database, settings: Settings) -> None:
    """The first sender stands in the middle of sending; the second finds nothing."""
    begun, let_go = asyncio.Event(), asyncio.Event()
    slow, quick = PostOffice(), PostOffice()

    async def slowly(message, recipient) -> None:
        begun.set()
        await let_go.wait()
        await slow(message, recipient)

    await post(database, "a@b.example")
    first = asyncio.create_task(sender_of(settings, database, slowly).send_due())
    await begun.wait()
    assert await sender_of(settings, database, quick).send_due() == 0
    let_go.set()
    assert await first == 1
    assert (len(slow.taken), quick.taken) == (1, [])


async def test_sent_but_not_noted_goes_again_under_the_same_message_id(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is killed between sending and noting it: a minute later somebody else sends it."""
    office = PostOffice()

    async def dies(*_: object) -> None:
        raise psycopg.OperationalError("killed")

    await post(database, "a@b.example")
    with monkeypatch.context() as dying:
        dying.setattr("stockroom.platform.mail.outbox.note_sent", dies)
        with pytest.raises(psycopg.OperationalError):
            await sender_of(settings, database, office).send_due()
    assert (await rows(database))[0].state == "waiting"
    assert await sender_of(settings, database, office).send_due() == 0
    assert 55 < await seconds_until_due(database) <= 60
    await let_time_pass(database, "61 seconds")
    assert await sender_of(settings, database, office).send_due() == 1
    assert office.recipients == ["a@b.example", "a@b.example"]
    assert len({message["Message-ID"] for _, message in office.taken}) == 1


async def test_nothing_of_the_database_is_held_while_the_server_is_talked_to(
    database: Database, settings: Settings
) -> None:
    held: list[int] = []
    locks: list[int] = []

    async def looks(message, recipient) -> None:
        del message, recipient
        stats = database.pool.get_stats()
        held.append(stats["pool_size"] - stats["pool_available"])
        async with database.transaction() as db:
            await execute(db, "select id from platform.outbox for update nowait")
            locks.append(0)

    await post(database, "a@b.example")
    assert await sender_of(settings, database, looks).send_due() == 1
    assert (held, locks) == ([0], [0])


async def test_who_comes_back_after_the_lease_changes_nothing_of_what_the_other_did(
    database: Database, settings: Settings
) -> None:
    office = PostOffice()

    async def late_and_refused(message, recipient) -> None:
        del message, recipient
        await let_time_pass(database, "61 seconds")
        assert await sender_of(settings, database, office).send_due() == 1
        raise OSError("too late")

    await post(database, "a@b.example")
    assert await sender_of(settings, database, late_and_refused).send_due() == 0
    (row,) = await rows(database)
    assert (row.state, row.attempts, row.last_error) == ("sent", 1, "")
    assert office.recipients == ["a@b.example"]


async def test_the_running_sender_wakes_at_a_commit_and_stops_when_told(
    database: Database, settings: Settings
) -> None:
    came = asyncio.Event()
    office = PostOffice()

    async def arrives(message, recipient) -> None:
        await office(message, recipient)
        came.set()

    sender = sender_of(settings, database, arrives)
    sender.start()
    await post(database, "a@b.example")
    await asyncio.wait_for(came.wait(), 10)
    await sender.stop()
    await post(database, "late@b.example")
    assert await sender.send_due() == 0
    assert [row.state for row in await rows(database)] == ["sent", "waiting"]


async def test_stopping_leaves_what_hangs_for_the_next_start(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stockroom.platform.mail.sender.GOODBYE_SECONDS", 0)
    begun = asyncio.Event()

    async def hangs(message, recipient) -> None:
        del message, recipient
        begun.set()
        await asyncio.Event().wait()

    sender = sender_of(settings, database, hangs)
    sender.start()
    await post(database, "a@b.example")
    await begun.wait()
    await sender.stop()
    await let_time_pass(database, "61 seconds")
    office = PostOffice()
    assert await sender_of(settings, database, office).send_due() == 1
    assert office.recipients == ["a@b.example"]
