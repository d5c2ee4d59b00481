"""What puts a lead on a list, and what it is found by: said once, for queries and indexes."""

from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, literal_column, text

# Conditions of partial indexes, word for word as the queries say them: the planner compares them.
IS_OPEN = text("merged_into IS NULL AND status IN ('new', 'qualified')")
"""Somebody works on it, or should."""

IS_LISTED = text(
    f"claimed_by IS NULL AND {IS_OPEN} AND status = 'new'"
    " AND call_list_id IS NOT NULL AND first_response_at IS NULL"
)
"""It waits on a call list."""

IS_WAITING = text(
    f"claimed_by IS NULL AND {IS_OPEN}"
    " AND (call_list_id IS NULL OR is_hot OR first_response_at IS NOT NULL OR status <> 'new')"
)
"""Nobody owns it, and no call list will bring it up."""

IS_UNANSWERED = text(f"{IS_OPEN} AND first_response_at IS NULL AND response_due_at IS NOT NULL")
"""An answer was promised, and has not been given."""

IS_CLOSED = text("merged_into IS NULL AND status IN ('won', 'lost')")
"""It has ended."""

IS_UNRATED = text(f"{IS_CLOSED} AND rating IS NULL")
"""It has ended, and nobody has said how good it was."""

# What one remembers of a lead. An address is split at its @, since PostgreSQL keeps it whole.
_REMEMBERED = (
    "coalesce(first_name, '')",
    "coalesce(last_name, '')",
    "coalesce(company, '')",
    "replace(coalesce(email, ''), '@', ' ')",
    "ltrim(coalesce(phone_e164, ''), '+')",
)
# In brackets as PostgreSQL writes it, none around the whole: so `handoff db check` can compare.
_WORDS = reduce(lambda before, each: f"(({before} || ' ') || {each})", _REMEMBERED)[1:-1]
WORDS: ColumnElement[Any] = literal_column(f"to_tsvector('simple', {_WORDS})")
"""What `service.search` looks into; it has to read as its index does."""
