"""A backup that was uploaded: read and planned from a file of its own that is gone afterwards."""

import re
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from stockroom.interchange.alorf.migrate import Migration, plan_migration
from stockroom.interchange.alorf.sources import read_source

ODD = re.compile(r"[^\w.-]+")
NAME_LIMIT = 100


def plan_upload(content: bytes, *, name: str, at: datetime, zone: ZoneInfo) -> Migration:
    """Blocks while it reads and plans. Every problem of the source is a fatal line of the report."""
    with tempfile.TemporaryDirectory(prefix="stockroom-import-") as folder:
        path = Path(folder) / shown_name(name)
        path.write_bytes(content)
        return plan_migration(read_source(path, zone=zone), at=at, zone=zone)


def shown_name(name: str) -> str:
    """The last part of a file's name, as a name of ours."""
    return ODD.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip("._")[-NAME_LIMIT:] or "backup.zip"
