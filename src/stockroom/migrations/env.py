"""Alembic's environment: the connection comes from ``platform.migrate``, the statements from the SQL files."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=None, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
