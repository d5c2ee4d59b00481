"""What puts a lead on a list: said once, for the queries and for the partial indexes they use."""

from sqlalchemy import text

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

IS_CLOSED = text("merged_into IS NULL AND status IN ('won', 'lost')")
"""It has ended."""

IS_UNRATED = text(f"{IS_CLOSED} AND rating IS NULL")
"""It has ended, and nobody has said how good it was."""
