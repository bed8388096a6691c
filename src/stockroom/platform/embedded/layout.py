"""Where everything of the embedded server lies, and whether its account gets there."""

import errno
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .account import ROOT, Account
from .config import PORT
from .errors import DataDirUnreachable, SocketDirRefused

SOCKET = f".s.PGSQL.{PORT}"
# sun_path holds 104 bytes on the BSDs and 108 on Linux, the closing NUL included.
LONGEST_SOCKET_PATH = 103


@dataclass(frozen=True)
class Layout:
    data_dir: Path

    @property
    def cluster(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def log(self) -> Path:
        return self.data_dir / "postgres.log"

    @property
    def start_lock(self) -> Path:
        """Held while one process starts or stops the server."""
        return self.data_dir / "postgres.start.lock"

    @property
    def holders_lock(self) -> Path:
        """Shared by every process that uses the server."""
        return self.data_dir / "postgres.holders.lock"

    @property
    def server_lock(self) -> Path:
        """Held by the server's own processes, all of them, as long as one lives."""
        return self.data_dir / "postgres.server.lock"

    def socket_dir(self) -> Path:
        """Inside the data directory, or a short private folder where that path is too long for a socket."""
        near = self.data_dir / "postgres.socket"
        if _fits(near):
            return near
        name = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        far = Path(tempfile.gettempdir(), f"stockroom-{name}")
        if not _fits(far):
            raise SocketDirRefused(far, "its path, too, is too long for a socket")
        return far


def prepare_data_dir(data_dir: Path, account: Account) -> None:
    """Makes the data directory if missing; raises DataDirUnreachable where the account cannot use it."""
    _make_folders(data_dir, account)
    if not data_dir.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(data_dir))
    if not account.can_enter(data_dir):
        way = [*reversed(data_dir.parents), data_dir]
        blocked = next((folder for folder in way if not account.can_enter(folder)), data_dir)
        raise DataDirUnreachable(data_dir, blocked, account.name, needs="enter")
    if account.is_ours and not os.access(data_dir, os.R_OK | os.W_OK | os.X_OK):
        raise DataDirUnreachable(data_dir, data_dir, account.name, needs="write")


def prepare_socket_dir(folder: Path, account: Account) -> None:
    """Makes the folder, the account's alone; raises SocketDirRefused where someone else was there first."""
    try:
        folder.mkdir(mode=0o700)
        account.own(folder)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.uid, os.geteuid()}:
            raise SocketDirRefused(folder, f"it is not a folder of user {account.name!r}") from None
        folder.chmod(0o700)
        account.own(folder)
    if not account.can_enter(folder):
        raise SocketDirRefused(folder, f"user {account.name!r} cannot enter it")


def remove_traces(folder: Path) -> None:
    """Removes the socket and its lock that a killed server left in the folder."""
    for name in (SOCKET, f"{SOCKET}.lock"):
        (folder / name).unlink(missing_ok=True)


def _make_folders(data_dir: Path, account: Account) -> None:
    missing = [folder for folder in (data_dir, *data_dir.parents) if not folder.exists()]
    # Root's folders must let the server's account through, whatever the umask.
    mode = 0o711 if os.geteuid() == ROOT else 0o700
    for folder in reversed(missing):
        try:
            folder.mkdir()
        except PermissionError:
            raise DataDirUnreachable(data_dir, folder.parent, account.name, needs="write") from None
        folder.chmod(mode)


def _fits(folder: Path) -> bool:
    # libpq reads a comma as the start of another host.
    path = os.fsencode(folder / SOCKET)
    return len(path) <= LONGEST_SOCKET_PATH and b"," not in path
