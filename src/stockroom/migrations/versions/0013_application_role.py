"""What the application's role may not do, the database refuses."""

from stockroom.platform.migrate import run_file

revision = "0013"
down_revision = "0008"


def upgrade() -> None:
    run_file(__file__)
