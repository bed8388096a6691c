"""The folder of the database: made whole or not at all, and opened only by its own version."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from .account import ROOT, Account
from .binaries import major_of
from .config import PG_HBA_CONF, POSTGRESQL_CONF, ROLE, pg_ident_conf, stockroom_conf
from .errors import ClusterForeign, ClusterNotMade, ClusterUnrecognised, ClusterVersionMismatch
from .files import sync_folder, write_owned

_STAGING = "postgres.new-"
_OUTPUT_TAIL = 8
_INITDB = (
    "--username=" + ROLE,
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--data-checksums",
    "--auth-local=peer",
    "--auth-host=reject",
    "--text-search-config=simple",
    "--no-instructions",
)


def exists(cluster: Path) -> bool:
    """Whether a whole cluster is there; raises ClusterUnrecognised for anything between that and nothing."""
    if not cluster.exists() or not any(cluster.iterdir()):
        return False
    for sign in ("PG_VERSION", "global/pg_control"):
        if not (cluster / sign).exists():
            raise ClusterUnrecognised(cluster, sign)
    return True


def check_owner(cluster: Path, account: Account) -> None:
    """Raises ClusterForeign where the account could not open the cluster, nor root hand it over."""
    if not cluster.exists():
        return
    owner = cluster.stat().st_uid
    if owner not in {account.uid, os.geteuid()}:
        raise ClusterForeign(cluster, Account.of(owner).name, account.name)


def check_version(cluster: Path, *, brought: str) -> None:
    """Raises ClusterVersionMismatch; changes nothing."""
    found = (cluster / "PG_VERSION").read_text().strip()
    if found != major_of(brought):
        raise ClusterVersionMismatch(cluster, found=found, brought=brought)


def make(cluster: Path, *, programs: Path, account: Account) -> None:
    """Initialises beside its place and moves in at the end, so that half a cluster never counts.

    The caller holds the start lock: what lies in a staging folder then is left from a killed attempt.
    """
    for left in cluster.parent.glob(f"{_STAGING}*"):
        shutil.rmtree(left)
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=cluster.parent))
    try:
        account.own(staging)
        _initdb(staging, cluster, programs, account)
        write_owned(staging / "postgresql.conf", POSTGRESQL_CONF, account)
        if cluster.exists():
            cluster.rmdir()
        staging.rename(cluster)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    sync_folder(cluster.parent)


def adopt(cluster: Path, account: Account) -> None:
    """Hands a cluster that root put there (restored, copied) to the account, and closes it to others."""
    if not account.is_ours and cluster.stat().st_uid == ROOT:
        account.own_tree(cluster)
    if cluster.stat().st_mode & 0o027:
        cluster.chmod(0o700)


def configure(
    cluster: Path,
    *,
    socket_dir: Path,
    settings: Mapping[str, str],
    system_users: Iterable[str],
    account: Account,
) -> None:
    texts = {
        "stockroom.conf": stockroom_conf(socket_dir, settings),
        "pg_hba.conf": PG_HBA_CONF,
        "pg_ident.conf": pg_ident_conf(system_users),
    }
    for name, text in texts.items():
        write_owned(cluster / name, text, account)


def _initdb(staging: Path, cluster: Path, programs: Path, account: Account) -> None:
    made = subprocess.run(  # noqa: S603
        [programs / "initdb", f"--pgdata={staging}", *_INITDB],
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **account.identity(),
    )
    if made.returncode != 0:
        raise ClusterNotMade(cluster, "\n".join(made.stdout.split("\n")[-_OUTPUT_TAIL:]).strip())
