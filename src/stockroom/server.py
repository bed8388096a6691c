"""Running the application under uvicorn, in this process or in several."""

import multiprocessing
import os
import signal
import threading

import structlog
import uvicorn
from litestar.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from stockroom.main import create_app
from stockroom.platform.headers import secured
from stockroom.platform.logs import set_up_logs
from stockroom.settings import Settings, load_settings

log = structlog.get_logger("stockroom.server")
CONNINFO = "STOCKROOM_CONNINFO"
ONE_URL = (
    "The application comes in as the owner of the schema and steps down to a role that cannot change the ledger;"
    " whoever could run SQL of their own in its sessions could step up again. Give it a login role of its own in"
    " DATABASE_URL and the owner in DATABASE_OWNER_URL."
)
GRACEFUL_SECONDS = 10
HEALTHCHECK_SECONDS = 60
"""A worker that is slow to load on a busy machine is not a dead one."""


def run_server(settings: Settings, conninfo: str) -> None:
    """Serve until told to stop; what runs may finish within ten seconds."""
    _set_up_logs(settings)
    if settings.postgres_url is not None and settings.postgres_owner_url is None:
        log.warning("database.one_url", meaning=ONE_URL)
    several = settings.workers > 1
    if several:
        os.environ[CONNINFO] = conninfo
    uvicorn.run(
        "stockroom.server:worker_app" if several else create_app(settings, conninfo),
        factory=several,
        workers=settings.workers if several else None,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=GuardedTlsProtocol if settings.secure_cookies else GuardedProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        timeout_worker_healthcheck=HEALTHCHECK_SECONDS,
    )


def _set_up_logs(settings: Settings) -> None:
    set_up_logs(
        log_format=settings.log_format,
        level=settings.log_level,
        folder=settings.log_dir,
        file_bytes=settings.log_file_bytes,
        files_kept=settings.log_files_kept,
    )


class GuardedProtocol(HttpToolsProtocol):
    """What is no HTTP never reaches the application: uvicorn's own answer to it gets the headers here."""

    tls = False

    def send_400_response(self, msg: str) -> None:
        body = msg.encode("ascii", "replace")
        plain = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        lines = [b"%s: %s\r\n" % header for header in secured(plain, tls=self.tls)]
        self.transport.write(b"".join([b"HTTP/1.1 400 Bad Request\r\n", *lines, b"\r\n", body]))
        self.transport.close()


class GuardedTlsProtocol(GuardedProtocol):
    tls = True


def worker_app() -> ASGIApp:
    """One worker process: the parent has started the database and migrated it."""
    _end_with_parent()
    settings = load_settings()
    _set_up_logs(settings)
    return create_app(settings, os.environ[CONNINFO])


def _end_with_parent() -> None:
    """A parent that was killed cannot tell its workers to stop; they would keep the port from the next start."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()
