"""What Slack brings in for what marketing plans: drafts, proposals, changes, announcements."""

from collections.abc import Callable
from secrets import token_hex
from typing import Any

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.campaigns import service as campaigns
from bot.campaigns.models import Campaign
from bot.errors import FieldErrors, below
from bot.people.desk import Desk
from bot.people.models import ANY_ROLE, Person, Role, Workspace
from bot.planning import forms, messages, service
from bot.planning.forms import Note, Written
from bot.slack import Command, Incoming, Listening
from bot.slack.access import Access
from bot.slack.text import safe
from bot.store import Store

_PLAN = Access("plan campaigns", (Role.MARKETER,))
# Each thing in the menu is for others: the verbs say for whom.
_DECIDE = Access("decide about proposals", ANY_ROLE)


class Plans(Desk):
    """Where clicks and forms arrive that are more than one thing."""

    def save(self, incoming: Incoming) -> None:
        """The form of a draft came."""
        note, fields = Note.read(incoming.note), incoming.fields
        then = fields.pop("then")
        if then == forms.GIVE_UP:
            self._give_up(incoming, note)
            return
        with (
            self.serving(incoming, once=False) as (session, who),
            below("utm_campaign", campaigns.CodeTaken),
        ):
            plan = _plan(session, who, fields)
            if note.campaign_id:
                campaign = service.save(session, who, note.campaign_id, plan)
            else:
                request = note.request_id or None
                campaign = service.begin(session, who, plan, note.token, request)
        # What was written is kept by now, even where something is missing for a proposal.
        with self.serving(incoming) as (session, who):
            if then == forms.PROPOSE:
                service.propose_once(session, who, campaign.id)
            service.hand_over(session, who, campaign.id, plan)
        incoming.ack(response_action="clear")
        if then == forms.KEEP:
            incoming.tell(f"“{safe(campaign.name)}” is kept: `/campaign drafts` lists your drafts.")

    def _give_up(self, incoming: Incoming, note: Note) -> None:
        with self.serving(incoming) as (session, who):
            service.give_up(session, who, note.campaign_id)
        incoming.ack(response_action="clear")

    def more(self, incoming: Incoming) -> None:
        """What else can be done with a proposal."""
        word, _, number = incoming.value.partition(" ")
        incoming.ack()
        campaign_id = int(number) if number.isdecimal() else 0
        with self.serving(incoming) as (session, who):
            deed = _MORE.get(word)
            form = deed(session, who, campaign_id) if deed else None
        if form is not None:
            incoming.open(form)


def register(listening: Listening, store: Store) -> None:
    """Listen for what is planned."""
    desk = Plans(store)
    usage = "plan a campaign with sales (marketing)"
    listening.command(Command("/campaign", "propose", usage, desk.opens(_new), _PLAN))
    usage = "take up again what you have begun"
    listening.command(Command("/campaign", "drafts", usage, desk.opens(_page), _PLAN))
    listening.action(messages.PLAN, desk.opens(_for_request), _PLAN)
    listening.action(messages.TAKE_UP, desk.opens(_take_up), _PLAN)
    listening.submission(forms.SAVE_PLAN, desk.save, _PLAN)
    for way in ("previous", "next"):
        listening.action(f"{messages.DRAFTS}.{way}", desk.replaces(_page), _PLAN)
    listening.action(messages.CHANGE, desk.opens(_change), _PLAN)
    listening.submission(forms.SAVE_CHANGE, desk.takes(_save_change), _PLAN)
    listening.action(messages.MORE, desk.more, _DECIDE)
    listening.action(messages.LAUNCH, desk.opens(_launch), _PLAN)
    listening.submission(forms.SAVE_LAUNCH, desk.takes(_save_launch), _PLAN)


def _new(session: Session, who: Person, _id: int) -> View:
    """An empty form."""
    campaigns.may_announce(session, who)
    known = {"starts_on": campaigns.today(session, who.workspace_id)}
    written = Written(known, owner=who.slack_id)
    return forms.plan(Note(token_hex(12)), written, _currency(session, who))


def _for_request(session: Session, who: Person, request_id: int) -> View:
    """A form for what customers ask for, with what is known of it."""
    request = service.plannable(session, who, request_id)
    known = {
        "starts_on": campaigns.today(session, who.workspace_id),
        "audience": request.audience,
    }
    note = Note(token_hex(12), request_id=request.id)
    written = Written(known, owner=who.slack_id)
    return forms.plan(note, written, _currency(session, who), request.text)


def _take_up(session: Session, who: Person, campaign_id: int) -> View:
    """A draft, to be written on."""
    campaign = campaigns.manageable(session, who, campaign_id)
    note = Note(token_hex(12), campaign.id)
    return forms.plan(note, _written(session, campaign), campaign.currency)


def _change(session: Session, who: Person, campaign_id: int) -> View:
    """The form that changes a proposal."""
    campaign = service.revisable(session, who, campaign_id)
    return forms.change(campaign, _written(session, campaign))


def _save_change(session: Session, who: Person, incoming: Incoming) -> None:
    with below("utm_campaign", campaigns.CodeTaken):
        plan = _plan(session, who, incoming.fields)
        service.revise(session, who, incoming.noted_id, plan)


def _launch(session: Session, who: Person, campaign_id: int) -> View:
    """The form that announces what was agreed."""
    return forms.launch(campaigns.manageable(session, who, campaign_id))


def _save_launch(session: Session, who: Person, incoming: Incoming) -> None:
    at = campaigns.launch_time(incoming.fields)
    service.announce(session, who, incoming.noted_id, at)


def _take_back(session: Session, who: Person, campaign_id: int) -> None:
    service.take_back(session, who, campaign_id)


def _give_up(session: Session, who: Person, campaign_id: int) -> None:
    service.give_up(session, who, campaign_id)


def _overrule(session: Session, who: Person, campaign_id: int) -> View:
    return forms.overrule(service.overrulable(session, who, campaign_id))


_MORE: dict[str, Callable[[Session, Person, int], View | None]] = {
    "take_back": _take_back,
    "give_up": _give_up,
    "overrule": _overrule,
}


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
    page = min(page, max(count - 1, 0) // messages.PAGE_SIZE)
    found = service.drafts(session, who, messages.PAGE_SIZE, page * messages.PAGE_SIZE)
    return messages.drafts(found, page, count)


def _currency(session: Session, who: Person) -> str:
    return session.get_one(Workspace, who.workspace_id).currency
