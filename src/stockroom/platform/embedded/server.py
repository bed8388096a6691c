"""The running server of one cluster, seen from outside: alive, ready, launched, told to end."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from psycopg import pq
from psycopg.conninfo import make_conninfo

from .account import Account
from .config import PORT, ROLE
from .errors import ServerDidNotStart, ServerDidNotStop
from .files import open_private
from .layout import Layout, remove_traces
from .locks import PAUSE, FileLock, is_free

LOG_LIMIT = 10_000_000
_LOG_TAIL = 4_000
_PID_LINE, _SOCKET_LINE, _STATUS_LINE = 0, 4, 7  # of postmaster.pid


@dataclass(frozen=True)
class Server:
    layout: Layout
    account: Account

    def is_alive(self) -> bool:
        """True while any process of the server lives, whoever started it."""
        return not is_free(self.layout.server_lock) or self._postmaster() is not None

    def is_running(self) -> bool:
        """True while the postmaster lives; its children may outlive it for a moment."""
        return self._postmaster() is not None

    def conninfo(self, database: str) -> str:
        """Where the running server listens, which need not be where this process would have put it."""
        return make_conninfo(host=self._pid_file()[_SOCKET_LINE], port=PORT, user=ROLE, dbname=database)

    def bring_up(self, programs: Path, *, seconds: float) -> None:
        """Returns once the server accepts connections, crash recovery included; raises ServerDidNotStart."""
        launched = False
        deadline = time.monotonic() + seconds
        while not self._is_accepting():
            if time.monotonic() > deadline:
                raise self._did_not_start(f"it was not ready after {seconds:g} seconds")
            if not self.is_alive():
                if launched:
                    raise self._did_not_start("it ended at once")
                launched = self._launch(programs)
            elif not launched and self._postmaster() is None:
                self._end_orphans()
            time.sleep(PAUSE)

    def shut_down(self, *, seconds: float) -> None:
        """Fast shutdown: open transactions roll back, the data is checkpointed. Raises ServerDidNotStop."""
        if postmaster := self._postmaster():
            with contextlib.suppress(psutil.NoSuchProcess):
                postmaster.send_signal(signal.SIGINT)
        elif self.is_alive():
            self._end_orphans()
        deadline = time.monotonic() + seconds
        while self.is_alive():
            if time.monotonic() > deadline:
                raise ServerDidNotStop(self.layout.log, seconds, self.log_tail())
            time.sleep(PAUSE)

    def log_tail(self) -> str:
        try:
            with self.layout.log.open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_TAIL))
                return "\n".join(log.read().decode(errors="replace").splitlines()[-15:])
        except OSError:
            return ""

    def _launch(self, programs: Path) -> bool:
        """Starts the server in a session of its own; it inherits the server lock and keeps it to its end.

        The lock proves that no process of an earlier server lives, so its traces can go: their process
        ids may belong to somebody else by now.
        """
        lock = FileLock(self.layout.server_lock)
        try:
            if not lock.try_exclusive():
                return False
            (self.layout.cluster / "postmaster.pid").unlink(missing_ok=True)
            remove_traces(self.layout.socket_dir())
            self._spawn(programs, lock.descriptor)
            return True
        finally:
            lock.close()

    def _spawn(self, programs: Path, lock: int) -> None:
        log = self._open_log()
        try:
            # The shell ends at once and leaves the server to init, so that it is nobody's child to reap.
            subprocess.run(  # noqa: S603
                ["/bin/sh", "-c", '"$@" &', "sh", programs / "postgres", "-D", self.layout.cluster],
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[lock],
                start_new_session=True,
                umask=0o077,
                **self.account.identity(),
            )
        finally:
            os.close(log)

    def _open_log(self) -> int:
        log = self.layout.log
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        return open_private(log, os.O_WRONLY | os.O_APPEND)

    def _is_accepting(self) -> bool:
        try:
            # Asked first, because the server logs every connection it turns away while it recovers.
            if self._pid_file()[_STATUS_LINE].strip() != "ready":
                return False
            conninfo = self.conninfo("postgres")
        except (FileNotFoundError, IndexError):
            return False
        return self.is_alive() and pq.PGconn.ping(os.fsencode(conninfo)) == pq.Ping.OK

    def _pid_file(self) -> list[str]:
        return (
            (self.layout.cluster / "postmaster.pid")
            .read_text(encoding="utf-8", errors="surrogateescape")
            .splitlines()
        )

    def _postmaster(self) -> psutil.Process | None:
        """The process that postmaster.pid names, if it is indeed this cluster's server."""
        try:
            process = psutil.Process(int(self._pid_file()[_PID_LINE]))
            return process if self._serves_here(process) else None
        except (FileNotFoundError, IndexError, ValueError, psutil.Error):
            return None

    def _end_orphans(self) -> None:
        """Ends what a killed server left behind: a busy backend can outlive it, and keeps the next out."""
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if self._serves_here(process):
                    process.send_signal(signal.SIGQUIT)

    def _serves_here(self, process: psutil.Process) -> bool:
        return Path(process.cwd()) == self.layout.cluster.resolve() and process.name().startswith("postgres")

    def _did_not_start(self, reason: str) -> ServerDidNotStart:
        return ServerDidNotStart(self.layout.log, reason, self.log_tail())
