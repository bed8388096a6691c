"""Every SELECT about dispensing, by what is read."""
