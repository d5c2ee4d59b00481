"""How long a server that is busy asks us to wait."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot import clock

# Whatever a server or a proxy before it says: at most an hour, and never at once.
_LONGEST_SECONDS = 3600.0
_SHORTEST_SECONDS = 1.0


def retry_after(headers: Mapping[str, str], usual: float) -> float:
    """Seconds until a server wants to be asked again, by the headers of its answer.

    `Retry-After` is a number or a date (RFC 9110, 10.2.3); `usual` where it is missing or neither.
    """
    given = {name.lower(): value for name, value in headers.items()}
    wait = _seconds(given.get("retry-after", ""), given.get("date", ""))
    return usual if wait is None else min(max(wait, _SHORTEST_SECONDS), _LONGEST_SECONDS)


def _seconds(value: str, sent_at: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        # The server's own clock is best: ours may be wrong by a day.
        until, sent = _moment(value), _moment(sent_at)
        return (until - (sent or clock.now())).total_seconds() if until else None
    return None if math.isnan(seconds) else seconds


def _moment(value: str) -> datetime | None:
    """A date as HTTP writes it; None for anything else."""
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
