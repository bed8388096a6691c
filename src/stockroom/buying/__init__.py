"""Buying: goods receipts. The front door."""
