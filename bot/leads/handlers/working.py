"""What Slack brings in for leads: the card's buttons, their modals, `/lead` and the shortcut."""

from slack_sdk.models.views import View

from bot.campaigns import queries as campaigns
from bot.capability import Act, Handler, Update
from bot.errors import FieldErrors, HandoffError, below
from bot.leads import capability, forms, messages, service
from bot.leads.handlers.lists import NOTES, WORK, number_of, numbers_of, once
from bot.leads.lead_payload import Unreadable, read_strictly
from bot.leads.models import Rating
from bot.people.models import ANY_ROLE, Role, Workspace
from bot.slack import Message
from bot.slack.access import Access

_FIELDS: dict[type[HandoffError], str] = {
    service.ReasonMissing: "note",
    service.TooFewAttempts: "attempts",
    service.DateMissing: "wake_on",
}
"""Which field of the form an error of `lose` is about."""

_CLAIM = Access("claim leads", (Role.SALESPERSON,))
_ADD = Access("add leads", ANY_ROLE)
_MERGE = Access("merge leads", ANY_ROLE)
_RULES = Access("see what makes a lead hot", ANY_ROLE)
_CHANGE_RULES = Access("change what makes a lead hot", (Role.ADMIN,))
_SUBMISSIONS = Access("replay or dismiss submissions", (Role.ADMIN,))


@capability.action(messages.CLAIM, _CLAIM)
@once
def claim(act: Act) -> None:
    """The first to press it owns the lead."""
    service.claim(act.session, act.person, act.row_id)


@capability.action(messages.RELEASE, WORK)
@once
def release(act: Act) -> None:
    """The lead goes back to the channel."""
    service.release(act.session, act.person, act.row_id)


@capability.action(messages.NOT_NOW, WORK)
def decline(act: Act) -> None:
    """Whoever was offered the lead cannot take it now."""
    service.pass_on(act.session, act.person, act.row_id)


@capability.action(messages.CONTACTED, WORK)
@once
def contacted(act: Act) -> None:
    """Its owner has reached the person."""
    service.contacted(act.session, act.person, act.row_id)


@capability.action(messages.QUALIFIED, WORK)
@once
def qualify(act: Act) -> None:
    """Sales has verified need, budget and fit."""
    service.qualify(act.session, act.person, act.row_id)


@capability.action(messages.REOPEN, WORK)
@once
def reopen(act: Act) -> None:
    """A closed lead is open again."""
    service.reopen(act.session, act.person, act.row_id)


def _rate(rating: Rating) -> Handler:
    def rate(act: Act) -> None:
        service.rate(act.session, act.person, act.row_id, rating)

    return rate


def _ask_reason(rating: Rating) -> Handler:
    """A low rating asks why, if this person may rate at all."""
    return lambda act: forms.RateLow.of(
        service.rateable(act.session, act.person, act.row_id), rating
    )


for _rating in Rating:
    _handler = _ask_reason(_rating) if _rating.needs_reason else _rate(_rating)
    capability.action(messages.rate_action(_rating), WORK)(_handler)


@capability.form(forms.RateLow, WORK)
def save_low_rating(act: Act, form: forms.RateLow) -> None:
    """Why the lead is weak or junk."""
    with below("reason"):
        service.rate(act.session, act.person, form.lead_id, form.rating, form.reason)


@capability.action(messages.NOTE, NOTES)
def ask_note(act: Act) -> View:
    """The form for a note about the lead."""
    lead = service.find(act.session, act.workspace_id, act.row_id)
    return forms.AddNote.modal(lead_id=lead.id, blocks=[forms.subject(lead)])


@capability.form(forms.AddNote, NOTES)
def save_note(act: Act, form: forms.AddNote) -> None:
    """A note about the lead."""
    with below("note"):
        service.add_note(act.session, act.person, form.lead_id, form.note)


@capability.action(messages.WON, WORK)
@once
def ask_amount(act: Act) -> View:
    """A win asks for its amount."""
    lead = service.closeable(act.session, act.person, act.row_id)
    currency = act.session.get_one(Workspace, act.workspace_id).currency
    return forms.MarkWon.modal(lead_id=lead.id, currency=currency, blocks=[forms.subject(lead)])


@capability.form(forms.MarkWon, WORK)
def win(act: Act, form: forms.MarkWon) -> None:
    """The lead was won."""
    with below("amount"):
        service.win(act.session, act.person, form.lead_id, form.amount)


@capability.action(messages.CORRECT, WORK)
def ask_correction(act: Act) -> View:
    """The form for the right amount."""
    return forms.CorrectAmount.of(service.correctable(act.session, act.person, act.row_id))


