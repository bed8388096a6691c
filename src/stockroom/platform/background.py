"""How work that runs beside the requests comes to its end."""

import asyncio


async def ended(task: asyncio.Task[None], *, within: float) -> None:
    """Wait so many seconds for a task that was told to end, then cancel it and wait as long again.

    Never longer: a cancellation may be lost where it meets a connection that the pool hands over at that moment,
    so that a task is told in another way besides, and looks.
    """
    await asyncio.wait({task}, timeout=within)
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=within)
