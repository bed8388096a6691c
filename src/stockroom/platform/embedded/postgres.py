"""One process's hold on the embedded server."""

import contextlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from . import cluster
from .account import Account, choose_account
from .binaries import find_install, runnable_install
from .config import DATABASE, check_settings
from .errors import ServerDidNotStart, StorageFailed
from .layout import Layout, prepare_data_dir, prepare_socket_dir
from .locks import FileLock, exclusively
from .server import Server

log = logging.getLogger(__name__)

# Crash recovery and the closing checkpoint read and write at most max_wal_size; a slow disk needs minutes.
START_SECONDS = 300.0
STOP_SECONDS = 120.0

FIND_DATABASE = "select 1 from pg_database where datname = %s"
CREATE_DATABASE = "create database stockroom"


class EmbeddedPostgres:
    """The PostgreSQL cluster in `data_dir/postgres`, shared by every process that starts it.

    `settings` are further postgresql.conf values, as text; they take effect when this process is the one
    that launches the server. Raises EmbeddedError subclasses, each with a sentence for the operator.
    """

    def __init__(self, data_dir: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self._settings = dict(settings or {})
        check_settings(self._settings)
        self._layout = Layout(Path(data_dir).expanduser().resolve())
        self._hold: FileLock | None = None
        self._holder_pid = 0

    @property
    def bin(self) -> Path:
        """The folder of PostgreSQL's programs: pg_dump, pg_restore, pgbench, psql."""
        return find_install() / "bin"

    @property
    def server_account(self) -> str:
        """The system user that runs (or would run) the server; owns the cluster's files."""
        return self._account().name

    def start(self) -> str:
        """Makes the cluster if there is none, starts it or joins it; returns a conninfo of its database.

        Calling it again revives a server that died meanwhile.
        """
        account = self._account()
        server = Server(self._layout, account)
        try:
            prepare_data_dir(self._layout.data_dir, account)
            cluster.check_owner(self._layout.cluster, account)
            with exclusively(self._layout.start_lock, seconds=START_SECONDS + STOP_SECONDS):
                self._take_hold()
                try:
                    self._bring_up(server)
                except BaseException:
                    self._leave(server)
                    raise
        except OSError as error:
            raise StorageFailed(self._layout.data_dir, error, server.log_tail()) from error
        return server.conninfo(DATABASE)

    def is_serving(self) -> bool:
        """True while the server's first process lives, be it that it still starts or recovers."""
        return Server(self._layout, self._account()).is_running()

    def stop(self) -> None:
        """Lets go of the server; the last holder stops it. In a forked child, and twice, it does nothing."""
        if self._hold is None or self._holder_pid != os.getpid():
            return
        server = Server(self._layout, self._account())
        try:
            with exclusively(self._layout.start_lock, seconds=START_SECONDS + STOP_SECONDS):
                self._leave(server)
        except OSError as error:
            raise StorageFailed(self._layout.data_dir, error, server.log_tail()) from error

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _account(self) -> Account:
        return choose_account(self._layout.data_dir, self._layout.cluster)

    def _take_hold(self) -> None:
        if self._hold is None or self._holder_pid != os.getpid():
            self._hold = FileLock(self._layout.holders_lock)
            self._holder_pid = os.getpid()
            self._hold.try_shared()

    def _leave(self, server: Server) -> None:
        if self._hold is None:
            return
        hold, self._hold = self._hold, None
        try:
            if hold.try_exclusive():
                server.shut_down(seconds=STOP_SECONDS)
        finally:
            hold.close()

    def _bring_up(self, server: Server) -> None:
        install, version = runnable_install(server.account, self._layout.data_dir)
        programs = install / "bin"
        folder = self._layout.cluster
        if cluster.exists(folder):
            cluster.check_version(folder, brought=version)
        else:
            log.info("creating the database in %s, for system user %s", folder, server.account.name)
            cluster.make(folder, programs=programs, account=server.account)
        if not server.is_alive():
            self._configure(server.account)
        server.bring_up(programs, seconds=START_SECONDS)
        _create_database(server)

    def _configure(self, account: Account) -> None:
        cluster.adopt(self._layout.cluster, account)
        socket_dir = self._layout.socket_dir()
        prepare_socket_dir(socket_dir, account)
        cluster.configure(
            self._layout.cluster,
            socket_dir=socket_dir,
            settings=self._settings,
            system_users=self._system_users(),
            account=account,
        )

    def _system_users(self) -> set[str]:
        owner = Account.of(self._layout.data_dir.stat().st_uid)
        return {"root", owner.name, Account.of_self().name}


def _create_database(server: Server) -> None:
    try:
        _create_missing(server)
    except psycopg.Error as error:
        raise ServerDidNotStart(server.layout.log, str(error).strip(), server.log_tail()) from error


def _create_missing(server: Server) -> None:
    with contextlib.closing(psycopg.connect(server.conninfo("postgres"), autocommit=True)) as db:
        found = db.execute(FIND_DATABASE, [DATABASE]).fetchone()
        if found is None:
            db.execute(CREATE_DATABASE)
