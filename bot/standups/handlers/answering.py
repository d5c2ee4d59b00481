"""Answering and skipping: `/standup`, the buttons of the prompt, and the form."""

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.errors import below
from bot.people.desk import Desk
from bot.people.models import ANY_ROLE, Person
from bot.slack import Command, Incoming, Listening
from bot.slack.access import Access
from bot.standups import messages, service
from bot.standups.forms import Answers
from bot.store import Store

_ANSWER = Access("answer standups", ANY_ROLE, or_team=True)


def register(listening: Listening, store: Store) -> None:
    """Listen for answers."""
    desk = Desk(store)
    usage = "answer your standup, early or late"
    listening.command(Command("/standup", "", usage, desk.opens(_open_now), _ANSWER))
    skip = Command("/standup", "skip", "skip it today", desk.tells(_skip_now), _ANSWER)
    listening.command(skip)
    listening.action(messages.ANSWER, desk.opens(form), _ANSWER)
    listening.action(messages.BEGIN, desk.opens(_begin), _ANSWER)
    listening.action(messages.SKIP, desk.does(service.skip), _ANSWER)
    listening.submission(Answers.callback_id, desk.takes(_send, clears=True), _ANSWER)


def _open_now(session: Session, who: Person, _id: int) -> View:
    """The form of the one that can be answered, or a choice of several."""
    found = service.answerable_now(session, who)
    waiting = [each for each in found if each.waits] or found
    return (
        _begin(session, who, waiting[0].standup.id) if len(waiting) == 1 else messages.choice(found)
    )


def _skip_now(session: Session, who: Person, _id: int) -> str:
    """Whatever waits today."""
    found = service.answerable_now(session, who)
    waiting = [each for each in found if each.waits] or found[:1]
    entries = [service.entry_now(session, who, each.standup.id) for each in waiting]
    return messages.skipping([service.skip(session, who, each) for each in entries])


def form(session: Session, who: Person, entry_id: int) -> View:
    """The form of a part that is written already."""
    return messages.form(service.answerable(session, who, entry_id), service.facts(session, who))


def _begin(session: Session, who: Person, standup_id: int) -> View:
    """A standup was chosen by itself, maybe before it is asked."""
    return form(session, who, service.entry_now(session, who, standup_id))


def _send(session: Session, who: Person, incoming: Incoming) -> None:
    form = Answers.read(incoming)
    # Said below the first of them, so that what was written can still be copied.
    with below("answers", service.StandupClosed):
        service.answer(session, who, form.entry_id, form.answers)
