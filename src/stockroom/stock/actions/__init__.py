"""Every write to stock: one file per thing a person does; all of them end in ``post``."""
