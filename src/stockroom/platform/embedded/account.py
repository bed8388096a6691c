"""Which system user runs the server: PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypedDict

from .errors import AccountUnnamed

ROOT = 0
CUSTOMARY = "postgres"
OURS = "stockroom"
LAST_RESORT = "nobody"

# shadow-utils, Debian's adduser, BusyBox: each system has one of them.
_WAYS_TO_CREATE = (
    ("useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", OURS),
    ("adduser", "--system", "--group", "--no-create-home", OURS),
    ("adduser", "-S", "-D", "-H", OURS),
)


class ChildIdentity(TypedDict, total=False):
    """Arguments for `subprocess` that make a child run as the account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int

    @classmethod
    def of(cls, uid: int) -> Self:
        """The account of that user id; raises AccountUnnamed where the system knows none."""
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            raise AccountUnnamed(uid) from None
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    @classmethod
    def of_self(cls) -> Self:
        return cls.of(os.geteuid())

    @classmethod
    def named(cls, name: str) -> Self | None:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            return None
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    @property
    def is_ours(self) -> bool:
        """True where this process already runs as the account."""
        return self.uid == os.geteuid()

    def identity(self) -> ChildIdentity:
        return {} if self.is_ours else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Asks the system itself, so that access lists and mounts count as well as modes."""
        asked = subprocess.run(  # noqa: S603
            ["/bin/sh", "-c", 'cd -- "$1"', "sh", folder],
            cwd="/",
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self.identity(),
        )
        return asked.returncode == 0

    def own(self, path: Path) -> None:
        if not self.is_ours:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def own_tree(self, folder: Path) -> None:
        self.own(folder)
        for parent, folders, files in os.walk(folder):
            for name in (*folders, *files):
                self.own(Path(parent, name))


def choose_account(data_dir: Path, cluster: Path) -> Account:
    """Ourselves, unless we are root: then the owner of what is there, or a service account."""
    if os.geteuid() != ROOT:
        return Account.of_self()
    for path in (cluster, data_dir):
        if path.exists() and (owner := path.stat().st_uid) != ROOT:
            return Account.of(owner)
    return service_account()


def service_account() -> Account:
    """`postgres` or `stockroom` where the system has it, else a new `stockroom`, else `nobody`."""
    account = Account.named(CUSTOMARY) or Account.named(OURS) or _create() or Account.named(LAST_RESORT)
    if account is None:
        raise AccountUnnamed(ROOT)
    return account


def _create() -> Account | None:
    for command in _WAYS_TO_CREATE:
        try:
            subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)  # noqa: S603
        except (OSError, subprocess.CalledProcessError):
            continue
        if account := Account.named(OURS):
            return account
    return None
