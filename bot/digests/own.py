"""What a personal digest says: a salesperson's own week, or a marketer's own campaigns."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from bot.digests.models import Audience, Digest, Week
from bot.digests.report import CampaignFigures
from bot.metrics import Figures


@dataclass(frozen=True)
class Quiet:
    """A campaign that ran and brought no lead in the week."""

    name: str
    ever: bool
    """Whether it has brought one before."""


@dataclass(frozen=True)
class OwnWeek:
    """Somebody's own week."""

    audience: Audience
    week: Week
    as_of: datetime
    mine: Figures = field(default_factory=lambda: Figures({}))
    """Of the leads that a salesperson claimed first."""
    before: Figures = field(default_factory=lambda: Figures({}))
    """Likewise, of the week before."""
    team: Figures = field(default_factory=lambda: Figures({}))
    """Of all leads, whoever owns them."""
    waits: Mapping[str, int] = field(default_factory=dict)
    """How many leads wait in each of a salesperson's lists."""
    campaigns: tuple[CampaignFigures, ...] = ()
    """A marketer's own, the most leads first."""
    quiet: tuple[Quiet, ...] = ()
    """A marketer's own that ran and brought no lead."""
    is_running: bool = False
    last_day: date | None = None
    """Of a running week, the last day that it covers: today."""

    @property
    def says_something(self) -> bool:
        """Whether it is worth a message."""
        parts = self.mine.count("received"), *self.waits.values(), self.campaigns, self.quiet
        return any(parts)

    def snapshot(self) -> dict[str, Any]:
        """What a digest's row keeps."""
        return {
            "mine": self.mine.as_json(),
            "before": self.before.as_json(),
            "team": self.team.as_json(),
            "waits": dict(self.waits),
            "campaigns": [each.as_json() for each in self.campaigns],
            "quiet": [asdict(each) for each in self.quiet],
        }

    @classmethod
    def of(cls, digest: Digest) -> "OwnWeek":
        """What a digest said."""
        kept = digest.figures
        return cls(
            audience=Audience(digest.kind),
            week=digest.week,
            as_of=digest.created_at,
            mine=Figures.from_json(kept["mine"]),
            before=Figures.from_json(kept["before"]),
            team=Figures.from_json(kept["team"]),
            waits=kept["waits"],
            campaigns=tuple(map(CampaignFigures.from_json, kept["campaigns"])),
            quiet=tuple(Quiet(**each) for each in kept.get("quiet", [])),
        )
