"""Interchange: imports, exports and the demo hospital. The front door."""