@capability.form(forms.CorrectAmount, WORK)
def correct_amount(act: Act, form: forms.CorrectAmount) -> None:
    """What the deal was really worth."""
    with below("amount"):
        service.correct_amount(act.session, act.person, form.lead_id, form.amount)


@capability.action(messages.LOST, WORK)
@once
def ask_disposition(act: Act) -> View:
    """A loss asks for its reason."""
    lead = service.closeable(act.session, act.person, act.row_id)
    return forms.MarkLost.of(lead, service.attempts_needed(act.session, act.workspace_id))


@capability.action(forms.CHOOSE_DISPOSITION, WORK)
def choose_disposition(act: Act) -> Update:
    """A reason was chosen: it may ask for more."""
    chosen = forms.MarkLost.so_far(act.incoming)
    lead = service.closeable(act.session, act.person, chosen["lead_id"])
    attempts = service.attempts_needed(act.session, act.workspace_id)
    return Update(forms.MarkLost.of(lead, attempts, chosen.get("disposition")))


@capability.form(forms.MarkLost, WORK)
def lose(act: Act, form: forms.MarkLost) -> None:
    """The reason of a loss, with what it asks for."""
    ending = service.Ending(
        form.disposition, note=form.note, attempts=form.attempts or 0, wake_on=form.wake_on
    )
    try:
        service.lose(act.session, act.person, form.lead_id, ending)
    except HandoffError as error:
        field = _FIELDS.get(type(error), "disposition")
        raise FieldErrors({field: error.message}) from error


@capability.command("/lead", "", "type in a lead", _ADD)
@capability.shortcut(forms.NEW, _ADD)
@capability.shortcut(forms.FROM_MESSAGE, _ADD)
def ask_new_lead(act: Act) -> View:
    """The form for a lead that reached someone by phone, at a fair or in a message."""
    today = campaigns.today(act.session, act.workspace_id)
    running = campaigns.running(act.session, act.workspace_id, today)
    return forms.NewLead.of(running, act.incoming.message)


@capability.form(forms.NewLead, _ADD)
def save_new_lead(act: Act, form: forms.NewLead) -> None:
    """A lead was typed in."""
    try:
        payload = read_strictly(form.facts)
    except Unreadable as error:
        raise FieldErrors(_by_field(error)) from error
    workspace = act.session.get_one(Workspace, act.workspace_id)
    service.type_in(act.session, workspace, act.person, payload, form.campaign)


def _by_field(error: Unreadable) -> dict[str, str]:
    """The problems below the fields of the form; what concerns the whole goes to the email."""
    shown = {"email", "phone", "first_name", "last_name", "company", "message"}
    return {
        field if field in shown else "email": problem.capitalize() + "."
        for field, problem in error.problems.items()
    }


@capability.command("/lead", "merge", "`15 into 12`: two leads are one person's", _MERGE)
def merge(act: Act) -> str:
    """Two leads are one person's."""
    merged, kept = numbers_of(act.words, 2, "merge 15 into 12")
    service.merge(act.session, act.person, merged, kept)
    return f"Lead #{merged} is part of #{kept} now. `/lead unmerge {merged}` takes it back."


@capability.command("/lead", "unmerge", "`15`: take a merge back", _MERGE)
def unmerge(act: Act) -> str:
    """They are two persons after all."""
    lead_id = number_of(act.words, "unmerge 15")
    service.unmerge(act.session, act.person, lead_id)
    return f"Lead #{lead_id} is a lead of its own again."


@capability.command("/lead", "rules", "see what makes a lead hot", _RULES)
def show_rules(act: Act) -> Message:
    """What makes a lead hot."""
    rules = service.rules(act.session, act.workspace_id)
    return messages.rules(rules, may_change=Role.ADMIN in act.person.roles)


@capability.action(messages.CHANGE_RULES, _CHANGE_RULES)
def ask_rules(act: Act) -> View:
    """The form for the points of the lead score."""
    return forms.ChangeRules.of(service.rules(act.session, act.workspace_id))


@capability.form(forms.ChangeRules, _CHANGE_RULES)
def save_rules(act: Act, form: forms.ChangeRules) -> None:
    """What makes a lead hot from now on."""
    service.change_rules(
        act.session, act.person, form.hot_from, form.all_points, form.competitors.split()
    )


@capability.action(messages.REPLAY, _SUBMISSIONS)
def replay(act: Act) -> None:
    """A submission is read again."""
    receipt = service.replay(act.session, act.person, act.row_id)
    if receipt.problem is not None:
        raise Unreadable(receipt.problem.problems)


@capability.action(messages.DISMISS, _SUBMISSIONS)
def dismiss(act: Act) -> None:
    """A submission is no lead."""
    service.dismiss(act.session, act.person, act.row_id)
