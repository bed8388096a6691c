"""Speed, measured beside what PostgreSQL itself does with the same statements."""
