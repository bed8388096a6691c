"""Files that root and the account may both write, opened so that neither can be led elsewhere."""

import os
import tempfile
from pathlib import Path

from .account import ROOT, Account


def open_private(path: Path, flags: int) -> int:
    """A descriptor of the file, made 0600 if new and then its folder's owner's; never through a link."""
    flags |= os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(path, flags)
    if os.geteuid() == ROOT:
        # The folder's owner, too, may use the database after root was here first.
        folder = path.parent.stat()
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor


def write_owned(path: Path, text: str, account: Account) -> None:
    """Replaces the file in one step, never through a link that the account may have laid."""
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    staging = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        account.own(staging)
        staging.replace(path)
    except BaseException:
        staging.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Makes a rename in the folder last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
