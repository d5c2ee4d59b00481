"""The verbs of taking part: out, in, apart from somebody; and who rests or comes first."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from bot import slack
from bot.errors import HandoffError, NotFound
from bot.people import service as people
from bot.people.models import Person, Role
from bot.shadowing.models import SILENT_ROUNDS, ShadowExclusion, ShadowMember, ShadowParticipant

REST = "shadow.rest"


class NotYourself(HandoffError):
    """Choose two different people."""


class NotYours(HandoffError):
    """Only admins can keep two other people apart. You can do it for yourself."""


def member(session: Session, workspace_id: int, person_id: int) -> ShadowMember:
    """How a person stands to the rounds, locked until the transaction ends."""
    new = insert(ShadowMember).values(
        person_id=person_id, workspace_id=workspace_id, is_out=False, silent=0, waited=0
    )
    held: ShadowMember = session.scalars(
        new.on_conflict_do_update(  # which changes nothing, but locks the row and returns it
            index_elements=[ShadowMember.person_id], set_={"workspace_id": workspace_id}
        ).returning(ShadowMember),
        execution_options={"populate_existing": True},
    ).one()
    return held


def go_out(session: Session, person: Person) -> None:
    """Take part no more, from the next round on. Raises NotAllowed."""
    _require(session, person)
    member(session, person.workspace_id, person.id).is_out = True


def come_in(session: Session, person: Person) -> None:
    """Take part again, also after a rest. Raises NotAllowed."""
    _require(session, person)
    row = member(session, person.workspace_id, person.id)
    row.is_out, row.silent = False, 0
    session.flush()
    rests = select(ShadowParticipant.id).where(ShadowParticipant.person_id == person.id)
    last = session.scalars(rests.order_by(ShadowParticipant.id.desc()).limit(SILENT_ROUNDS))
    slack.redraw_all(session, [(REST, participant_id) for participant_id in last])


def note_silence(session: Session, participant: ShadowParticipant) -> None:
    """A round is over in which nothing was heard of somebody; after the third they rest."""
    row = member(session, participant.workspace_id, participant.person_id)
    if row.rests:
        return
    row.silent += 1
    session.flush()
    if row.rests:
        slack.show(
            session, participant.workspace_id, REST, participant.id, participant.person.slack_id
        )


def note_sign(session: Session, participant: ShadowParticipant) -> None:
    """Somebody gave a sign: they are not silent any more."""
    member(session, participant.workspace_id, participant.person_id).silent = 0


def let_wait(session: Session, participant: ShadowParticipant) -> None:
    """Somebody has no partner, without a fault of theirs: they come first next time."""
    member(session, participant.workspace_id, participant.person_id).waited += 1


def keep_apart(session: Session, by: Person, one_slack_id: str, other_slack_id: str) -> None:
    """Let two people not be paired: an admin any two, everybody else themselves and another.

    Raises NotYourself, NotYours.
    """
    first_person = people.person(session, by.workspace_id, one_slack_id)
    second_person = people.person(session, by.workspace_id, other_slack_id)
    if first_person.id == second_person.id:
        raise NotYourself
    if by.id not in (first_person.id, second_person.id) and not by.has(Role.ADMIN):
        raise NotYours
    first, second = sorted((first_person.id, second_person.id))
    session.execute(
        insert(ShadowExclusion)
        .values(workspace_id=by.workspace_id, one_id=first, other_id=second, by_id=by.id)
        .on_conflict_do_nothing()
    )


def exclusions(session: Session, person: Person) -> Sequence[ShadowExclusion]:
    """Whom an admin sees to be kept apart: all; everybody else only what they asked for."""
    rows = (
        select(ShadowExclusion)
        .where(ShadowExclusion.workspace_id == person.workspace_id)
        .options(*map(joinedload, (ShadowExclusion.one, ShadowExclusion.other, ShadowExclusion.by)))
        .order_by(ShadowExclusion.id.desc())
    )
    if not person.has(Role.ADMIN):
        rows = rows.where(ShadowExclusion.by_id == person.id)
    return session.scalars(rows).all()


def let_meet(session: Session, person: Person, exclusion_id: int) -> None:
    """Take back that two are kept apart. Raises NotFound for what the person may not see."""
    exclusion = next(
        (each for each in exclusions(session, person) if each.id == exclusion_id), None
    )
    if exclusion is None:
        raise NotFound(what="these two")
    session.delete(exclusion)
    session.flush()


def _require(session: Session, person: Person) -> None:
    people.require(session, person, "take part in job shadowing", Role.MARKETER, Role.SALESPERSON)
