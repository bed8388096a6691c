"""Dispensing: patients, prescribers, dispensings. The front door."""
