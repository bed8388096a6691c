"""Rate limits, security events and sign-in locks."""

from stockroom.platform.migrate import run_file

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_file(__file__)
