"""Alembic's environment: the connection comes from `projections.migrate`, never from a file."""

from alembic import context

from projections.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
