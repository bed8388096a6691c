"""``stockroom`` with one mistake planted: passwords are hashed on the event loop. For comparison, and nothing else."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

from stockroom.cli import main
from stockroom.people import passwords

T = TypeVar("T")


class OnTheLoop(Executor):
    """Does at once, where it is asked, what should be done elsewhere."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        done: Future[T] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


if __name__ == "__main__":
    passwords._THREADS = OnTheLoop()  # type: ignore[assignment]  # pyright: ignore[reportPrivateUsage]  # the mistake
    main()
