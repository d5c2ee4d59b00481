"""What Slack brings in for leads: the card's buttons, their modals, `/lead` and the shortcut."""

from functools import partial

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.campaigns import service as campaigns
from bot.errors import FieldErrors, HandoffError, below
from bot.leads import forms, messages, service
from bot.leads.handlers.lists import NOTES, WORK, Working, number_of, numbers_of
from bot.leads.inquiry import Unreadable, read_strictly
from bot.leads.models import Rating
from bot.people.desk import Draw
from bot.people.models import ANY_ROLE, Person, Role, Workspace
from bot.slack import Command, Incoming, Listening, Message
from bot.slack.access import Access
from bot.store import Store

# Which field of the modal an error of `lose` is about.
_ASKED: dict[type[HandoffError], str] = {
    service.ReasonMissing: "note",
    service.TooFewAttempts: "attempts",
    service.DateMissing: "wake_on",
}

_CLAIM = Access("claim leads", (Role.SALESPERSON,))
_ADD = Access("add leads", ANY_ROLE)
_MERGE = Access("merge leads", ANY_ROLE)
_RULES = Access("see what makes a lead hot", ANY_ROLE)
_CHANGE_RULES = Access("change what makes a lead hot", (Role.ADMIN,))
_SUBMISSIONS = Access("replay or dismiss submissions", (Role.ADMIN,))


