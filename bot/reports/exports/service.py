"""The verbs of files on a schedule: set up, list, remove, and what one holds when it is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from bot import clock
from bot.errors import FieldErrors, NotFound
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.reports.conversions import service as conversions
from bot.reports.exports.models import Rhythm, ScheduledExport
from bot.reports.files import FileKind
from bot.reports.period import Period
from bot.reports.policy import Sight, sight_of_all
from bot.reports.service.sheets import SHEETS, Sheet
from bot.tasks import drop_schedule, put_schedule

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

    def is_for(self, sight: Sight) -> bool:
        """Whether it is worth something to this reader."""
        return self.sheet.is_for(sight) if self.sheet else sight.knows(conversions.NEEDS)


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
    if len(exports(session, who)) >= MOST:
        raise FieldErrors({"sheet": f"There are {MOST} already. Please remove one first."})
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
    put_schedule(
        session, workspace.id, export.schedule_name, SEND,
        cron=Rhythm(export.rhythm).cron(export.at), zone=workspace.timezone, grace=_GRACE,
        export_id=export.id,
    )  # fmt: skip


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
    found = session.scalar(
        select(ScheduledExport)
        .where(ScheduledExport.id == export_id)
        .options(joinedload(ScheduledExport.person))
    )
    if found is None or found.last_slot == slot:
        return None
    workspace = session.get_one(Workspace, found.workspace_id)
    period = Rhythm(found.rhythm).period(workspace.day_of(datetime.fromisoformat(slot)))
    return Due(found, workspace, period, SHEETS.get(found.sheet))


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


def sight_of_members(session: Session, workspace: Workspace, slack_ids: Sequence[str]) -> Sight:
    """What everyone in a channel may see; the app itself does not count."""
    persons = session.scalars(
        select(Person).where(Person.workspace_id == workspace.id, Person.slack_id.in_(slack_ids))
    ).all()
    known = {person.slack_id: person for person in persons}
    return sight_of_all(
        known.get(slack_id) for slack_id in slack_ids if slack_id != workspace.bot_user_id
    )
