"""What Slack brings in for what marketing plans: drafts, proposals, changes, announcements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Any

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.campaigns import service as campaigns
from bot.campaigns.model import Campaign
from bot.errors import FieldErrors
from bot.people import service as people
from bot.people.model import Person, Workspace
from bot.planning import modals, service, view
from bot.planning.modals import Note, Written
from bot.slack import Command, Incoming, Listening
from bot.slack.text import safe
from bot.store import Store


class Plans:
    """Where the commands and clicks of those who plan arrive."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def new(self, incoming: Incoming, _rest: str) -> None:
        """`/campaign propose`: an empty form."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            campaigns.may_announce(session, who)
            written = Written({"starts_on": campaigns.today(session, who.workspace_id)},
                              owner=who.slack_id)  # fmt: skip
            form = modals.plan(Note(token_hex(12)), written, _currency(session, who))
        incoming.open(form)

    def for_request(self, incoming: Incoming) -> None:
        """A form for what customers ask for, with what is known of it."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            request = service.plannable(session, who, incoming.id)
            known = {
                "starts_on": campaigns.today(session, who.workspace_id),
                "audience": request.audience,
            }
            note = Note(token_hex(12), request_id=request.id)
            written = Written(known, owner=who.slack_id)
            form = modals.plan(note, written, _currency(session, who), request.text)
        incoming.open(form)

    def take_up(self, incoming: Incoming) -> None:
        """A draft, to be written on."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            campaign = campaigns.manageable(session, who, incoming.id)
            note = Note(token_hex(12), campaign.id)
            form = modals.plan(note, _written(session, campaign), campaign.currency)
        incoming.open(form)

    def save(self, incoming: Incoming) -> None:
        """The form of a draft came."""
        note, fields = Note.read(incoming.note), incoming.fields
        then = fields.pop("then")
        if then == modals.GIVE_UP:
            self._give_up(incoming, note)
            return
        with self._store.transaction() as session, _code_below_its_field():
            who = _who(session, incoming)
            plan = _plan(session, who, fields)
            if note.campaign_id:
                campaign = service.save(session, who, note.campaign_id, plan)
            else:
                request = note.request_id or None
                campaign = service.begin(session, who, plan, note.token, request)
        # What was written is kept by now, even where something is missing for a proposal.
        with self._store.transaction() as session:
            who = _who(session, incoming)
            if then == modals.PROPOSE:
                service.propose_once(session, who, campaign.id)
            service.hand_over(session, who, campaign.id, plan)
        incoming.ack(response_action="clear")
        if then == modals.KEEP:
            incoming.tell(f"“{safe(campaign.name)}” is kept: `/campaign drafts` lists your drafts.")

    def _give_up(self, incoming: Incoming, note: Note) -> None:
        with self._store.transaction() as session:
            service.give_up(session, _who(session, incoming), note.campaign_id)
        incoming.ack(response_action="clear")

    def drafts(self, incoming: Incoming, _rest: str) -> None:
        """`/campaign drafts`: what can be taken up again."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _page(session, _who(session, incoming), 0)
        incoming.open(modal)

    def turn(self, incoming: Incoming) -> None:
        """Another page of them."""
        incoming.ack()
        with self._store.transaction() as session:
            modal = _page(session, _who(session, incoming), incoming.id)
        incoming.replace(modal)

    def change(self, incoming: Incoming) -> None:
        """The form that changes a proposal."""
        incoming.ack()
        with self._store.transaction() as session:
            campaign = service.revisable(session, _who(session, incoming), incoming.id)
            form = modals.change(campaign, _written(session, campaign))
        incoming.open(form)

    def save_change(self, incoming: Incoming) -> None:
        """The change came."""
        with self._store.transaction() as session, _code_below_its_field():
            who = _who(session, incoming)
            service.revise(session, who, incoming.noted_id, _plan(session, who, incoming.fields))
        incoming.ack()

    def more(self, incoming: Incoming) -> None:
        """What else can be done with a proposal."""
        word, _, number = incoming.value.partition(" ")
        incoming.ack()
        campaign_id = int(number) if number.isdecimal() else 0
        with self._store.transaction() as session:
            who = _who(session, incoming)
            deed = _MORE.get(word)
            form = deed(session, who, campaign_id) if deed else None
        if form is not None:
            incoming.open(form)

    def launch(self, incoming: Incoming) -> None:
        """The form that announces what was agreed."""
        incoming.ack()
        with self._store.transaction() as session:
            campaign = campaigns.manageable(session, _who(session, incoming), incoming.id)
            form = modals.launch(campaign)
        incoming.open(form)

    def save_launch(self, incoming: Incoming) -> None:
        """When to announce it came."""
        at = campaigns.launch_time(incoming.fields)
        with self._store.transaction() as session:
            service.announce(session, _who(session, incoming), incoming.noted_id, at)
        incoming.ack()


