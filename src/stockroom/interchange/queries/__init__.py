"""Every SELECT of interchange."""
