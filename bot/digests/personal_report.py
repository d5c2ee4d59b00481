"""The report of one person's week: a salesperson's own leads, or a marketer's own campaigns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from bot.digests import snapshots
from bot.digests.models import Audience, Digest, Week
from bot.digests.report import CampaignFigures
from bot.metrics import Figures, KeptFigures


@dataclass(frozen=True)
class Quiet:
    """A campaign that ran and brought no lead in the week."""

    name: str
    ever: bool
    """Whether it has brought one before."""


@dataclass(frozen=True)
class PersonalReport:
    """Somebody's own week; its snapshot is all that the digest's row does not know."""

    audience: Annotated[Audience, Field(exclude=True)]
    week: Annotated[Week, Field(exclude=True)]
    as_of: Annotated[datetime, Field(exclude=True)]
    mine: KeptFigures = field(default_factory=lambda: Figures({}))
    """Of the leads that a salesperson claimed first."""
    before: KeptFigures = field(default_factory=lambda: Figures({}))
    """Likewise, of the week before."""
    team: KeptFigures = field(default_factory=lambda: Figures({}))
    """Of all leads, whoever owns them."""
    waits: Mapping[str, int] = field(default_factory=dict)
    """How many leads wait in each of a salesperson's lists."""
    campaigns: tuple[CampaignFigures, ...] = ()
    """A marketer's own, the most leads first."""
    quiet: tuple[Quiet, ...] = ()
    """A marketer's own that ran and brought no lead."""
    is_running: Annotated[bool, Field(exclude=True)] = False
    last_day: Annotated[date | None, Field(exclude=True)] = None
    """Of a running week, the last day that it covers: today."""

    @property
    def says_something(self) -> bool:
        """Whether it is worth a message."""
        parts = self.mine.count("received"), *self.waits.values(), self.campaigns, self.quiet
        return any(parts)

    def snapshot(self) -> dict[str, Any]:
        """What a digest's row keeps."""
        return snapshots.write(self)

    @classmethod
    def of(cls, digest: Digest) -> "PersonalReport":
        """What a digest said."""
        row = {"audience": digest.kind, "week": digest.week, "as_of": digest.created_at}
        return snapshots.read(cls, digest.figures, **row)
