"""Insight: dashboards, search across modules, and the check of everything. The front door."""

from stockroom.insight.queries.verify import VerifyReport, broken_in, verify_everything

__all__ = ["VerifyReport", "broken_in", "verify_everything"]
