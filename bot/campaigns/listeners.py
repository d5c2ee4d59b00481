"""What Slack brings in for campaigns: `/campaign`, its form, and the announcement's buttons."""

from secrets import token_hex

from sqlalchemy.orm import Session

from bot.campaigns import modals, service, view
from bot.errors import FieldErrors
from bot.people import service as people
from bot.people.model import Person, Workspace
from bot.slack import Command, Incoming, Listening
from bot.store import Store


class Desk:
    """Where the commands and clicks on campaigns arrive."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def new(self, incoming: Incoming, _rest: str) -> None:
        """Open the form of a campaign."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            service.may_announce(session, who)
            workspace = session.get_one(Workspace, who.workspace_id)
            today = service.today(session, workspace.id)
        form = modals.announce(token_hex(12), today, workspace.channel, workspace.currency)
        incoming.open(form)

    def announce(self, incoming: Incoming) -> None:
        """The form came."""
        with self._store.transaction() as session:
            who = _who(session, incoming)
            currency = session.get_one(Workspace, who.workspace_id).currency
            draft = service.draft(
                incoming.fields, currency, service.today(session, who.workspace_id)
            )
            try:
                service.announce(session, who, draft, incoming.note)
            except service.CodeTaken as error:
                raise FieldErrors({"utm_campaign": error.message}) from error
        incoming.ack()

    def list(self, incoming: Incoming, _rest: str) -> None:
        """Tell what runs, what comes and what has just ended."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            today = service.today(session, who.workspace_id)
            answer = view.listing(service.overview(session, who.workspace_id, today))
        incoming.tell(answer)

    def got_it(self, incoming: Incoming) -> None:
        """Someone has read the announcement; the card shows it, where it counts them."""
        incoming.ack()
        with self._store.transaction() as session:
            counted = service.got_it(session, _who(session, incoming), incoming.id)
        if not counted:
            incoming.tell("Noted, thank you. The card counts only those who are in sales.")

    def ask(self, incoming: Incoming) -> None:
        """Open the question's modal."""
        incoming.ack()
        with self._store.transaction() as session:
            campaign = service.askable(session, _who(session, incoming), incoming.id)
        incoming.open(modals.ask(campaign, token_hex(12)))

    def save_question(self, incoming: Incoming) -> None:
        """The question came."""
        campaign_id, token = modals.asked(incoming.note)
        text = str(incoming.fields["question"] or "")
        with self._store.transaction() as session:
            service.ask(session, _who(session, incoming), campaign_id, text, token)
        incoming.ack()


def _who(session: Session, incoming: Incoming) -> Person:
    return people.acting(session, incoming.team, incoming.user)


def register(listening: Listening, store: Store) -> None:
    """Listen for campaigns."""
    desk = Desk(store)
    listening.command(Command("/campaign", "", "announce a campaign (marketing)", desk.new))
    listening.command(
        Command("/campaign", "list", "see what runs, what comes and what has just ended", desk.list)
    )
    listening.submission(modals.ANNOUNCE, desk.announce)
    listening.action(view.GOT_IT, desk.got_it)
    listening.action(view.ASK, desk.ask)
    listening.submission(modals.SAVE_QUESTION, desk.save_question)
