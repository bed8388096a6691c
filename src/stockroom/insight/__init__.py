"""Insight: dashboards, search across modules, and the check of everything. The front door."""

from stockroom.insight.queries.verify import VerifyReport, verify_everything

__all__ = ["VerifyReport", "verify_everything"]