def _take_back(session: Session, who: Person, campaign_id: int) -> None:
    service.take_back(session, who, campaign_id)


def _give_up(session: Session, who: Person, campaign_id: int) -> None:
    service.give_up(session, who, campaign_id)


def _overrule(session: Session, who: Person, campaign_id: int) -> View:
    return modals.overrule(service.overrulable(session, who, campaign_id))


_MORE: dict[str, Callable[[Session, Person, int], View | None]] = {
    "take_back": _take_back,
    "give_up": _give_up,
    "overrule": _overrule,
}


@contextmanager
def _code_below_its_field() -> Iterator[None]:
    try:
        yield
    except campaigns.CodeTaken as error:
        raise FieldErrors({"utm_campaign": error.message}) from error


def _plan(session: Session, who: Person, fields: dict[str, Any]) -> service.Plan:
    """What the form says. Raises FieldErrors with all that is wrong."""
    currency, today = _currency(session, who), campaigns.today(session, who.workspace_id)
    problems: dict[str, str] = {}
    draft, lines = None, []
    try:
        draft = campaigns.draft(fields, currency, today, incomplete=True)
    except FieldErrors as error:
        problems |= error.errors
    try:
        lines = service.lines(fields["lines"] or "", currency)
    except FieldErrors as error:
        problems |= error.errors
    if problems or draft is None:
        raise FieldErrors(problems)
    return service.Plan(draft, lines, fields["owner"])


def _written(session: Session, campaign: Campaign) -> Written:
    """The campaign as the form shows it."""
    owner = session.get_one(Person, campaign.owner_id)
    lines = service.budget_of(session, campaign.id)
    return Written(vars(campaigns.Draft.of(campaign)), lines, owner.slack_id)


def _page(session: Session, who: Person, page: int) -> View:
    """A page of the drafts; the last one there is, where there are fewer."""
    count = service.count_drafts(session, who)
    page = min(page, max(count - 1, 0) // view.PAGE_SIZE)
    found = service.drafts(session, who, view.PAGE_SIZE, page * view.PAGE_SIZE)
    return view.drafts(found, page, count)


def _currency(session: Session, who: Person) -> str:
    return session.get_one(Workspace, who.workspace_id).currency


def _who(session: Session, incoming: Incoming) -> Person:
    return people.acting(session, incoming.team, incoming.user)


def register(listening: Listening, store: Store) -> None:
    """Listen for what is planned."""
    desk = Plans(store)
    listening.command(
        Command("/campaign", "propose", "plan a campaign with sales (marketing)", desk.new)
    )
    listening.command(
        Command("/campaign", "drafts", "take up again what you have begun", desk.drafts)
    )
    listening.action(view.PLAN, desk.for_request)
    listening.action(view.TAKE_UP, desk.take_up)
    listening.submission(modals.SAVE_PLAN, desk.save)
    for way in ("previous", "next"):
        listening.action(f"{view.DRAFTS}.{way}", desk.turn)
    listening.action(view.CHANGE, desk.change)
    listening.submission(modals.SAVE_CHANGE, desk.save_change)
    listening.action(view.MORE, desk.more)
    listening.action(view.LAUNCH, desk.launch)
    listening.submission(modals.SAVE_LAUNCH, desk.save_launch)
