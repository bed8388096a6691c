"""Second factors of people, and sessions that still owe one."""

from stockroom.platform.migrate import run_file

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    run_file(__file__)
