"""Every write of goods in."""
