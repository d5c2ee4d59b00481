"""What everybody does with campaigns: announce, list, confirm, ask, answer, look an offer up."""

from secrets import token_hex

from slack_sdk.models.views import View
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
                at = service.launch_time(incoming.fields)
                service.announce(session, who, draft, incoming.note, at)
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

    def all(self, incoming: Incoming) -> None:
        """Open the list of all campaigns."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _page(session, _who(session, incoming), incoming.id)
        incoming.open(modal)

    def another(self, incoming: Incoming) -> None:
        """Another page of it."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _page(session, _who(session, incoming), incoming.id)
        incoming.replace(modal)

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

    def questions(self, incoming: Incoming) -> None:
        """Show all questions about a campaign, page by page."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _questions(session, _who(session, incoming), incoming.id, 0)
        incoming.open(modal)

    def turn(self, incoming: Incoming) -> None:
        """Another page of them."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            modal = _questions(session, who, incoming.noted_id, incoming.id)
        incoming.replace(modal)

    def answer(self, incoming: Incoming) -> None:
        """Open the modal of an answer, for those who may give it."""
        incoming.ack()
        with self._store.transaction() as session:
            asked = service.answerable(session, _who(session, incoming), incoming.id)
            modal = modals.answer(asked)
        incoming.open(modal)

    def save_answer(self, incoming: Incoming) -> None:
        """The answer came."""
        text = str(incoming.fields["answer"] or "")
        with self._store.transaction() as session:
            service.answer(session, _who(session, incoming), incoming.noted_id, text)
        incoming.ack()

    def offer(self, incoming: Incoming, words: str) -> None:
        """Tell what is promised, to whoever asks."""
        incoming.ack()
        with self._store.transaction() as session:
            found = service.offers(session, _who(session, incoming), words)
        if found.count > len(found.offers):
            incoming.open(view.pages(found, words, 0, service.MOST))
        else:
            incoming.tell(view.found(found))

    def turn_offers(self, incoming: Incoming) -> None:
        """Another page of what was found."""
        incoming.ack()
        asked, page = incoming.note, incoming.id
        with self._store.transaction() as session:
            found = service.offers(session, _who(session, incoming), asked, page)
        incoming.replace(view.pages(found, asked, page, service.MOST))

    def show_offer(self, incoming: Incoming) -> None:
        """One of several that were found."""
        incoming.ack()
        with self._store.transaction() as session:
            found = service.offer(session, _who(session, incoming), incoming.id)
        if incoming.standing[0]:
            incoming.open(view.whole_offer(found))
        else:
            incoming.tell(view.offer(found))


def _page(session: Session, who: Person, number: int) -> View:
    """A page of all campaigns; the first, where that one is empty by now."""
    found, count = service.page(session, who, number)
    if not found and number:
        return _page(session, who, 0)
    readers = service.readers(session, [campaign.id for campaign in found])
    return view.whole(found, number, count, service.LISTED, readers)


def _questions(session: Session, who: Person, campaign_id: int, page: int) -> View:
    """A page of a campaign's questions; the last one there is, where there are fewer."""
    campaign = service.askable(session, who, campaign_id)
    found, count = service.questions(session, campaign.id, page)
    if not found and page:
        return _questions(session, who, campaign_id, (count - 1) // service.PAGE if count else 0)
    return view.questions(campaign, found, page, count, service.PAGE)


def _who(session: Session, incoming: Incoming) -> Person:
    return people.acting(session, incoming.team, incoming.user)


def register(listening: Listening, store: Store) -> None:
    """Listen for campaigns."""
    desk = Desk(store)
    listening.command(Command("/campaign", "", "announce a campaign (marketing)", desk.new))
    listening.command(
        Command("/campaign", "list", "see what runs, what comes and what has just ended", desk.list)
    )
    listening.action(view.LIST, desk.all)
    for way in ("previous", "next"):
        listening.action(f"{view.LIST}.{way}", desk.another)
    listening.command(Command("/offer", "", "see the offers that hold today", desk.offer))
    listening.command(
        Command(
            "/offer",
            "<words>",
            "see the exact terms of one, today or on a day: `/offer summer on 2026-05-01`",
            desk.offer,
        )
    )
    listening.action(view.SHOW, desk.show_offer)
    listening.action(f"{view.OFFERS}.previous", desk.turn_offers)
    listening.action(f"{view.OFFERS}.next", desk.turn_offers)
    listening.submission(modals.ANNOUNCE, desk.announce)
    listening.action(view.GOT_IT, desk.got_it)
    listening.action(view.ASK, desk.ask)
    listening.submission(modals.SAVE_QUESTION, desk.save_question)
    listening.action(view.QUESTIONS, desk.questions)
    for way in ("previous", "next"):
        listening.action(f"{view.TURN}.{way}", desk.turn)
    listening.action(view.ANSWER, desk.answer)
    listening.submission(modals.SAVE_ANSWER, desk.save_answer)
