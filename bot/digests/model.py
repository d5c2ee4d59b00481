"""The table of digests: what was reported, when, so that a week is never reported twice; and the
week that one covers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from bot.metrics import Figures, Period
from bot.store import Base, Id, Moment, WorkspaceId


@dataclass(frozen=True)
class Week:
    """A week from Monday to Monday (ISO 8601), in some zone."""

    monday: date

    def __post_init__(self) -> None:
        assert self.monday.isoweekday() == 1, self.monday

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> "Week":
        """The week that the moment falls in, there."""
        day = moment.astimezone(zone).date()
        return cls(day - timedelta(days=day.weekday()))

    @property
    def before(self) -> "Week":
        """The week before."""
        return Week(self.monday - timedelta(weeks=1))

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)

    @property
    def end(self) -> date:
        """The Monday after it, not included."""
        return self.monday + timedelta(weeks=1)

    @property
    def period(self) -> Period:
        """Its days."""
        return Period(self.monday, self.end)


@dataclass(frozen=True)
class CampaignFigures:
    """The figures of one campaign; `name` is None for the leads that belong to none."""

    campaign_id: int | None
    name: str | None
    figures: Figures


@dataclass(frozen=True)
class Report:
    """What a digest says: a week's figures beside those of the week before."""

    week: Week
    zone: str
    as_of: datetime
    total: Figures
    before: Figures
    campaigns: tuple[CampaignFigures, ...]
    """The most leads first; the unattributed ones last."""
    is_running: bool = False
    """Whether the week is not over yet."""

    def snapshot(self) -> dict[str, Any]:
        """The report as a digest's row keeps it."""
        return {
            "zone": self.zone,
            "total": self.total.as_json(),
            "before": self.before.as_json(),
            "campaigns": [
                {"id": each.campaign_id, "name": each.name, "figures": each.figures.as_json()}
                for each in self.campaigns
            ],
        }


class Digest(Base):
    """One digest and the figures that it showed."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("workspace_id", "kind", "period_start"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    kind: Mapped[str]
    period_start: Mapped[date]
    """The Monday of the week (ISO 8601), in the workspace's zone."""
    period_end: Mapped[date]
    """The Monday after it, not included."""
    figures: Mapped[dict[str, Any]]
    """A report's snapshot."""
    created_at: Mapped[Moment]

    @property
    def report(self) -> Report:
        """What it said, whatever became of the leads since."""
        return Report(
            week=Week(self.period_start),
            zone=self.figures["zone"],
            as_of=self.created_at,
            total=Figures.from_json(self.figures["total"]),
            before=Figures.from_json(self.figures["before"]),
            campaigns=tuple(
                CampaignFigures(row["id"], row["name"], Figures.from_json(row["figures"]))
                for row in self.figures["campaigns"]
            ),
        )
