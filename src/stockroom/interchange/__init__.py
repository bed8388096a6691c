"""Interchange: imports, exports and the demo hospital. The front door."""

from stockroom.interchange.actions.import_alorf import Outcome, import_alorf, rehearse_alorf
from stockroom.interchange.alorf import Migration, Report, plan_migration, read_source
from stockroom.interchange.demo import DemoAccount, load_demo_hospital
from stockroom.interchange.summary import ImportReport, Row, summarise

__all__ = [
    "DemoAccount",
    "ImportReport",
    "Migration",
    "Outcome",
    "Report",
    "Row",
    "import_alorf",
    "load_demo_hospital",
    "plan_migration",
    "read_source",
    "rehearse_alorf",
    "summarise",
]
