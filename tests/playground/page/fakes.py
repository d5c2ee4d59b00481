"""What the demo would bring to the page, for tests: the bar at the top."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.playground.world import Clock


@dataclass
class FakeControls:
    """The bar at the top, remembering what was pressed."""

    clock: Clock
    roles: list[tuple[str, str]] = field(default_factory=list)
    sent: int = 0

    def people(self) -> list[tuple[str, str]]:
        return self.roles

    def send_lead(self) -> str:
        self.sent += 1
        return f"Lead {self.sent} is on its way."

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    def move_clock(self, to: timedelta | str) -> datetime:
        self.clock.time += to.total_seconds() if isinstance(to, timedelta) else 7200
        return self.now()

    def jumps(self) -> list[str]:
        return ["next standup"]

    def channel_links(self) -> list[tuple[str, str]]:
        return []
