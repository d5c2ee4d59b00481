"""Whoever leaves the workspace meets nobody: their partner is told, and waits for another."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.people.models import Person
from bot.shadowing import membership
from bot.shadowing.meeting import hold, redraw, withdraw
from bot.shadowing.models import ShadowPair, Stage
from bot.tasks import Loop

_LEAVERS = Loop("shadowing.leavers", "Pairs of people who left")

# Pairs of one transaction, so that it is short.
_AT_ONCE = 100


def release_partners(session: Session) -> int:
    """Cancel the pairs that are still to meet and of which somebody has left the workspace.

    At most a hundred at once; returns how many they were.
    """
    found = session.scalars(
        select(ShadowPair)
        .join(Person, Person.id.in_([ShadowPair.marketer_id, ShadowPair.salesperson_id]))
        .where(
            ~Person.active,
            Person.workspace_id == ShadowPair.workspace_id,
            ShadowPair.stage.in_([Stage.FINDING, Stage.AGREED]),
            _LEAVERS.ready(ShadowPair.id),
        )
        .order_by(ShadowPair.id)
        .limit(_AT_ONCE)
        .with_for_update(of=ShadowPair, skip_locked=True)
    ).all()  # fmt: skip
    _LEAVERS.each(session, found, lambda pair: cancel(session, hold(session, pair.id)))
    return len(found)


def has_leaver(pair: ShadowPair) -> bool:
    """Whether one of the two has left the workspace."""
    return not all(participant.person.active for participant in pair.taken)


def cancel(session: Session, pair: ShadowPair) -> None:
    """Call off a pair that is held, as nobody's doing; whoever is left comes first next time."""
    for participant in pair.taken:
        if participant.person.active:
            membership.let_wait(session, participant)
    withdraw(session, pair)
    pair.stage, pair.ended_by = Stage.CANCELLED, None
    redraw(session, pair)
