"""The PostgreSQL that Stockroom brings along: made, started, shared and stopped by Stockroom itself.

Nothing outside this package knows where the server's programs come from.
"""

import sys

from .errors import (
    AccountUnnamed,
    BinariesMissing,
    ClusterForeign,
    ClusterNotMade,
    ClusterUnrecognised,
    ClusterVersionMismatch,
    DataDirUnreachable,
    EmbeddedError,
    PlatformUnsupported,
    ServerBusy,
    ServerDidNotStart,
    ServerDidNotStop,
    SettingRefused,
    SocketDirRefused,
    StorageFailed,
)
from .supervise import kept_running

if sys.platform == "win32":
    from .unsupported import EmbeddedPostgres
else:
    from .postgres import EmbeddedPostgres

__all__ = [
    "AccountUnnamed",
    "BinariesMissing",
    "ClusterForeign",
    "ClusterNotMade",
    "ClusterUnrecognised",
    "ClusterVersionMismatch",
    "DataDirUnreachable",
    "EmbeddedError",
    "EmbeddedPostgres",
    "PlatformUnsupported",
    "ServerBusy",
    "ServerDidNotStart",
    "ServerDidNotStop",
    "SettingRefused",
    "SocketDirRefused",
    "StorageFailed",
    "kept_running",
]
