"""Every write of dispensing: one file per thing a person does."""
