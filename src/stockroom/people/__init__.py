"""People: users, roles, departments, sign-in and sessions. The front door."""
