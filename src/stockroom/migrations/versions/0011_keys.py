"""Roles of one's own, and API keys."""

from stockroom.platform.migrate import run_file

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run_file(__file__)
