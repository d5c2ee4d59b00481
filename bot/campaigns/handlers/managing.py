"""What the owner of a campaign does with it, and managers with all: change, pause, end, cancel."""

from collections.abc import Callable

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.campaigns import forms, messages, service
from bot.campaigns.models import Campaign
from bot.errors import below
from bot.people.desk import Desk, Listener
from bot.people.models import Person, Role
from bot.slack import Command, Incoming, Listening
from bot.slack.access import Access
from bot.slack.text import safe
from bot.store import Store

Verb = Callable[[Session, Person, int], Campaign]

_CHANGE = Access("change campaigns", (Role.MARKETER,))


class Managing(Desk):
    """Where the owner's clicks arrive; each is answered to them alone, and told in the thread."""

    def manage(self, incoming: Incoming, words: str) -> None:
        """Show what the person may manage."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            found, count = service.to_manage(session, who, words)
            answer = messages.manage(found, count, words, service.today(session, who.workspace_id))
        incoming.tell(answer)

    def do(self, verb: Verb, done: str) -> Listener:
        """A listener that does this at once, and says that it is done."""
        return self.tells(
            lambda session, who, key: f"“{safe(verb(session, who, key).name)}” {done}"
        )

    def ask(self, find: Verb, draw: Callable[[Campaign], View]) -> Listener:
        """A listener that opens a modal about the campaign, for those who may submit it."""
        return self.opens(lambda session, who, key: draw(find(session, who, key)))


def _save_change(session: Session, who: Person, incoming: Incoming) -> None:
    campaign = service.changeable(session, who, incoming.noted_id)
    today = service.today(session, who.workspace_id)
    draft = service.draft(incoming.fields, campaign.currency, today)
    with below("utm_campaign", service.CodeTaken):
        service.change(session, who, campaign.id, draft)


def _save_end(session: Session, who: Person, incoming: Incoming) -> None:
    late_callers = str(incoming.fields["late_callers"] or "")
    service.end(session, who, incoming.noted_id, late_callers)


def _save_launch(session: Session, who: Person, incoming: Incoming) -> None:
    """Announce it at once, or at the time that was set."""
    at = service.launch_time(incoming.fields)
    service.launch(session, who, incoming.noted_id, at)


def _form(campaign: Campaign) -> View:
    return forms.change(campaign, vars(service.Draft.of(campaign)))


def register(listening: Listening, store: Store) -> None:
    """Listen for those who manage campaigns."""
    managing = Managing(store)
    usage = "change, pause, end or cancel a campaign of yours (marketing)"
    listening.command(Command("/campaign", "manage", usage, managing.manage, _CHANGE))
    for action, find, draw in (
        (messages.CHANGE, service.changeable, _form),
        (messages.END, service.manageable, forms.end),
        (messages.LAUNCH, service.changeable, forms.launch),
    ):
        listening.action(action, managing.ask(find, draw), _CHANGE)
    for callback_id, form in (
        (forms.SAVE_CHANGE, _save_change),
        (forms.SAVE_END, _save_end),
        (forms.SAVE_LAUNCH, _save_launch),
    ):
        listening.submission(callback_id, managing.takes(form), _CHANGE)
    for action, verb, done in (
        (messages.PAUSE, service.pause, "is paused. The channel sees it on its card."),
        (messages.RESUME, service.resume, "holds again. The channel sees it on its card."),
        (messages.CANCEL, service.cancel, "is cancelled."),
        (messages.UNSCHEDULE, service.unschedule, "will not be announced by itself."),
    ):
        listening.action(action, managing.do(verb, done), _CHANGE)
