"""A server that dies is started again while somebody needs it."""

import threading

import psutil
import psycopg

from stockroom.platform.embedded import EmbeddedPostgres, ServerBusy, kept_running


class Mortal:
    """Dies as often as told; the first attempt to start it again fails."""

    def __init__(self, deaths: int) -> None:
        self.deaths = deaths
        self.starts = 0
        self.alive = False
        self.settled = threading.Event()

    def is_serving(self) -> bool:
        if self.alive and not self.deaths:
            self.settled.set()
        return self.alive

    def start(self) -> str:
        self.starts += 1
        if self.starts == 1:
            raise ServerBusy(__file__, 1)  # pyright: ignore[reportArgumentType]
        self.deaths -= 1
        self.alive = not self.deaths
        return ""


def test_it_is_started_until_it_stays_and_a_failure_does_not_end_the_watch():
    server = Mortal(deaths=3)
    with kept_running(server, every=0.001):
        assert server.settled.wait(30)
    assert server.starts == 4


def test_nobody_watches_after_the_block():
    server = Mortal(deaths=0)
    server.alive = True
    with kept_running(server, every=0.001):
        assert server.settled.wait(30)
    server.alive = False
    assert not [thread for thread in threading.enumerate() if thread.name == "database-watch"]
    assert server.starts == 0


def test_a_killed_server_comes_back_with_what_was_committed(data_dir, postmaster):
    with EmbeddedPostgres(data_dir) as postgres:
        conninfo = postgres.start()
        with psycopg.connect(conninfo) as db:
            db.execute("create table kept as select 12 as tablets")
        first = postmaster()
        assert postgres.is_serving()
        with kept_running(postgres, every=0.01):
            first.kill()
            psutil.wait_procs([first], timeout=30)
            deadline = threading.Event()
            for _ in range(3000):
                if postgres.is_serving():
                    break
                deadline.wait(0.01)
        assert postmaster().pid != first.pid
        with psycopg.connect(postgres.start()) as db:
            assert db.execute("select tablets from kept").fetchone() == (12,)
