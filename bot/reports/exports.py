"""Files on a schedule: the table, the days that each is about, and the verbs: set up, list, remove,
and what one holds when it is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from bot import clock
from bot.errors import FieldErrors, NotFound
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.reports.conversions import service as conversions
from bot.reports.conversions.models import Platform
from bot.reports.files import FileKind
from bot.reports.period import Period, Span, named
from bot.reports.permissions import Permissions, shared_permissions
from bot.reports.sheets import SHEETS, Sheet
from bot.store import Base, Id, Moment, WorkspaceId
from bot.tasks import Schedule, drop_schedule, put_schedules

_CONVERSIONS = {f"conversions_{platform}": platform for platform in Platform}

TITLES: Mapping[str, str] = {name: sheet.title for name, sheet in SHEETS.items()} | {
    name: f"Conversions for {platform.label}" for name, platform in _CONVERSIONS.items()
}
"""What can come on a schedule: by its name, the title that people read."""


class Rhythm(StrEnum):
    """How often a file comes, and with it what it is about."""

    WEEKLY = "weekly"
    """On Every Monday, for the week before."""
    MONTHLY = "monthly"
    """On the first of the month, about the month before."""
    DAILY = "daily"
    """Every day, for the day before."""

    @property
    def words(self) -> str:
        """As lists and modals write it."""
        return {
            Rhythm.WEEKLY: "Every Monday, for the week before",
            Rhythm.MONTHLY: "On the 1st, for the month before",
            Rhythm.DAILY: "Every day, for the day before",
        }[self]

    def cron(self, at: time) -> str:
        """When it is due, as crontab says it."""
        days = {Rhythm.WEEKLY: "* * mon", Rhythm.MONTHLY: "1 * *", Rhythm.DAILY: "* * *"}[self]
        return f"{at.minute} {at.hour} {days}"

    def period(self, day: date) -> Period:
        """The days that a file due on `day` is about."""
        if self is Rhythm.WEEKLY:
            return named(Span.LAST_WEEK, day)
        if self is Rhythm.DAILY:
            return Period(Span.DAYS, day - timedelta(days=1), day - timedelta(days=1))
        return named(Span.MONTH, day).before


class ScheduledExport(Base):
    """A file that comes again and again; a channel has each sheet in each rhythm once."""

    __tablename__ = "scheduled_export"
    __table_args__ = (UniqueConstraint("workspace_id", "channel", "sheet", "rhythm"),)

    id: Mapped[Id]
    workspace_id: Mapped[WorkspaceId]
    channel: Mapped[str]
    sheet: Mapped[str]
    rhythm: Mapped[str]
    at: Mapped[time]
    """The hour, in the workspace's zone."""
    kind: Mapped[str]
    set_up_by: Mapped[int] = mapped_column(ForeignKey(Person.id))
    set_up_at: Mapped[Moment]
    last_slot: Mapped[str | None]
    """The time for which the last file was sent: each is sent once."""

    @property
    def schedule_name(self) -> str:
        """The name of the schedule that sends it."""
        return f"report.export:{self.id}"

    @property
    def title(self) -> str:
        """What it holds."""
        return TITLES[self.sheet]

    @property
    def platform(self) -> Platform | None:
        """The ad platform whose conversions it holds; None for a sheet."""
        return _CONVERSIONS.get(self.sheet)

    person: Mapped[Person] = relationship(lazy="raise")


SEND = "report.export"
"""The task that a schedule wakes."""

MOST = 20
# Down over the weekend, a file still comes on Tuesday.
_GRACE = timedelta(days=2)


@dataclass(frozen=True)
class Due:
    """A file that is due: what is in it."""

    export: ScheduledExport
    workspace: Workspace
    period: Period
    sheet: Sheet | None
    """None for conversions, which are no sheet."""

    def is_for(self, permissions: Permissions) -> bool:
        """Whether it is worth something to this reader."""
        if self.sheet is None:
            return permissions.may_see_some(conversions.NEEDS)
        return self.sheet.is_for(permissions)


def install(session: Session, workspace: Workspace) -> None:
    """Let the files follow the workspace's zone."""
    for export in of_workspace(session, workspace.id):
        _schedule(session, workspace, export)


def of_workspace(session: Session, workspace_id: int) -> Sequence[ScheduledExport]:
    """The files on a schedule, each with who set it up."""
    return session.scalars(
        select(ScheduledExport)
        .where(ScheduledExport.workspace_id == workspace_id)
        .options(joinedload(ScheduledExport.person))
        .order_by(ScheduledExport.id)
    ).all()


