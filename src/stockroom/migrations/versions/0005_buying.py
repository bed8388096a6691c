"""The tables of buying."""

from stockroom.platform.migrate import run_file

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_file(__file__)
