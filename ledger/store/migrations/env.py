"""Runs the migrations inside the transaction that `ledger.store.migrate` opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
