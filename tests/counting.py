"""Which statements a test counts: those of requests, and not those of the work that runs beside them."""

import asyncio

BESIDE = frozenset({"mail", "file collection", "audit-watch"})


def is_beside() -> bool:
    task = asyncio.current_task()
    return task is not None and task.get_name() in BESIDE
