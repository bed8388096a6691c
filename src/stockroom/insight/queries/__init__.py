"""Every SELECT of the dashboards and of the search; they may read all modules' tables, and write none."""
