"""The report of a week: its figures in total and by campaign, source and reason, beside those of
the weeks before; and what explains one figure."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.digests import snapshots
from bot.digests.models import Digest, Week
from bot.formats import in_words
from bot.metrics import Figures, KeptFigures, Metric, Pipeline
from bot.shadowing.models import Quarter
from bot.slack.text import safe


@dataclass(frozen=True)
class CampaignFigures:
    """The figures of one campaign; `name` is None for the leads that belong to none."""

    campaign_id: Annotated[int | None, Field(alias="id")]
    name: str | None
    figures: KeptFigures
    owner: str | None = None
    """The marketer's name."""


@dataclass(frozen=True)
class PastWeek:
    """A week before, to compare with."""

    monday: date
    total: KeptFigures
    same_age: bool
    """Whether its leads were as old when it was summed up as this week's are now: what ripens, such
    as won leads, is compared only then."""


@dataclass(frozen=True)
class TeamStats:
    """How marketing and sales worked together: standups, requests and job shadowing, as they were
    when the week was summed up."""

    prompts: int = 0
    """How many prompts of standups people got in the week."""
    answered: int = 0
    overdue: int = 0
    """Requests that wait longer than marketing promised."""
    quarter: Quarter | None = None
    """Shadowing in the quarter of the week's last day."""


@dataclass(frozen=True)
class Report:
    """What a digest says of a week; its snapshot is all that the digest's row does not know."""

    week: Annotated[Week, Field(exclude=True)]
    zone: str
    as_of: Annotated[datetime, Field(exclude=True)]
    total: KeptFigures
    weeks: tuple[PastWeek, ...]
    """The four weeks before, the newest first; without those before the first lead."""
    campaigns: tuple[CampaignFigures, ...]
    """The most leads first; the unattributed ones last."""
    sources: tuple[tuple[str, KeptFigures], ...] = ()
    """The most leads first."""
    dispositions: tuple[tuple[str, int], ...] = ()
    """Why leads were lost, the most frequent first."""
    reasons: tuple[tuple[str, int], ...] = ()
    """Why leads were rated weak or junk, as people typed it, the most frequent first."""
    team: Annotated[TeamStats, Field(alias="together")] = field(default_factory=TeamStats)
    pipeline: Pipeline | None = None
    """What was expected of open leads when the week was summed up; None where nobody knows."""
    is_running: Annotated[bool, Field(exclude=True)] = False
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
        return snapshots.write(self)

    @classmethod
    def of(cls, digest: Digest) -> "Report":
        """What a digest said, whatever became of the leads since."""
        week, kept = digest.week, digest.figures
        if "weeks" not in kept:  # an early digest knew the week before alone
            before = {"monday": week.before.monday, "total": kept["before"], "same_age": False}
            kept = kept | {"weeks": [before]}
        return snapshots.read(cls, kept, week=week, as_of=digest.created_at)


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
    kept: Figures | None
    """What the digest of last week says, where one was written."""
    may_see: bool
    """Whether the one who asked sees its values."""


def lost_for(code: str) -> str:
    """A disposition in words, in mrkdwn; also one that is no more."""
    return safe(in_words(code), 60)
