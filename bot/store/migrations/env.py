"""Alembic's environment: runs the revisions on the connection that `bot.store.migrate` hands in."""

from alembic import context

from bot.store.base import Base
from bot.store.migrate import ours

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_name=ours,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
