"""Stockroom: stock, orders and dispensing from one provable ledger."""

__version__ = "0.1.0"
