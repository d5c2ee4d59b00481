"""The tables of offline conversions: the files, and what each told an ad platform of which lead."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.leads.models import Lead
from bot.money import Money
from bot.people.models import Person
from bot.store import Base, Id, Moment, WorkspaceId

_SECOND = timedelta(seconds=1)


class Platform(StrEnum):
    """The ad platforms that take conversions as files."""

    GOOGLE = "google"
    META = "meta"
    LINKEDIN = "linkedin"

    @property
    def label(self) -> str:
        """The platform as people write it."""
        return {
            Platform.GOOGLE: "Google Ads", Platform.META: "Meta", Platform.LINKEDIN: "LinkedIn",
        }[self]  # fmt: skip


class Kind(StrEnum):
    """What counts as a conversion."""

    QUALIFIED = "qualified"
    WON = "won"


class Action(StrEnum):
    """What a row tells the platform."""

    REPORT = "report"
    """The conversion took place."""
    RESTATE = "restate"
    """Its value is another."""
    RETRACT = "retract"
    """It does not count any more."""


class Part(StrEnum):
    """Platforms take new conversions and corrections of earlier ones in files of their own."""

    CONVERSIONS = "conversions"
    CORRECTIONS = "corrections"


class ConversionFile(Base):
    """A file for a platform. What it holds never changes, so it can be fetched any number of
    times."""

    __tablename__ = "conversion_file"
    __table_args__ = (UniqueConstraint("workspace_id", "platform", "number"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    platform: Mapped[str]
    part: Mapped[str]
    number: Mapped[int]
    """Counts the files of a platform, conversions and corrections alike, from 1."""
    rows: Mapped[int]
    """How many rows it holds."""
    made_at: Mapped[Moment]
    made_by: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    """Who asked for it, or set up its schedule; None: a program or the operator."""

    @property
    def name(self) -> str:
        """Its name on a disk."""
        return f"{self.platform}_{self.part}_{self.number}.csv"


class Conversion(Base):
    """A row of a file. The newest one of a lead and kind is what the platform was told last."""

    __tablename__ = "conversion"
    __table_args__ = (
        Index("ix_conversion_last", "workspace_id", "platform", "lead_id", "kind", "id"),
        Index("ix_conversion_file_id", "file_id"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    file_id: Mapped[int] = mapped_column(ForeignKey(ConversionFile.id))
    platform: Mapped[str]
    lead_id: Mapped[int] = mapped_column(ForeignKey(Lead.id))
    kind: Mapped[str]
    action: Mapped[str]
    click_id: Mapped[str]
    """The click as the platform was told; a correction names the same one."""
    happened_at: Mapped[Moment]
    """When the lead was qualified or won."""
    occurrence: Mapped[int]
    """1; one more each time that it is reported again after it was retracted."""
    minor: Mapped[int | None]
    currency: Mapped[str | None]

    @property
    def order_id(self) -> str:
        """By what the platform knows the conversion."""
        again = f"-{self.occurrence}" if self.occurrence > 1 else ""
        return f"lead-{self.lead_id}-{self.kind}{again}"

    @property
    def value(self) -> Money | None:
        """What it is worth; None where nobody says."""
        if self.minor is None or self.currency is None:
            return None
        return Money(self.minor, self.currency)

    @property
    def reported_at(self) -> datetime:
        """The time under which the platform is told: whole seconds, and another one for each
        occurrence, since platforms take the same click at the same time for a repetition."""
        return self.happened_at.replace(microsecond=0) + _SECOND * (self.occurrence - 1)


@dataclass(frozen=True)
class Standing:
    """How things are with a platform: what would be in its next files, and its last one."""

    platform: Platform
    new: int
    corrected: int
    last: ConversionFile | None
