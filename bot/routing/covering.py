"""A colleague covers for somebody who is away: the leads stay with their owner, and the colleague
acts on them in their own name."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import NotFound
from bot.leads.models import IS_OPEN, Lead
from bot.people.models import Absence, Person
from bot.routing.absences import COVERS, come_back, replace_absence
from bot.routing.models import Cover


def cover(session: Session, absence_id: int) -> Cover:
    """Who covers for whom, with the owner's open leads, the oldest first."""
    absence = session.get_one(Absence, absence_id)
    leads = session.scalars(
        select(Lead)
        .where(Lead.claimed_by == absence.person_id, IS_OPEN)
        .order_by(Lead.received_at, Lead.id)
    ).all()
    away = session.get_one(Person, absence.person_id)
    by = session.get_one(Person, absence.cover_id)
    return Cover(absence.id, away, by, absence.ends_at, absence.ends_at <= clock.now(), leads)


def covers_by(session: Session, who: Person) -> list[Cover]:
    """For whom this person covers at the moment."""
    mine = select(Absence.id).where(Absence.cover_id == who.id, Absence.holds(clock.now()))
    ids = session.scalars(mine.order_by(Absence.ends_at, Absence.id))
    return [cover(session, absence_id) for absence_id in ids]


def end_cover(session: Session, who: Person, absence_id: int) -> None:
    """End a cover: the one who was away is back by that; where the colleague ends it, they hear of
    it and stay away. One that is over stays so. Raises NotFound."""
    absence = session.get(Absence, absence_id)
    if absence is None or who.id not in (absence.person_id, absence.cover_id):
        raise NotFound(what="this cover")
    session.refresh(absence, with_for_update={"key_share": True})
    if absence.ends_at <= clock.now():
        return
    if who.id == absence.person_id:
        come_back(session, who)
        return
    away = session.get_one(Person, absence.person_id)
    replace_absence(session, away, absence.ends_at)
    slack.show(session, away.workspace_id, COVERS, absence.id, away.slack_id)
