"""Outgoing mail, one-time links, and people's own time zone."""

from stockroom.platform.migrate import run_file

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_file(__file__)
