"""Work beside the requests ends in bounded time, also when a cancellation is lost on the way."""

import asyncio
from contextlib import suppress

from stockroom.platform.background import ended


async def test_who_is_told_may_finish() -> None:
    over, finished = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await over.wait()
        finished.set()

    task = asyncio.create_task(work())
    over.set()
    await ended(task, within=5)
    assert finished.is_set()
    assert not task.cancelled()


async def test_who_does_not_finish_is_cancelled() -> None:
    task = asyncio.create_task(asyncio.Event().wait())
    await ended(task, within=0.01)
    assert task.cancelled()


async def test_a_lost_cancellation_holds_nobody_up() -> None:
    let_go = asyncio.Event()

    async def deaf() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await let_go.wait()

    task = asyncio.create_task(deaf())
    async with asyncio.timeout(5):
        await ended(task, within=0.01)
    assert not task.done()
    let_go.set()
    await task
