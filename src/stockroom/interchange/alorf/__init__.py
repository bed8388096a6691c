"""Reading the data of ALORF and planning its migration. Nothing here writes."""

from stockroom.interchange.alorf.migrate import Migration, plan_migration
from stockroom.interchange.alorf.plan import Plan, fingerprint
from stockroom.interchange.alorf.report import Counts, Finding, Line, Report
from stockroom.interchange.alorf.sources import Source, read_source

__all__ = [
    "Counts",
    "Finding",
    "Line",
    "Migration",
    "Plan",
    "Report",
    "Source",
    "fingerprint",
    "plan_migration",
    "read_source",
]
