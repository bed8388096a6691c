"""Insight: dashboards, search across modules, and the check of everything. The front door."""

from stockroom.insight.audit_words import AUDIT_WORDS
from stockroom.insight.queries.verify import VerifyReport, broken_in, verify_everything

__all__ = ["AUDIT_WORDS", "VerifyReport", "broken_in", "verify_everything"]
