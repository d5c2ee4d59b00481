"""What the owner of a campaign does with it, and managers with all: change, pause, end, cancel."""

from collections.abc import Callable

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.campaigns import modals, service, view
from bot.campaigns.model import Campaign
from bot.errors import FieldErrors
from bot.people import service as people
from bot.people.model import Person
from bot.slack import Command, Incoming, Listening
from bot.slack.text import safe
from bot.store import Store

Verb = Callable[[Session, Person, int], Campaign]


class Managing:
    """Where the owner's clicks arrive; each is answered to them alone, and told in the thread."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def manage(self, incoming: Incoming, words: str) -> None:
        """Show what the person may manage."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            found, count = service.to_manage(session, who, words)
            today = service.today(session, who.workspace_id)
            answer = view.manage(found, count, words, today)
        incoming.tell(answer)

    def do(self, verb: Verb, done: str) -> Callable[[Incoming], None]:
        """A listener that does this at once, and says that it is done."""

        def listener(incoming: Incoming) -> None:
            incoming.ack()
            with self._store.transaction() as session:
                campaign = verb(session, _who(session, incoming), incoming.id)
                said = f"“{safe(campaign.name)}” {done}"
            incoming.tell(said)

        return listener

    def ask(self, find: Verb, draw: Callable[[Campaign], View]) -> Callable[[Incoming], None]:
        """A listener that opens a modal about the campaign, for those who may submit it."""

        def listener(incoming: Incoming) -> None:
            incoming.ack()
            with self._store.transaction() as session:
                modal = draw(find(session, _who(session, incoming), incoming.id))
            incoming.open(modal)

        return listener

    def save_change(self, incoming: Incoming) -> None:
        """The form came."""
        with self._store.transaction() as session:
            who = _who(session, incoming)
            campaign = service.changeable(session, who, incoming.noted_id)
            today = service.today(session, who.workspace_id)
            draft = service.draft(incoming.fields, campaign.currency, today)
            try:
                service.change(session, who, campaign.id, draft)
            except service.CodeTaken as error:
                raise FieldErrors({"utm_campaign": error.message}) from error
        incoming.ack()

    def save_end(self, incoming: Incoming) -> None:
        """It ends now."""
        late_callers = str(incoming.fields["late_callers"] or "")
        with self._store.transaction() as session:
            service.end(session, _who(session, incoming), incoming.noted_id, late_callers)
        incoming.ack()

    def save_launch(self, incoming: Incoming) -> None:
        """Announce it at once, or at the time that was set."""
        at = service.launch_time(incoming.fields)
        with self._store.transaction() as session:
            service.launch(session, _who(session, incoming), incoming.noted_id, at)
        incoming.ack()


def _form(campaign: Campaign) -> View:
    return modals.change(campaign, vars(service.Draft.of(campaign)))


def _who(session: Session, incoming: Incoming) -> Person:
    return people.acting(session, incoming.team, incoming.user)


def register(listening: Listening, store: Store) -> None:
    """Listen for those who manage campaigns."""
    managing = Managing(store)
    usage = "change, pause, end or cancel a campaign of yours (marketing)"
    listening.command(Command("/campaign", "manage", usage, managing.manage))
    listening.action(view.CHANGE, managing.ask(service.changeable, _form))
    listening.submission(modals.SAVE_CHANGE, managing.save_change)
    listening.action(view.END, managing.ask(service.manageable, modals.end))
    listening.submission(modals.SAVE_END, managing.save_end)
    listening.action(view.LAUNCH, managing.ask(service.changeable, modals.launch))
    listening.submission(modals.SAVE_LAUNCH, managing.save_launch)
    listening.action(
        view.PAUSE, managing.do(service.pause, "is paused. The channel sees it on its card.")
    )
    listening.action(
        view.RESUME, managing.do(service.resume, "holds again. The channel sees it on its card.")
    )
    listening.action(view.CANCEL, managing.do(service.cancel, "is cancelled."))
    listening.action(
        view.UNSCHEDULE, managing.do(service.unschedule, "will not be announced by itself.")
    )
