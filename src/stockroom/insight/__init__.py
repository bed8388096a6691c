"""Insight: dashboards and search across modules. The front door."""
