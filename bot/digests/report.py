"""What a digest says: a week's figures, in total and split, beside those of the weeks before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.digests.models import Digest, Week
from bot.digests.team_stats import TeamStats
from bot.leads.models import disposition_label
from bot.metrics import Figures, Metric
from bot.slack.text import safe


@dataclass(frozen=True)
class CampaignFigures:
    """The figures of one campaign; `name` is None for the leads that belong to none."""

    campaign_id: int | None
    name: str | None
    figures: Figures
    owner: str | None = None
    """The marketer's name."""

    def as_json(self) -> dict[str, Any]:
        """As a snapshot keeps it."""
        return {
            "id": self.campaign_id,
            "name": self.name,
            "owner": self.owner,
            "figures": self.figures.as_json(),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "CampaignFigures":
        """Read it back, also from an older snapshot."""
        return cls(row["id"], row["name"], Figures.from_json(row["figures"]), row.get("owner"))


@dataclass(frozen=True)
class PastWeek:
    """A week before, to compare with."""

    monday: date
    total: Figures
    same_age: bool
    """Whether its leads were as old when it was summed up as this week's are now: what ripens, such
    as won leads, is compared only then."""


@dataclass(frozen=True)
class Report:
    """What a digest says of a week."""

    week: Week
    zone: str
    as_of: datetime
    total: Figures
    weeks: tuple[PastWeek, ...]
    """The four weeks before, the newest first; without those before the first lead."""
    campaigns: tuple[CampaignFigures, ...]
    """The most leads first; the unattributed ones last."""
    sources: tuple[tuple[str, Figures], ...]
    """The most leads first."""
    dispositions: tuple[tuple[str, int], ...]
    """Why leads were lost, the most frequent first."""
    reasons: tuple[tuple[str, int], ...]
    """Why leads were rated weak or junk, as people typed it, the most frequent first."""
    team: TeamStats = field(default_factory=TeamStats)
    is_running: bool = False
    """Whether the week is not over yet."""

    @property
    def last_day(self) -> date:
        """The last day that it covers: of a running week, today."""
        today = self.as_of.astimezone(ZoneInfo(self.zone)).date()
        return today if self.is_running else self.week.sunday

    @property
    def before(self) -> Figures | None:
        """The figures of the week before, where there were leads."""
        known = self.weeks and self.weeks[0].monday == self.week.before.monday
        return self.weeks[0].total if known and self.weeks[0].total.count("received") else None

    def snapshot(self) -> dict[str, Any]:
        """The report as a digest's row keeps it."""
        return {
            "zone": self.zone,
            "total": self.total.as_json(),
            "weeks": [
                {"monday": each.monday.isoformat(), "same_age": each.same_age,
                 "total": each.total.as_json()}
                for each in self.weeks
            ],
            "campaigns": [each.as_json() for each in self.campaigns],
            "sources": [[source, figures.as_json()] for source, figures in self.sources],
            "dispositions": [list(each) for each in self.dispositions],
            "reasons": [list(each) for each in self.reasons],
            "together": self.team.as_json(),
        }  # fmt: skip

    @classmethod
    def of(cls, digest: Digest) -> "Report":
        """What a digest said, whatever became of the leads since."""
        kept = digest.figures
        return cls(
            week=digest.week,
            zone=kept["zone"],
            as_of=digest.created_at,
            total=Figures.from_json(kept["total"]),
            weeks=_weeks(digest.week, kept),
            campaigns=tuple(map(CampaignFigures.from_json, kept["campaigns"])),
            sources=tuple(
                (source, Figures.from_json(figures)) for source, figures in kept.get("sources", [])
            ),
            dispositions=_pairs(kept, "dispositions"),
            reasons=_pairs(kept, "reasons"),
            team=TeamStats.from_json(kept.get("together", {})),
        )


@dataclass(frozen=True)
class Explained:
    """A metric, what it says of last week and of the running one, and how many leads are behind."""

    metric: Metric
    week: Week
    last: Figures
    this: Figures
    leads: int
    """Behind the figure of last week."""
    counting: int | None
    """How many of these a share counts."""
    may_see: bool
    """Whether the one who asked sees its values."""


def lost_for(code: str) -> str:
    """A disposition in words, in mrkdwn; also one that is no more."""
    return safe(disposition_label(code), 60)


def _weeks(week: Week, kept: Mapping[str, Any]) -> tuple[PastWeek, ...]:
    """The weeks before; an early digest knew one of them."""
    if "weeks" not in kept:
        total = Figures.from_json(kept["before"])
        return (PastWeek(week.before.monday, total, same_age=False),)
    return tuple(
        PastWeek(
            date.fromisoformat(row["monday"]), Figures.from_json(row["total"]), row["same_age"]
        )
        for row in kept["weeks"]
    )


def _pairs(kept: Mapping[str, Any], name: str) -> tuple[tuple[str, int], ...]:
    return tuple((words, count) for words, count in kept.get(name, []))
