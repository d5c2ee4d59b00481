"""The tables of people: workspaces, teams and persons, and the rules that a person keeps."""

from collections.abc import Collection
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    and_,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, QueryContext, mapped_column

from bot.countries import country_of_zone
from bot.people.hours import Hours
from bot.people.moving_zone import MovingZone, next_midnight
from bot.store import Base, Id, Moment, WorkspaceId


class Role(StrEnum):
    """What a person does here; one person may have several."""

    SALESPERSON = "salesperson"
    MARKETER = "marketer"
    MANAGER = "manager"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The role as cards and modals write it."""
        return self.value.capitalize()

    @property
    def plural(self) -> str:
        """Those who have the role, as a sentence names them."""
        return "salespeople" if self is Role.SALESPERSON else f"{self.value}s"


ANY_ROLE = tuple(Role)


def people_with(roles: Collection[str]) -> str:
    """Those who have one of these roles, as a sentence names them."""
    if {Role.SALESPERSON, Role.MARKETER} <= set(roles):  # managers and admins may what they may
        return "people with a role"
    return " and ".join(Role(role).plural for role in roles)


class Workspace(Base):
    """A Slack workspace in which Handoff is installed."""

    __tablename__ = "workspace"

    id: Mapped[Id]
    team_id: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str]
    bot_user_id: Mapped[str]
    channel: Mapped[str]
    timezone: Mapped[str]
    currency: Mapped[str]
    installed_at: Mapped[Moment]
    past_zones: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'"))
    """Pairs of a zone in which it was, and of until when (ISO 8601), in the order of time."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the workspace is now."""
        return ZoneInfo(self.timezone)

    @property
    def days(self) -> MovingZone:
        """The zone in which its days and weeks begin, also those before it moved."""
        past = [(ZoneInfo(zone), datetime.fromisoformat(at)) for zone, at in self.past_zones or ()]
        return MovingZone(past, self.zone)

    def move(self, timezone: str, now: datetime) -> None:
        """Be in another zone: its days begin there with the next midnight."""
        if timezone == self.timezone:
            return
        past = [each for each in self.past_zones or () if datetime.fromisoformat(each[1]) <= now]
        until = next_midnight(now, ZoneInfo(timezone)).isoformat()
        self.past_zones = [*past, [self.days.at(now).key, until]]
        self.timezone = timezone

    @property
    def country(self) -> str | None:
        """The country of that zone, in which phone numbers without a country code are read."""
        return country_of_zone(self.timezone)

    def day_of(self, moment: datetime) -> date:
        """The day that `moment` is in the workspace's zone."""
        return moment.astimezone(self.days).date()


@event.listens_for(Workspace, "load")
def _keep(workspace: Workspace, context: QueryContext) -> None:
    """Let the session know its workspace until it ends: it forgets what nobody else refers to, and
    would read it again at every turn."""
    context.session.info.setdefault("workspaces", []).append(workspace)


class Team(Base):
    """A department or a part of one: Marketing, Sales."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    name: Mapped[str]
    days: Mapped[list[int]] = mapped_column(
        ARRAY(SmallInteger), default=lambda: list(range(5)), server_default="{0,1,2,3,4}"
    )
    """The days of the week on which the team works; 0 is Monday."""
    opens: Mapped[time] = mapped_column(default=time(9), server_default=text("'09:00'"))
    closes: Mapped[time] = mapped_column(default=time(17), server_default=text("'17:00'"))
    timezone: Mapped[str | None]
    """None: the workspace's."""
    country: Mapped[str | None]
    """Whose public holidays are free; see `Hours`."""

    @property
    def hours(self) -> Hours:
        """When the team works, on the clocks of its zone or of its people's."""
        return Hours(frozenset(self.days), self.opens, self.closes, self.country)


class Absence(Base):
    """Time for which somebody is away."""

    __tablename__ = "absence"

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    lead_ids: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), default=list, server_default=text("'{}'")
    )
    """The leads that colleagues have meanwhile; those that are open or paused at the end
    come back."""
    cover_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """The colleague who acts as owner of the person's leads meanwhile."""

    @classmethod
    def holds(cls, at: ColumnElement[datetime] | datetime) -> ColumnElement[bool]:
        """Whether an absence has begun at that moment and is not over, for a statement."""
        return and_(cls.starts_at <= at, cls.ends_at > at)


class Person(Base):
    """A member of the workspace; without a role until an admin gives one."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("workspace_id", "slack_id"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    slack_id: Mapped[str]
    name: Mapped[str]
    timezone: Mapped[str | None]
    email: Mapped[str | None]
    """In lower case, as Slack tells it; None where it does not."""
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def mention(self) -> str:
        """The person as Slack draws them in a text."""
        return f"<@{self.slack_id}>"

    @property
    def has_access(self) -> bool:
        """Whether this person may read anything: a member of the workspace, with a role."""
        return self.active and bool(self.roles)

    @property
    def leads_others(self) -> bool:
        """Whether this person may do what a manager may; an admin may too."""
        return Role.MANAGER in self.roles or Role.ADMIN in self.roles

    def has(self, *roles: str) -> bool:
        """Whether the person has one of `roles`, or stands above them; nobody deactivated does."""
        if self.active is False:
            return False
        if Role.ADMIN in self.roles:
            return True
        if self.leads_others and Role.ADMIN not in roles:
            return True
        return any(role in self.roles for role in roles)


class FormSubmission(Base):
    """A form that somebody sent and that was taken, so that a second time changes nothing."""

    __tablename__ = "form_submission"

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    view_id: Mapped[str] = mapped_column(Text, primary_key=True)
    """Slack's ID of the modal; each that is opened has its own."""
    view_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    """Slack's, and new with each update: a modal that stays open is several forms."""
    sent_at: Mapped[Moment] = mapped_column(index=True)


class WebSession(Base):
    """Somebody who is signed in on the web pages, in one browser."""

    __tablename__ = "web_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """SHA-256 of the token that the browser holds."""
    workspace_id: Mapped[WorkspaceId]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
