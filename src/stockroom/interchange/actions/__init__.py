"""Every write of interchange: imports, and what waits to be imported."""
