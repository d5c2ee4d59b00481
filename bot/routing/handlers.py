"""What Slack brings in for whose a lead is: handing over, absences, the SLA, the round robin."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot import clock
from bot.capability import Act, Update
from bot.errors import FieldErrors, HandoffError, NotFound, below
from bot.formats import plural
from bot.leads import claiming, queries
from bot.leads.handlers.leads import WORK, number_of, numbers_of
from bot.leads.messages import lead_card, lead_modal, notifications
from bot.leads.notice_models import LeadNotice
from bot.people.models import Person, Role, Workspace
from bot.routing import (
    absences,
    capability,
    covering,
    escalation,
    forms,
    messages,
    round_robin,
    sla,
    slack_status,
)
from bot.slack.access import Access
from bot.slack.text import moment, safe

_RECENTLY = timedelta(days=28)
_A_WHILE = timedelta(hours=4)

_ASSIGN = Access("assign leads that nobody owns", (Role.MANAGER,))
_AWAY = Access("say when they are away", (Role.SALESPERSON,))
_TAKE_OVER = Access("take over leads", (Role.SALESPERSON,))
_SLA = Access("change the response targets", (Role.ADMIN,))
_ROUND_ROBIN = Access("change the rotation", (Role.MANAGER,))


@capability.action(lead_modal.TAKE_OVER, _TAKE_OVER)
def take_over(act: Act) -> str:
    """A colleague takes a lead over, or asks for it."""
    return _take_over(act, act.row_id)


@capability.command(
    "/lead", "take", "`12`: take over a colleague's lead, or ask for it", _TAKE_OVER, hint=""
)
def take_over_by_number(act: Act) -> str:
    """The same as a command, which has to name the lead."""
    return _take_over(act, number_of(act.words, "take 12"))


def _take_over(act: Act, lead_id: int) -> str:
    lead = absences.take_over(act.session, act.person, lead_id)
    name = f"{safe(lead.name, 100)} (#{lead.id})"
    if lead.claimed_by == act.person.id:
        return f"{name} is yours until its owner is back."
    return f"You asked for {name}. You'll hear back from its owner."


@capability.action(notifications.AGREE, WORK)
def agree(act: Act) -> None:
    """The owner lets a colleague have the lead."""
    absences.agree(act.session, act.person, act.row_id)


@capability.action(notifications.KEEP, WORK)
def keep(act: Act) -> None:
    """The owner keeps the lead that a colleague asked for."""
    absences.keep(act.session, act.person, act.row_id)


@capability.command(
    "/lead", "away", "say until when you're away, and who looks after your leads", _AWAY
)
@capability.action(forms.AWAY, _AWAY)
def ask_away(act: Act) -> View:
    """The form that says until when somebody is away, and what becomes of their leads."""
    until = claiming.next_morning(act.session, act.workspace_id)
    return forms.Away.of(_open_count(act), until)


@capability.command("/lead", "cover", "have a colleague cover for you while you're away", _AWAY)
def ask_cover(act: Act) -> View:
    """The same form, for somebody for whom a colleague covers, at first for some hours."""
    return forms.Away.of(_open_count(act), clock.now() + _A_WHILE, covered=True)


@capability.event("user_status_changed")
def follow_status(session: Session, workspace: Workspace, event: dict[str, Any]) -> None:
    """Somebody's status in Slack is another."""
    slack_status.offer_absence(session, workspace, event["user"])


@capability.action(messages.AWAY_TOO, _AWAY)
def ask_away_too(act: Act) -> View:
    """The form, with the end of the status."""
    offer, now = slack_status.offered(act.session, act.person, act.row_id), clock.now()
    morning = claiming.next_morning(act.session, act.workspace_id)
    until = offer.until if offer.until and offer.until > now else morning
    return forms.Away.of(_open_count(act), until)


@capability.action(messages.NOT_AWAY, _AWAY)
def stay(act: Act) -> None:
    """Their status is no absence here."""
    slack_status.decline(act.session, act.person, act.row_id)


@capability.action(messages.END_COVER, _AWAY)
def end_cover(act: Act) -> None:
    """Whoever is away or covers ends it earlier."""
    covering.end_cover(act.session, act.person, act.row_id)


@capability.action(forms.CHOOSE_LEADS, _AWAY)
def choose_leads(act: Act) -> Update:
    """Keep the leads, or hand them over: then each has a field of its own."""
    values = forms.Away.so_far(act.incoming)
    until = max(values.get("until", clock.now()), clock.now())
    if values["leads"] != forms.HAND_OVER:
        covered = values["leads"] == forms.COVER
        return Update(forms.Away.of(_open_count(act), until, covered=covered))
    leads = absences.to_hand_over(act.session, act.person, until)
    stand_ins = absences.suggest_stand_ins(act.session, act.person, leads)
    return Update(forms.Away.of(_open_count(act), until, leads, stand_ins))


