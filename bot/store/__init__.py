"""The store: PostgreSQL, the only commit, and the migrations."""

from bot.store.base import Base, Id, Key, Moment, WorkspaceId, table
from bot.store.bulk import copy
from bot.store.engine import DatabaseDown, Store, is_deadlock
from bot.store.words import prefixes

__all__ = [
    "Base",
    "DatabaseDown",
    "Id",
    "Key",
    "Moment",
    "Store",
    "WorkspaceId",
    "copy",
    "is_deadlock",
    "prefixes",
    "table",
]
