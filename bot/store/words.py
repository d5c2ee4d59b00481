"""Words as PostgreSQL's full-text search looks for them, each by its beginning, as one types."""

import re

_PARTS = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_MOST = 10  # beyond it nobody searches


def prefixes(words: str) -> str | None:
    """A query for `to_tsquery` that finds what has all words by their beginnings; None: no word."""
    parts = _PARTS.findall(words)[:_MOST]
    quoted = (part.replace("'", "''") for part in parts)
    return " & ".join(f"'{part}':*" for part in quoted) or None
