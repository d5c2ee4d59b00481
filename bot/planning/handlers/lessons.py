"""What Slack brings in at the end of a campaign: the question's button and its form."""

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.people.desk import Desk
from bot.people.models import ANY_ROLE, Person
from bot.planning import forms, messages, service
from bot.planning.models import Again
from bot.slack import Incoming, Listening, option_of
from bot.slack.access import Access
from bot.store import Store

_ANSWER = Access("say what a campaign has taught", ANY_ROLE)


def register(listening: Listening, store: Store) -> None:
    """Listen for retrospectives."""
    desk = Desk(store)
    listening.action(messages.LOOK_BACK, desk.opens(_open), _ANSWER)
    listening.submission(forms.SAVE_LESSON, desk.takes(_save), _ANSWER)


def _open(session: Session, who: Person, retrospective_id: int) -> View:
    """The form, for whom it was asked of."""
    return forms.look_back(service.retrospective(session, who, retrospective_id))


def _save(session: Session, who: Person, incoming: Incoming) -> None:
    fields = incoming.fields
    worked, failed = str(fields["worked"] or ""), str(fields["failed"] or "")
    again = option_of(Again, fields["again"])
    service.answer_back(session, who, incoming.noted_id, worked, failed, again)
