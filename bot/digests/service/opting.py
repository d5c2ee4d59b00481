"""The verbs of those who want no digest of their own, and of those who want it again."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.digests.models import Delivery, OptOut
from bot.digests.service.personal import ROLES
from bot.digests.service.sending import OWN
from bot.people.models import Person


def wants_own(session: Session, person: Person) -> bool:
    """Whether this person wants digests of their own."""
    return session.get(OptOut, person.id) is None


def opt_out(session: Session, person: Person) -> None:
    """Send this person no digest of their own any more."""
    session.execute(
        insert(OptOut)
        .values(person_id=person.id, workspace_id=person.workspace_id, since=clock.now())
        .on_conflict_do_nothing()
    )
    _redraw(session, person)


def opt_in(session: Session, person: Person) -> None:
    """Send them again, from the next time on."""
    session.execute(delete(OptOut).where(OptOut.person_id == person.id))
    _redraw(session, person)


def _redraw(session: Session, person: Person) -> None:
    """Let the newest digests of this person, one of each kind at most, show the other button."""
    newest = select(Delivery.id).where(
        Delivery.person_id == person.id, Delivery.audience.in_(list(ROLES))
    )
    for delivery_id in session.scalars(newest.order_by(Delivery.id.desc()).limit(len(ROLES))):
        slack.redraw(session, OWN, delivery_id)
