"""Which schema this program needs; known without loading the migration tool."""

from pathlib import Path

SCRIPTS = Path(__file__).parent.parent / "migrations"


def newest_version() -> str:
    """The number of the last migration: versions count up and history is linear (a test holds it)."""
    return max(path.stem.partition("_")[0] for path in SCRIPTS.glob("versions/*.sql"))
