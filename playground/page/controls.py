"""What the page offers beside Slack: whom to act as, a sample lead, a clock that moves.

The page knows nothing of the app. Whoever mounts it (the demo, a test) brings these.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable


@runtime_checkable
class Controls(Protocol):
    """The buttons of the bar at the top. Every method is called in a worker thread."""

    def people(self) -> list[tuple[str, str]]:
        """Whom one can act as, in a natural order: (user id, role), such as ("U1", "Sales")."""

    def send_lead(self) -> str:
        """Send a sample lead to the app; returns a sentence that says what was sent."""

    def now(self) -> datetime:
        """The playground's clock, with a time zone."""

    def move_clock(self, to: timedelta | str) -> datetime:
        """Move the clock forward by a span, or to one of `jumps()`; returns the new time."""

    def jumps(self) -> list[str]:
        """Moments worth jumping to, such as "next standup"; empty for none."""

    def channel_links(self) -> list[tuple[str, str]]:
        """Channels to show first, as (channel id, why one would look); empty for no wish."""


class NoControls:
    """Nothing but the real clock: for a look at a workspace that something else drives."""

    def people(self) -> list[tuple[str, str]]:
        """Nobody in particular: the page offers every member."""
        return []

    def send_lead(self) -> str:
        """There is nobody to send one."""
        return "Nothing here sends leads."

    def now(self) -> datetime:
        """The real time."""
        return datetime.now().astimezone()

    def move_clock(self, _to: timedelta | str) -> datetime:
        """The real clock cannot be moved: it stays."""
        return self.now()

    def jumps(self) -> list[str]:
        """None."""
        return []

    def channel_links(self) -> list[tuple[str, str]]:
        """None."""
        return []
