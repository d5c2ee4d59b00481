"""What Slack brings in for whose a lead is: handing over, absences, the SLA, the round robin."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from slack_sdk.models.views import View

from bot import clock
from bot.capability import Act, Update
from bot.errors import FieldErrors, HandoffError, below
from bot.leads import absences, capability, claiming, forms, round_robin, settings_forms, sla
from bot.leads.handlers.leads import WORK, number_of
from bot.leads.messages import lead_card, lists, notifications
from bot.people import service as people
from bot.people.choosing import chosen
from bot.people.models import Person, Role
from bot.slack.access import Access
from bot.slack.text import moment, plural, safe

_RECENTLY = timedelta(days=28)

_AWAY = Access("say when they are away", (Role.SALESPERSON,))
_TAKE_OVER = Access("take over leads", (Role.SALESPERSON,))
_SLA = Access("change what sales promises", (Role.ADMIN,))
_ROUND_ROBIN = Access("change the rotation", (Role.MANAGER,))


@capability.action(lead_card.SNOOZE, WORK)
def ask_snooze(act: Act) -> View:
    """The form that says until when a lead rests."""
    lead = claiming.snoozeable(act.session, act.person, act.row_id)
    until = claiming.next_morning(act.session, act.workspace_id)
    return forms.Snooze.modal(lead_id=lead.id, until=until, blocks=[forms.subject(lead)])


@capability.form(forms.Snooze, WORK)
def snooze(act: Act, form: forms.Snooze) -> None:
    """The lead rests until then."""
    with below("until"):
        claiming.snooze(act.session, act.person, form.lead_id, form.until)


@capability.action(lead_card.REASSIGN, WORK)
def ask_reassign(act: Act) -> View:
    """The form that says who gets a lead."""
    lead = claiming.reassignable(act.session, act.person, act.row_id)
    others = [
        each
        for each in people.having(act.session, act.workspace_id, Role.SALESPERSON)
        if each.id != lead.claimed_by
    ]
    if not others:
        return forms.nobody_else(lead)
    return forms.Reassign.of(lead, others, round_robin.open_counts(act.session, act.workspace_id))


@capability.form(forms.Reassign, WORK)
def reassign(act: Act, form: forms.Reassign) -> None:
    """A colleague gets the lead."""
    with below("to"):
        to_id = chosen(act.session, act.workspace_id, form.to)
        claiming.reassign(act.session, act.person, form.lead_id, to_id, form.note)


@capability.action(lists.TAKE_OVER, _TAKE_OVER)
def take_over(act: Act) -> str:
    """A colleague takes a lead over, or asks for it."""
    return _take_over(act, act.row_id)


@capability.command(
    "/lead", "take", "`12`: take over a colleague's lead, or ask for it", _TAKE_OVER
)
def take_over_by_number(act: Act) -> str:
    """The same as a command, which has to name the lead."""
    return _take_over(act, number_of(act.words, "take 12"))


def _take_over(act: Act, lead_id: int) -> str:
    lead = absences.take_over(act.session, act.person, lead_id)
    name = f"{safe(lead.name, 100)} (#{lead.id})"
    if lead.claimed_by == act.person.id:
        return f"{name} is yours until its owner is back."
    return f"You asked for {name}. You will hear what they say."


@capability.action(notifications.AGREE, WORK)
def agree(act: Act) -> None:
    """The owner lets a colleague have the lead."""
    absences.agree(act.session, act.person, act.row_id)


@capability.action(notifications.KEEP, WORK)
def keep(act: Act) -> None:
    """The owner keeps the lead that a colleague asked for."""
    absences.keep(act.session, act.person, act.row_id)


@capability.command(
    "/lead", "away", "say until when you are away, and who has your leads meanwhile", _AWAY
)
def ask_away(act: Act) -> View:
    """The form that says until when somebody is away, and what becomes of their leads."""
    until = claiming.next_morning(act.session, act.workspace_id)
    return forms.Away.of(_open_count(act), until)


@capability.action(forms.CHOOSE_LEADS, _AWAY)
def choose_leads(act: Act) -> Update:
    """Keep the leads, or hand them over: then each has a field of its own."""
    values = forms.Away.so_far(act.incoming)
    until = max(values.get("until", clock.now()), clock.now())
    if values["leads"] != forms.HAND_OVER:
        return Update(forms.Away.of(_open_count(act), until))
    leads = absences.to_hand_over(act.session, act.person, until)
    stand_ins = absences.suggest_stand_ins(act.session, act.person, leads)
    return Update(forms.Away.of(_open_count(act), until, leads, stand_ins))


@capability.form(forms.Away, _AWAY)
def go_away(act: Act, form: forms.Away) -> str:
    """Somebody is away until then."""
    stand_ins = _stand_ins(act, form.stand_ins)
    with below("until"):
        lent = absences.go_away(act.session, act.person, form.until, stand_ins, form.note)
    return _away_until(form.until, len(lent), _open_count(act))


@capability.command("/lead", "back", "be back earlier than you said", _AWAY)
def come_back(act: Act) -> str:
    """Back earlier than planned."""
    leads = absences.come_back(act.session, act.person)
    returned = f" {plural(len(leads), 'lead')} came back to you." if leads else ""
    return f"Welcome back.{returned}"


def _open_count(act: Act) -> int:
    """How many open leads the person holds."""
    return round_robin.open_counts(act.session, act.workspace_id).get(act.person.id, 0)


def _stand_ins(act: Act, names: Mapping[int, str | None]) -> dict[int, Person]:
    """Who has which lead meanwhile. Raises FieldErrors below those who cannot."""
    colleagues, errors = dict[int, Person](), dict[str, str]()
    for lead_id, slack_id in names.items():
        if slack_id is None or slack_id == act.person.slack_id:
            continue
        try:
            colleagues[lead_id] = absences.stand_in(act.session, act.person, slack_id)
        except HandoffError as error:
            errors[f"stand_ins:{lead_id}"] = error.message
    if errors:
        raise FieldErrors(errors)
    return colleagues


def _away_until(until: datetime, lent: int, kept: int) -> str:
    """What becomes of the leads meanwhile."""
    sentences = [f"You are away until {moment(until)}."]
    if lent:
        they_come = "It comes" if lent == 1 else "They come"
        leads = plural(lent, "lead")
        sentences.append(f"You handed over {leads}. {they_come} back to you afterwards.")
    if kept:
        stay = "stays" if kept == 1 else "stay"
        sentences.append(f"{plural(kept, 'open lead')} {stay} with you.")
    sentences.append("`/lead back` ends it earlier.")
    return " ".join(sentences)


@capability.command(
    "/lead", "promise", "say how soon leads are answered, and what happens else (admins)", _SLA
)
@capability.action(settings_forms.SLA, _SLA)
def ask_sla(act: Act) -> View:
    """The form for the response target and the escalation policy."""
    return settings_forms.ChangeSla.of(*sla.sla(act.session, act.workspace_id))


@capability.form(settings_forms.ChangeSla, _SLA)
def save_sla(act: Act, form: settings_forms.ChangeSla) -> None:
    """The response target and the escalation policy from now on."""
    sla.change_sla(act.session, act.person, form.terms, form.fallback)


@capability.command(
    "/lead",
    "turns",
    "see what the rotation gave to whom, and change weights (managers)",
    _ROUND_ROBIN,
)
@capability.action(settings_forms.ROUND_ROBIN, _ROUND_ROBIN)
def ask_weight(act: Act) -> View:
    """What the rotation gave to whom, and the form for a weight."""
    shares = round_robin.shares(act.session, act.workspace_id, clock.now() - _RECENTLY)
    return settings_forms.ChangeWeight.of(shares, _RECENTLY.days)


@capability.form(settings_forms.ChangeWeight, _ROUND_ROBIN)
def save_weight(act: Act, form: settings_forms.ChangeWeight) -> None:
    """How much somebody is offered from now on."""
    with below("person", round_robin.DoesNotSell):
        round_robin.set_weight(act.session, act.person, form.person, form.weight)
