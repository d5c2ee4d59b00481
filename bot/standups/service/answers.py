"""The verbs of one who is asked: answer, change the answers, skip; early, in time or late."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from bot import clock
from bot.errors import FieldErrors, HandoffError, NotFound
from bot.people.models import Person
from bot.slack.text import clean
from bot.standups.models import (
    LONGEST_ANSWER,
    Answer,
    StandupAnswer,
    StandupEntry,
    StandupQuestion,
)
from bot.standups.service import rounds


class StandupClosed(HandoffError):
    """The {standup} of {day} has closed, so I can change nothing there any more. If it cannot wait
    for the next one, please write it in the channel."""


class AlreadyAnswered(HandoffError):
    """You have answered this standup, and your answers stay. Until it closes you can change them
    with /standup."""


class AlreadySkipped(HandoffError):
    """You have skipped this standup already. You can still answer it with /standup."""


def answerable(session: Session, who: Person, entry_id: int, *, hold: bool = False) -> StandupEntry:
    """The person's own entry, while it takes an answer: in time, or a first one late.

    With `hold` neither changes before our transaction ends, the entry or its round. Raises
    NotFound, StandupClosed.
    """
    mine = select(StandupEntry.round_id).where(
        StandupEntry.id == entry_id, StandupEntry.person_id == who.id
    )
    found = rounds.round_of(session, mine, hold=hold)
    if found is None:
        raise NotFound(what="your part in this standup")
    # The round is held first, as asking does it, so that nobody waits for each other.
    entry = session.get_one(
        StandupEntry,
        entry_id,
        options=[selectinload(StandupEntry.answers)],
        with_for_update={"key_share": True} if hold else None,
        populate_existing=True,
    )
    now = clock.now()
    if not entry.is_open(now) and not entry.takes_late(now):
        raise StandupClosed(standup=clean(found.standup.name, 80), day=found.day_in_words)
    return entry


def answer(session: Session, who: Person, entry_id: int, said: Mapping[str, str]) -> StandupEntry:
    """Take the person's answers, by the questions' keys; newer ones replace those given before.

    Raises NotFound, StandupClosed, FieldErrors.
    """
    entry = answerable(session, who, entry_id, hold=True)
    for question, text in _checked(entry.round.standup.asked, said).items():
        _write(session, entry, question, text)
    entry.state, entry.answered_at, entry.remind_at = Answer.ANSWERED, clock.now(), None
    session.flush()
    rounds.redraw(session, entry)
    return entry


def skip(session: Session, who: Person, entry_id: int) -> StandupEntry:
    """Skip this one. Raises NotFound, StandupClosed, AlreadyAnswered, AlreadySkipped."""
    entry = answerable(session, who, entry_id, hold=True)
    if entry.state == Answer.ANSWERED:
        raise AlreadyAnswered
    if entry.state == Answer.SKIPPED:
        raise AlreadySkipped
    entry.state, entry.remind_at = Answer.SKIPPED, None
    session.flush()
    rounds.redraw(session, entry)
    return entry


def _write(session: Session, entry: StandupEntry, question: StandupQuestion, text: str) -> None:
    """Keep what was said; a blocker that is gone from the form is lifted, if somebody has it."""
    there = next((each for each in entry.answers if each.question_id == question.id), None)
    if there is None:
        if text:
            entry.answers.append(
                StandupAnswer(
                    workspace_id=entry.workspace_id,
                    question_id=question.id,
                    text=text,
                    question=question,
                )
            )
    elif text:
        there.text = text
    elif there.taken_by is None:
        entry.answers.remove(there)
        session.delete(there)
    else:
        there.lifted_at = there.lifted_at or clock.now()


def _checked(
    asked: list[StandupQuestion], answers: Mapping[str, str]
) -> dict[StandupQuestion, str]:
    """The answers without what cannot be stored or shown; FieldErrors where one is missing."""
    said = {
        question: clean(answers.get(question.key, ""), LONGEST_ANSWER).strip() for question in asked
    }
    missing = [f"answers:{each.key}" for each in asked if each.needs_answer and not said[each]]
    if missing:
        raise FieldErrors(
            dict.fromkeys(missing, "Please write a few words; “nothing yet” is an answer too.")
        )
    if not any(said.values()):
        raise FieldErrors(
            {f"answers:{asked[0].key}": "Please answer one question, or skip this standup."}
        )
    return said
