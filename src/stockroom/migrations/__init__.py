"""The one linear history of the schema: each version is one SQL file, run as it stands."""
