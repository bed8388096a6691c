"""Every write about products, prices and suppliers: one function per thing a person does."""
