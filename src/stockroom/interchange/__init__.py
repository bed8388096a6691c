"""Interchange: imports, exports and the demo hospital. The front door."""

from stockroom.interchange.demo import DemoAccount, load_demo_hospital

__all__ = ["DemoAccount", "load_demo_hospital"]
