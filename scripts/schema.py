"""Writes docs/schema.sql: the schema of a freshly migrated database, as pg_dump tells it."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from stockroom.platform.embedded import EmbeddedPostgres
from stockroom.platform.migrate import migrate

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "docs" / "schema.sql"
HEADING = "-- The schema of a freshly migrated database. Made by `make schema`; a test keeps it true.\n\n"
# What a dump says of itself and of the session that restores it.
NOISE = re.compile(r"^(--.*|SET .*;|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*)$")


def dump_schema(pg_dump: Path, conninfo: str) -> str:
    """The schema of the database behind the conninfo, without owners, versions and session settings."""
    dumped = subprocess.run(  # noqa: S603
        [pg_dump, "--schema-only", "--no-owner", f"--dbname={conninfo}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return HEADING + normalised(dumped)


def normalised(dump: str) -> str:
    kept = "\n".join("" if NOISE.match(line) else line.rstrip() for line in dump.splitlines())
    return re.sub(r"\n{3,}", "\n\n", kept).strip() + "\n"


def main() -> None:
    # In a folder that the server's own system user can enter.
    with tempfile.TemporaryDirectory(prefix="stockroom-schema-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "data", settings={"fsync": "off"}) as server:
            conninfo = server.start()
            migrate(conninfo)
            SCHEMA.write_text(dump_schema(server.bin / "pg_dump", conninfo), encoding="utf-8")
    sys.stderr.write(f"✓ {SCHEMA.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
