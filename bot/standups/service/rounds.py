"""The verbs of a round: it opens and asks everyone, reminds once, and closes with a summary.

Whoever changes a round or one of its entries holds the round's row first; so an answer is taken
either before the round closes, and then stands in the summary, or not at all.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload, selectinload

from bot import clock, slack
from bot.jobs import enqueue
from bot.people import service as people
from bot.people.model import Person
from bot.standups.model import Answer, Standup, StandupEntry, StandupRound

OPEN = "standup.open"
REMIND = "standup.remind"
CLOSE = "standup.close"

PROMPT = "standup.prompt"
REMINDER = "standup.reminder"
SUMMARY = "standup.summary"


def open_round(session: Session, standup_id: int, slot: datetime) -> StandupRound | None:
    """Open the round of the day on which `slot` falls, and ask every active member of the team.

    None when that day has its round already, or when the standup is paused.
    """
    standup = session.get_one(Standup, standup_id)
    if not standup.active:
        return None
    now = clock.now()
    closes_at = now + timedelta(minutes=standup.close_after_minutes)
    opened: StandupRound | None = session.scalar(
        insert(StandupRound)
        .values(
            workspace_id=standup.workspace_id, standup_id=standup.id, day=standup.day_of(slot),
            opened_at=now, closes_at=closes_at,
        )
        .on_conflict_do_nothing()
        .returning(StandupRound)
    )  # fmt: skip
    if opened is None:
        return None
    for member in people.team_members(session, standup.team_id):
        ask(session, opened, member)
    remind_at = now + timedelta(minutes=standup.remind_after_minutes)
    enqueue(session, REMIND, at=remind_at, round_id=opened.id)
    enqueue(session, CLOSE, at=closes_at, round_id=opened.id)
    return opened


def ask(session: Session, opened: StandupRound, person: Person) -> int:
    """Write the person's entry and send the prompt, once; returns the entry's id."""
    entry_id: int | None = session.scalar(
        insert(StandupEntry)
        .values(
            workspace_id=opened.workspace_id, round_id=opened.id, person_id=person.id,
            state=Answer.ASKED, answers={}, asked_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(StandupEntry.id)
    )  # fmt: skip
    if entry_id is None:
        return session.scalars(
            select(StandupEntry.id).where(
                StandupEntry.round_id == opened.id, StandupEntry.person_id == person.id
            )
        ).one()
    slack.show(session, opened.workspace_id, PROMPT, entry_id, person.slack_id)
    return entry_id


def remind(session: Session, round_id: int) -> int:
    """Remind those who neither answered nor skipped, once; returns how many."""
    if not hold(session, round_id).is_open:
        return 0
    waiting = session.scalars(
        update(StandupEntry)
        .where(
            StandupEntry.round_id == round_id,
            StandupEntry.state == Answer.ASKED,
            StandupEntry.reminded_at.is_(None),
            StandupEntry.person_id.in_(select(Person.id).where(Person.active)),
        )
        .values(reminded_at=clock.now())
        .returning(StandupEntry)
        .options(selectinload(StandupEntry.person))
    ).all()
    for entry in waiting:
        slack.show(session, entry.workspace_id, REMINDER, entry.id, entry.person.slack_id)
    return len(waiting)


def close(session: Session, round_id: int) -> bool:
    """Close the round and post its summary, once; False when it was closed before.

    A round in which nobody was asked has nothing to say, and gets no summary.
    """
    closing = hold(session, round_id)
    if not closing.is_open:
        return False
    closing.closed_at = clock.now()
    session.flush()
    entries = session.scalars(
        select(StandupEntry.id).where(StandupEntry.round_id == round_id).order_by(StandupEntry.id)
    ).all()
    for entry_id in entries:
        redraw(session, entry_id)
    if entries:
        channel = session.get_one(Standup, closing.standup_id).channel
        slack.show(session, closing.workspace_id, SUMMARY, round_id, channel)
    return True


def hold(session: Session, round_id: int) -> StandupRound:
    """The round, as it is now, with its row locked until the transaction ends."""
    return session.get_one(StandupRound, round_id, with_for_update=True, populate_existing=True)


def redraw(session: Session, entry_id: int) -> None:
    """Let everything that the person got of their entry be drawn anew."""
    for kind in (PROMPT, REMINDER):
        slack.redraw(session, kind, entry_id)


def entry_to_show(session: Session, entry_id: int) -> StandupEntry:
    """The entry with its round, standup and team."""
    asked = joinedload(StandupEntry.round).joinedload(StandupRound.standup)
    return session.get_one(
        StandupEntry, entry_id, options=[asked.joinedload(Standup.team)], populate_existing=True
    )


def round_to_show(session: Session, round_id: int) -> StandupRound:
    """The round with its standup, team, entries and their people."""
    team = joinedload(StandupRound.standup).joinedload(Standup.team)
    entries = selectinload(StandupRound.entries).joinedload(StandupEntry.person)
    return session.get_one(StandupRound, round_id, options=[team, entries])
