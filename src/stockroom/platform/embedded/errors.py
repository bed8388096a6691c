"""Why the embedded server cannot serve; each message says what is wrong and what to do about it."""

from pathlib import Path


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot be used; `str()` is fit to show to the operator."""


class PlatformUnsupported(EmbeddedError):
    def __init__(self) -> None:
        super().__init__(
            "The embedded PostgreSQL does not run on this system; "
            "install PostgreSQL 15 or later and point DATABASE_URL at it."
        )


class BinariesMissing(EmbeddedError):
    def __init__(self, detail: str) -> None:
        super().__init__(
            f"The PostgreSQL programs that come with Stockroom cannot be run ({detail}); "
            "reinstall Stockroom, or point DATABASE_URL at another PostgreSQL."
        )


class AccountUnnamed(EmbeddedError):
    def __init__(self, uid: int) -> None:
        super().__init__(
            f"User id {uid} has no name on this system, and PostgreSQL admits only named users; "
            "add the user to /etc/passwd, or run Stockroom as a named user whose data directory it is."
        )


class DataDirUnreachable(EmbeddedError):
    """The account that runs the server cannot get into (or write) the data directory."""

    def __init__(self, data_dir: Path, blocked_at: Path, account: str, *, needs: str) -> None:
        self.blocked_at = blocked_at
        super().__init__(
            f"The database server runs as user {account!r}, who cannot {needs} {blocked_at}; "
            f"set STOCKROOM_DATA_DIR to another folder (for example /var/lib/stockroom) "
            f"instead of {data_dir}, or allow it there ({_permit(blocked_at, account, needs)})."
        )


class ClusterForeign(EmbeddedError):
    def __init__(self, cluster: Path, owner: str, account: str) -> None:
        super().__init__(
            f"The database in {cluster} belongs to user {owner!r}, not to {account!r}; "
            f"run Stockroom as {owner!r} or as root."
        )


class ClusterUnrecognised(EmbeddedError):
    def __init__(self, cluster: Path, missing: str) -> None:
        super().__init__(
            f"{cluster} holds files but is not a whole PostgreSQL cluster ({missing} is missing); "
            "nothing was changed. Move that folder aside and start again, "
            "then restore the last backup if it held your data."
        )


class ClusterVersionMismatch(EmbeddedError):
    """The cluster was made by another major version; neither side is touched."""

    def __init__(self, cluster: Path, *, found: str, brought: str) -> None:
        self.found = found
        self.brought = brought
        super().__init__(
            f"The database in {cluster} was made by PostgreSQL {found}, but this Stockroom brings "
            f"PostgreSQL {brought}; nothing was changed. Install the Stockroom release that brings "
            f"PostgreSQL {found} and save everything with that version's pg_dumpall (or `stockroom backup`), "
            f"move {cluster} aside, start this Stockroom once, and restore the dump into the new database."
        )


class SettingRefused(EmbeddedError):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The PostgreSQL setting {name!r} cannot be given here: {reason}; remove it.")


class SocketDirRefused(EmbeddedError):
    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"The database socket cannot live in {folder}: {reason}; remove that folder if it is yours, "
            "or set STOCKROOM_DATA_DIR to a folder with a shorter path."
        )


class _WithLog(EmbeddedError):
    def __init__(self, sentence: str, log_tail: str) -> None:
        self.log_tail = log_tail
        super().__init__(f"{sentence}\nThe server's last words:\n{log_tail}" if log_tail else sentence)


class ClusterNotMade(_WithLog):
    def __init__(self, cluster: Path, output: str) -> None:
        super().__init__(
            f"The database could not be created in {cluster}; nothing half-made was left. "
            "Check the free space and permissions there, then start again.",
            output,
        )


class ServerDidNotStart(_WithLog):
    def __init__(self, log: Path, reason: str, log_tail: str) -> None:
        super().__init__(
            f"The database server did not start ({reason}). Check the free space and permissions of the "
            f"data directory, and read {log}.",
            log_tail,
        )


class ServerDidNotStop(_WithLog):
    def __init__(self, log: Path, seconds: float, log_tail: str) -> None:
        super().__init__(
            f"The database server is still shutting down after {seconds:g} seconds; the data is safe. "
            f"Wait for it to end, and read {log} if it does not.",
            log_tail,
        )


class ServerBusy(EmbeddedError):
    def __init__(self, lock: Path, seconds: float) -> None:
        super().__init__(
            f"Another Stockroom has been starting or stopping the same database for {seconds:g} seconds "
            f"(it holds {lock}); wait for it to finish, or end that process, and try again."
        )


class StorageFailed(_WithLog):
    """The operating system refused to read or write the data directory."""

    def __init__(self, data_dir: Path, error: OSError, log_tail: str) -> None:
        where = error.filename or data_dir
        super().__init__(
            f"The data directory {data_dir} cannot be used ({where}: {error.strerror or error}). "
            "Check its free space and permissions, then start again.",
            log_tail,
        )


def _permit(blocked_at: Path, account: str, needs: str) -> str:
    return f"chmod o+x {blocked_at}" if needs == "enter" else f"chown {account} {blocked_at}"
