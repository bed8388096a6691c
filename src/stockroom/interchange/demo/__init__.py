"""The demo hospital: an invented hospital pharmacy with three months behind it, to try everything on."""

from stockroom.interchange.demo.load import DemoAccount, load_demo_hospital

__all__ = ["DemoAccount", "load_demo_hospital"]