@capability.form(forms.Away, _AWAY)
def go_away(act: Act, form: forms.Away) -> str:
    """Somebody is away until then."""
    stand_ins = _stand_ins(act, form.stand_ins)
    with below("cover"):
        cover = absences.stand_in(act.session, act.person, form.cover) if form.cover else None
    with below("until"):
        lent = absences.go_away(act.session, act.person, form.until, stand_ins, form.note, cover)
    return _away_until(form.until, len(lent), _open_count(act), cover)


@capability.command("/lead", "back", "come back earlier than planned", _AWAY)
@capability.action(forms.BACK, _AWAY)
def come_back(act: Act) -> str:
    """Back earlier than planned."""
    leads = absences.come_back(act.session, act.person)
    returned = f" {plural(len(leads), 'lead')} came back to you." if leads else ""
    return f"Welcome back.{returned}"


def _open_count(act: Act) -> int:
    """How many open leads the person holds."""
    return queries.open_counts(act.session, act.workspace_id).get(act.person.id, 0)


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


def _away_until(until: datetime, lent: int, kept: int, cover: Person | None) -> str:
    """What becomes of the leads meanwhile."""
    sentences = [f"You're away until {moment(until)}."]
    if lent:
        they_come = "It comes" if lent == 1 else "They come"
        leads = plural(lent, "lead")
        sentences.append(f"You handed over {leads}. {they_come} back to you afterwards.")
    if kept:
        stay = "stays" if kept == 1 else "stay"
        sentences.append(f"{plural(kept, 'open lead')} {stay} with you.")
    if cover is not None:
        sentences.append(f"{cover.mention} covers for you.")
    sentences.append("`/lead back` ends it earlier.")
    return " ".join(sentences)


@capability.command("/lead", "targets", "set response targets and escalation", _SLA)
@capability.action(forms.SLA, _SLA)
def ask_sla(act: Act) -> View:
    """The form for the response target and the escalation policy."""
    return forms.ChangeSla.of(*sla.sla(act.session, act.workspace_id))


@capability.form(forms.ChangeSla, _SLA)
def save_sla(act: Act, form: forms.ChangeSla) -> None:
    """The response target and the escalation policy from now on."""
    sla.change_sla(act.session, act.person, form.terms, form.fallback)


@capability.command(
    "/lead",
    "rotation",
    "see who was offered leads, and set weights",
    _ROUND_ROBIN,
)
@capability.action(forms.ROUND_ROBIN, _ROUND_ROBIN)
def ask_weight(act: Act) -> View:
    """What the rotation gave to whom, and the form for a weight."""
    shares = round_robin.shares(act.session, act.workspace_id, clock.now() - _RECENTLY)
    return forms.ChangeWeight.of(shares, _RECENTLY.days)


@capability.form(forms.ChangeWeight, _ROUND_ROBIN)
def save_weight(act: Act, form: forms.ChangeWeight) -> None:
    """How much somebody is offered from now on."""
    with below("person", claiming.DoesNotSell):
        round_robin.set_weight(act.session, act.person, form.person, form.weight)


@capability.action(lead_card.ASSIGN, _ASSIGN)
def assign(act: Act) -> None:
    """A manager chose who gets a lead that nobody has."""
    lead_id, to_id = numbers_of(act.incoming.value, 2, "12")
    claiming.assign_unclaimed(act.session, act.person, lead_id, to_id)


@capability.action(notifications.SHOW_NOTICE, WORK)
def show_notice(act: Act) -> View:
    """All leads of a message about several."""
    return _whole_notice(act, act.row_id)


@capability.modal(notifications.SHOW_NOTICE)
def redraw_notice(act: Act, notice_id: str) -> View:
    """The same, once something was done with one of them."""
    return _whole_notice(act, int(notice_id))


def _whole_notice(act: Act, notice_id: int) -> View:
    found = act.session.get(LeadNotice, notice_id)
    if found is None or found.person_id != act.person.id:
        raise NotFound(what="this message")
    return notifications.whole_notice(queries.notice_facts(act.session, notice_id))


@capability.action(notifications.NOT_NOW, WORK)
def decline(act: Act) -> None:
    """Whoever was offered the lead cannot take it now."""
    escalation.decline(act.session, act.person, act.row_id)
