"""The texts of the configuration files that Stockroom writes into the cluster."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from .errors import SettingRefused

DATABASE = "stockroom"
ROLE = "stockroom"
PORT = 5432  # names the socket file only; no TCP port is opened

SETTINGS: Mapping[str, str] = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "huge_pages": "off",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_worker_processes": "8",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "io_workers": "2",
    "wal_level": "replica",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "track_io_timing": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "datestyle": "iso, ymd",
    "lc_messages": "C",
    "default_text_search_config": "pg_catalog.simple",
    "password_encryption": "scram-sha-256",
    # A failed statement's text and its DETAIL quote the row, and a row may be a patient.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}

# The connection string and the access rules stand on these.
RESERVED = frozenset(
    {
        "config_file",
        "data_directory",
        "external_pid_file",
        "hba_file",
        "ident_file",
        "include",
        "include_dir",
        "include_if_exists",
        "listen_addresses",
        "logging_collector",
        "port",
        "unix_socket_directories",
        "unix_socket_group",
        "unix_socket_permissions",
    }
)

POSTGRESQL_CONF = """\
# Stockroom writes stockroom.conf, pg_hba.conf and pg_ident.conf anew at every start.
# What you add below the include is yours and wins over it.
include 'stockroom.conf'
"""

PG_HBA_CONF = """\
# Written by Stockroom at every start. Only the system users of pg_ident.conf come in, proved by the kernel.
local all all peer map=stockroom
local replication all peer map=stockroom
"""

_SETTING_NAME = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?", re.IGNORECASE)


def check_settings(settings: Mapping[str, str]) -> None:
    """Raises SettingRefused for what is no setting, or is not the caller's to set."""
    for name, value in settings.items():
        if not _SETTING_NAME.fullmatch(name):
            raise SettingRefused(name, "that is not the name of a setting")
        if name.lower() in RESERVED:
            raise SettingRefused(name, "Stockroom sets it itself")
        if any(character in value for character in "\0\r\n"):
            raise SettingRefused(name, "its value must be one line")


def stockroom_conf(socket_dir: Path, settings: Mapping[str, str]) -> str:
    values = {
        **SETTINGS,
        **settings,
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": '"' + str(socket_dir).replace('"', '""') + '"',
        "unix_socket_permissions": "0700",
    }
    return "# Written by Stockroom at every start.\n" + "".join(
        f"{name} = {_quoted(value)}\n" for name, value in values.items()
    )


def pg_ident_conf(system_users: Iterable[str]) -> str:
    """Each of these system users may come in as any database role."""
    return "# Written by Stockroom at every start.\n" + "".join(
        f'stockroom "{user}" all\n' for user in sorted(set(system_users))
    )


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
