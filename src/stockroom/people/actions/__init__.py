"""Every write about people: one function per thing a person does."""