def exports(session: Session, who: Person) -> Sequence[ScheduledExport]:
    """The files on a schedule. Raises NotAllowed."""
    people.require(session, who, "schedule files", Role.MANAGER)
    return of_workspace(session, who.workspace_id)


def set_up(
    session: Session,
    who: Person,
    sheet: str,
    channel: str,
    *,
    rhythm: Rhythm,
    at: time,
    kind: FileKind,
) -> None:
    """Let a file come into a channel from now on; one that the channel has already is changed.

    `sheet` is one of TITLES; conversions come as CSV in any case. Raises NotAllowed, and
    FieldErrors where there are too many.
    """
    known = exports(session, who)
    place = (channel, sheet, rhythm)
    if len(known) >= MOST and all((e.channel, e.sheet, e.rhythm) != place for e in known):
        raise FieldErrors({"sheet": f"You already have {MOST}. Remove one first."})
    kind = kind if sheet in SHEETS else FileKind.CSV
    changing = {"at": at, "kind": kind.value, "set_up_by": who.id, "set_up_at": clock.now()}
    export_id = session.scalars(
        insert(ScheduledExport)
        .values(
            workspace_id=who.workspace_id, channel=channel, sheet=sheet,
            rhythm=rhythm.value, **changing,
        )
        .on_conflict_do_update(
            index_elements=["workspace_id", "channel", "sheet", "rhythm"], set_=changing
        )
        .returning(ScheduledExport.id)
    ).one()  # fmt: skip
    session.flush()
    _schedule(
        session, session.get_one(Workspace, who.workspace_id),
        session.get_one(ScheduledExport, export_id, populate_existing=True),
    )  # fmt: skip


def _schedule(session: Session, workspace: Workspace, export: ScheduledExport) -> None:
    wanted = Schedule.of(
        workspace.id, export.schedule_name, SEND, cron=Rhythm(export.rhythm).cron(export.at),
        zone=workspace.timezone, grace=_GRACE, export_id=export.id,
    )  # fmt: skip
    put_schedules(session, wanted)


def remove(session: Session, who: Person, export_id: int) -> None:
    """Let a file come no more. Raises NotAllowed, NotFound."""
    people.require(session, who, "schedule files", Role.MANAGER)
    gone = session.scalar(
        delete(ScheduledExport)
        .where(ScheduledExport.id == export_id, ScheduledExport.workspace_id == who.workspace_id)
        .returning(ScheduledExport)
    )
    if gone is None:
        raise NotFound(what="this file")
    drop_schedule(session, who.workspace_id, gone.schedule_name)


def due(session: Session, export_id: int, slot: str) -> Due | None:
    """What a file holds that is due at `slot`; None where it was sent, or is wanted no more."""
    export = session.scalar(
        select(ScheduledExport)
        .where(ScheduledExport.id == export_id)
        .options(joinedload(ScheduledExport.person))
    )
    if export is None or export.last_slot == slot:
        return None
    workspace = session.get_one(Workspace, export.workspace_id)
    period = Rhythm(export.rhythm).period(workspace.day_of(datetime.fromisoformat(slot)))
    return Due(export, workspace, period, SHEETS.get(export.sheet))


def sent(session: Session, export_id: int, slot: str) -> bool:
    """Note that the file for this time is sent; False where that was noted before."""
    noted = session.execute(
        update(ScheduledExport)
        .where(
            ScheduledExport.id == export_id, ScheduledExport.last_slot.is_distinct_from(slot)
        )
        .values(last_slot=slot)
        .returning(ScheduledExport.id)
    )  # fmt: skip
    return noted.first() is not None


def send_conversions(session: Session, due: Due) -> None:
    """Where the file holds conversions, let what is new be sent; where nothing is, none comes."""
    export = due.export
    if export.platform is not None:
        conversions.send(
            session, due.workspace.id, export.platform, export.channel, export.set_up_by
        )


def permissions_of_members(
    session: Session, workspace: Workspace, slack_ids: Sequence[str]
) -> Permissions:
    """What everyone in a channel may see; the app itself does not count."""
    persons = session.scalars(
        select(Person).where(Person.workspace_id == workspace.id, Person.slack_id.in_(slack_ids))
    ).all()
    known = {person.slack_id: person for person in persons}
    return shared_permissions(
        known.get(slack_id) for slack_id in slack_ids if slack_id != workspace.bot_user_id
    )