class Leads(Working):
    """Where the clicks on leads arrive."""

    def choose_disposition(self, incoming: Incoming) -> None:
        """A reason was chosen: it may ask for more."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            chosen = forms.MarkLost.so_far(incoming)
            lead = service.closeable(session, who, chosen["lead_id"])
            attempts = service.attempts_needed(session, who.workspace_id)
        incoming.replace(forms.MarkLost.of(lead, attempts, chosen.get("disposition")))

    def replay(self, incoming: Incoming) -> None:
        """An admin has a submission read again."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            receipt = service.replay(session, who, incoming.id)
        if receipt.problem is not None:
            raise Unreadable(receipt.problem.problems)

    def merge(self, incoming: Incoming, rest: str) -> None:
        """Two leads are one person's."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            gone, kept = numbers_of(rest, 2, "merge 15 into 12")
            service.merge(session, who, gone, kept)
        incoming.tell(f"Lead #{gone} is part of #{kept} now. `/lead unmerge {gone}` takes it back.")

    def unmerge(self, incoming: Incoming, rest: str) -> None:
        """They are two persons after all."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            gone = number_of(rest, "unmerge 15")
            service.unmerge(session, who, gone)
        incoming.tell(f"Lead #{gone} is a lead of its own again.")

    def new(self, incoming: Incoming) -> None:
        """Open the form for a lead that reached someone by phone, at a fair or in a message."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            today = campaigns.today(session, who.workspace_id)
            running = campaigns.running(session, who.workspace_id, today)
        incoming.open(forms.NewLead.of(running, incoming.message))


def _by_field(error: Unreadable) -> dict[str, str]:
    """The problems below the fields of the modal; what concerns the whole goes to the e-mail."""
    shown = {"email", "phone", "first_name", "last_name", "company", "message"}
    return {
        field if field in shown else "email": problem.capitalize() + "."
        for field, problem in error.problems.items()
    }


def _ask_reason(rating: Rating) -> Draw:
    """A low rating asks why, if this person may rate at all."""
    return lambda session, who, lead_id: forms.RateLow.of(
        service.rateable(session, who, lead_id), rating
    )


def _save_reason(session: Session, who: Person, incoming: Incoming) -> None:
    form = forms.RateLow.read(incoming)
    with below("reason"):
        service.rate(session, who, form.lead_id, form.rating, form.reason)


def _ask_note(session: Session, who: Person, lead_id: int) -> View:
    """What is worth knowing?"""
    lead = service.find(session, who.workspace_id, lead_id)
    return forms.AddNote.modal(lead_id=lead.id, blocks=[forms.subject(lead)])


def _save_note(session: Session, who: Person, incoming: Incoming) -> None:
    form = forms.AddNote.read(incoming)
    with below("note"):
        service.add_note(session, who, form.lead_id, form.note)


def _ask_amount(session: Session, who: Person, lead_id: int) -> View:
    """A win asks for its amount."""
    lead = service.closeable(session, who, lead_id)
    currency = session.get_one(Workspace, who.workspace_id).currency
    return forms.MarkWon.modal(lead_id=lead.id, currency=currency, blocks=[forms.subject(lead)])


def _save_won(session: Session, who: Person, incoming: Incoming) -> None:
    form = forms.MarkWon.read(incoming)
    with below("amount"):
        service.win(session, who, form.lead_id, form.amount)


def _ask_correction(session: Session, who: Person, lead_id: int) -> View:
    """What was it really worth?"""
    return forms.CorrectAmount.of(service.correctable(session, who, lead_id))


def _save_correction(session: Session, who: Person, incoming: Incoming) -> None:
    form = forms.CorrectAmount.read(incoming)
    with below("amount"):
        service.correct_amount(session, who, form.lead_id, form.amount)


def _ask_disposition(session: Session, who: Person, lead_id: int) -> View:
    """A loss asks for its reason."""
    lead = service.closeable(session, who, lead_id)
    return forms.MarkLost.of(lead, service.attempts_needed(session, lead.workspace_id))


def _save_lost(session: Session, who: Person, incoming: Incoming) -> None:
    """The reason of a loss, with what it asks for."""
    form = forms.MarkLost.read(incoming)
    ending = service.Ending(
        form.disposition, note=form.note, attempts=form.attempts or 0, wake_on=form.wake_on
    )
    try:
        service.lose(session, who, form.lead_id, ending)
    except HandoffError as error:
        field = _ASKED.get(type(error), "disposition")
        raise FieldErrors({field: error.message}) from error


def _rules(session: Session, who: Person, _id: int) -> Message:
    """Tell what makes a lead hot."""
    told = service.rules(session, who.workspace_id)
    return messages.rules(told, may_change=Role.ADMIN in who.roles)


def _change_rules(session: Session, who: Person, _id: int) -> View:
    return forms.ChangeRules.of(service.rules(session, who.workspace_id))


def _save_rules(session: Session, who: Person, incoming: Incoming) -> None:
    form = forms.ChangeRules.read(incoming)
    service.change_rules(session, who, form.hot_from, form.all_points, form.competitors.split())


def _save_new(session: Session, who: Person, incoming: Incoming) -> None:
    """A lead was typed in."""
    form = forms.NewLead.read(incoming)
    try:
        inquiry = read_strictly(form.facts)
    except Unreadable as error:
        raise FieldErrors(_by_field(error)) from error
    workspace = session.get_one(Workspace, who.workspace_id)
    service.type_in(session, workspace, who, inquiry, form.campaign)


def register(listening: Listening, store: Store) -> None:
    """Listen for single leads."""
    desk = Leads(store)
    listening.action(messages.CLAIM, desk.works(service.claim), _CLAIM)
    listening.action(messages.RELEASE, desk.works(service.release), WORK)
    listening.action(messages.QUALIFIED, desk.works(service.qualify), WORK)
    listening.action(messages.NOT_NOW, desk.does(service.pass_on), WORK)
    listening.action(messages.CONTACTED, desk.works(service.contacted), WORK)
    for rating in Rating:
        action = messages.rate_action(rating)
        if rating.needs_reason:
            listening.action(action, desk.opens(_ask_reason(rating)), WORK)
        else:
            listening.action(action, desk.changes(partial(service.rate, rating=rating)), WORK)
    listening.submission(forms.RateLow.callback_id, desk.settles(_save_reason), WORK)
    listening.action(messages.REPLAY, desk.replay, _SUBMISSIONS)
    listening.action(messages.DISMISS, desk.does(service.dismiss), _SUBMISSIONS)
    listening.action(messages.NOTE, desk.opens(_ask_note), NOTES)
    listening.submission(forms.AddNote.callback_id, desk.settles(_save_note), NOTES)
    listening.action(messages.WON, desk.asks(_ask_amount), WORK)
    listening.action(messages.CORRECT, desk.opens(_ask_correction), WORK)
    listening.submission(forms.CorrectAmount.callback_id, desk.settles(_save_correction), WORK)
    listening.action(messages.REOPEN, desk.works(service.reopen), WORK)
    listening.action(messages.LOST, desk.asks(_ask_disposition), WORK)
    listening.submission(forms.MarkWon.callback_id, desk.settles(_save_won), WORK)
    listening.action(forms.CHOOSE_DISPOSITION, desk.choose_disposition, WORK)
    listening.submission(forms.MarkLost.callback_id, desk.settles(_save_lost), WORK)
    listening.submission(forms.NewLead.callback_id, desk.takes(_save_new), _ADD)
    listening.shortcut(forms.NEW, desk.new, _ADD)
    listening.shortcut(forms.FROM_MESSAGE, desk.new, _ADD)
    listening.action(messages.CHANGE_RULES, desk.opens(_change_rules), _CHANGE_RULES)
    listening.submission(forms.ChangeRules.callback_id, desk.takes(_save_rules), _CHANGE_RULES)
    for word, usage, listener, access in (
        ("", "type in a lead", lambda come, _rest: desk.new(come), _ADD),
        ("rules", "see what makes a lead hot", desk.tells(_rules), _RULES),
        ("merge", "`15 into 12`: two leads are one person's", desk.merge, _MERGE),
        ("unmerge", "`15`: take a merge back", desk.unmerge, _MERGE),
    ):
        listening.command(Command("/lead", word, usage, listener, access))
