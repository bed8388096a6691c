"""Real clusters in folders that the server's own system user can reach, which pytest's are not."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from stockroom.platform.embedded import EmbeddedPostgres, cluster
from stockroom.platform.embedded.account import Account, choose_account
from stockroom.platform.embedded.layout import Layout
from stockroom.platform.embedded.server import Server

HOLDER = """
import pathlib, sys
from stockroom.platform.embedded import EmbeddedPostgres
postgres = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
print(postgres.start(), flush=True)
sys.stdin.readline()
postgres.stop()
"""


@pytest.fixture(autouse=True)
def _from_a_folder_that_any_user_may_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder anyone may pass through; every server below it is stopped at the end."""
    folder = Path(tempfile.mkdtemp(prefix="stockroom-embedded-")).resolve()
    folder.chmod(0o711)
    yield folder
    for found in folder.rglob("postgres/PG_VERSION"):
        layout = Layout(found.parent.parent)
        Server(layout, choose_account(layout.data_dir, layout.cluster)).shut_down(seconds=60)
        shutil.rmtree(layout.socket_dir(), ignore_errors=True)
    shutil.rmtree(folder)


@pytest.fixture
def new_dir(room: Path) -> Path:
    """A data directory that does not exist yet."""
    return room / "data"


@pytest.fixture(scope="session", autouse=True)
def quick_initdb() -> Iterator[None]:
    """No test cuts the power, so none waits for the disk to make a new cluster."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "_INITDB", (*cluster._INITDB, "--no-sync"))
        yield


@pytest.fixture(scope="session")
def used_before() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="stockroom-used-")).resolve()
    folder.chmod(0o711)
    with EmbeddedPostgres(folder / "data"):
        pass
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(new_dir: Path, used_before: Path) -> Path:
    """A data directory whose cluster was made, used and stopped before."""
    subprocess.run(["cp", "-a", used_before, new_dir], check=True)
    return new_dir


@pytest.fixture
def postmaster(data_dir: Path) -> Callable[[], psutil.Process]:
    """The server process that postmaster.pid names."""
    return lambda: psutil.Process(int((data_dir / "postgres/postmaster.pid").read_text().split()[0]))


@pytest.fixture
def hold() -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Starts another process that holds the server until its standard input ends."""
    held: list[subprocess.Popen[str]] = []

    def begin(folder: Path) -> subprocess.Popen[str]:
        held.append(
            subprocess.Popen(
                [sys.executable, "-W", "error", "-c", HOLDER, folder],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        return held[-1]

    yield begin
    for process in held:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def stranger() -> Account:
    """Some system user that is neither root nor one who may come in: `nobody`, or ourselves if not root."""
    account = Account.named("nobody") if os.geteuid() == 0 else Account.of_self()
    assert account is not None
    return account


@pytest.fixture(scope="module")
def shared(used_before: Path) -> Iterator[str]:
    """The connection string of a server that a whole module's reading tests share."""
    folder = used_before.with_name("shared")
    subprocess.run(["cp", "-a", used_before, folder], check=True)
    with EmbeddedPostgres(folder) as postgres:
        yield postgres.start()
