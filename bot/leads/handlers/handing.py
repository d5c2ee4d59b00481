"""What Slack brings in for handing on: snooze, reassign, and being away."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot import clock
from bot.errors import FieldErrors, HandoffError, below
from bot.leads import forms, messages, service
from bot.leads.handlers.lists import WORK, Working, number_of
from bot.leads.models import Lead
from bot.people import service as people
from bot.people.choosing import chosen
from bot.people.models import Person, Role
from bot.slack import Command, Incoming, Listening
from bot.slack.access import Access
from bot.slack.text import moment, plural, safe
from bot.store import Store

_RECENTLY = timedelta(days=28)

_AWAY = Access("say when they are away", (Role.SALESPERSON,))
_TAKE_OVER = Access("take over leads", (Role.SALESPERSON,))
_PROMISE = Access("change what sales promises", (Role.ADMIN,))
_TURNS = Access("change the rotation", (Role.MANAGER,))


class Handing(Working):
    """Where leads change hands."""

    def choose_leads(self, incoming: Incoming) -> None:
        """Keep the leads, or hand them over: then each has a field of its own."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            chosen = forms.Away.so_far(incoming)
            until = max(chosen.get("until", clock.now()), clock.now())
            count = service.open_counts(session, who.workspace_id).get(who.id, 0)
            if chosen["leads"] == forms.HAND_OVER:
                leads = service.to_hand_over(session, who, until)
                stand_ins = service.suggest_stand_ins(session, who, leads)
                modal = forms.Away.of(count, until, leads, stand_ins)
            else:
                modal = forms.Away.of(count, until)
        incoming.replace(modal)

    def take_over(self, incoming: Incoming, rest: str = "", /) -> None:
        """A colleague takes a lead over, or asks for it; `rest` names it in a command."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            lead_id = number_of(rest, "take 12") if rest else incoming.id
            lead = service.take_over(session, who, lead_id)
            said = _taken_over(lead, who)
        self._redraw(incoming)
        incoming.tell(said)

    def take(self, incoming: Incoming, rest: str) -> None:
        """The same as a command, which has to name the lead."""
        self.take_over(incoming, rest or "none")

    def save_away(self, incoming: Incoming) -> None:
        """The time came, and who stands in."""
        with self.serving(incoming) as (session, who):
            form = forms.Away.read(incoming)
            stand_ins = _stand_ins(session, who, form.stand_ins)
            with below("until"):
                leads = service.go_away(session, who, form.until, stand_ins, form.note)
            kept = service.open_counts(session, who.workspace_id).get(who.id, 0)
        incoming.ack()
        incoming.tell(_is_away(form.until, len(leads), kept))


def _taken_over(lead: Lead, who: Person) -> str:
    name = f"{safe(lead.name, 100)} (#{lead.id})"
    if lead.claimed_by == who.id:
        return f"{name} is yours until its owner is back."
    return f"You asked for {name}. You will hear what they say."


def _stand_ins(
    session: Session, who: Person, chosen: Mapping[int, str | None]
) -> dict[int, Person]:
    """Who has which lead meanwhile. Raises FieldErrors below those who cannot."""
    found, wrong = {}, {}
    for lead_id, slack_id in chosen.items():
        if slack_id in (None, who.slack_id):
            continue
        try:
            found[lead_id] = service.stand_in(session, who, slack_id)
        except HandoffError as error:
            wrong[f"stand_ins:{lead_id}"] = error.message
    if wrong:
        raise FieldErrors(wrong)
    return found


def _is_away(until: datetime, given: int, kept: int) -> str:
    """What becomes of the leads meanwhile."""
    said = [f"You are away until {moment(until)}."]
    if given:
        what = "It comes" if given == 1 else "They come"
        said.append(f"You handed over {plural(given, 'lead')}. {what} back to you afterwards.")
    if kept:
        said.append(f"{plural(kept, 'open lead')} {'stays' if kept == 1 else 'stay'} with you.")
    said.append("`/lead back` ends it earlier.")
    return " ".join(said)


def _ask_snooze(session: Session, who: Person, lead_id: int) -> View:
    """Until when?"""
    lead = service.snoozeable(session, who, lead_id)
    until = service.next_morning(session, lead.workspace_id)
    return forms.Snooze.modal(lead_id=lead.id, until=until, blocks=[forms.subject(lead)])


def _save_snooze(session: Session, who: Person, incoming: Incoming) -> None:
    form = forms.Snooze.read(incoming)
    with below("until"):
        service.snooze(session, who, form.lead_id, form.until)


def _ask_reassign(session: Session, who: Person, lead_id: int) -> View:
    """To whom?"""
    lead = service.reassignable(session, who, lead_id)
    others = [
        each
        for each in people.having(session, who.workspace_id, Role.SALESPERSON)
        if each.id != lead.claimed_by
    ]
    if not others:
        return forms.nobody_else(lead)
    return forms.Reassign.of(lead, others, service.open_counts(session, who.workspace_id))


def _save_reassign(session: Session, who: Person, incoming: Incoming) -> None:
    form = forms.Reassign.read(incoming)
    with below("to"):
        to_id = chosen(session, who.workspace_id, form.to)
        service.reassign(session, who, form.lead_id, to_id, form.note)


def _ask_away(session: Session, who: Person, _id: int) -> View:
    """Until when, and what becomes of the leads?"""
    count = service.open_counts(session, who.workspace_id).get(who.id, 0)
    return forms.Away.of(count, service.next_morning(session, who.workspace_id))


def _back(session: Session, who: Person, _id: int) -> str:
    """Back earlier than said."""
    leads = service.come_back(session, who)
    given = f" {plural(len(leads), 'lead')} came back to you." if leads else ""
    return f"Welcome back.{given}"


def _ask_promise(session: Session, who: Person, _id: int) -> View:
    """What does sales promise?"""
    return forms.ChangePromise.of(*service.promise(session, who.workspace_id))


def _save_promise(session: Session, who: Person, incoming: Incoming) -> None:
    form = forms.ChangePromise.read(incoming)
    service.change_promise(session, who, form.promise, form.fallback)


def _ask_turns(session: Session, who: Person, _id: int) -> View:
    """Who was offered how much, and whose weight shall change?"""
    shares = service.shares(session, who.workspace_id, clock.now() - _RECENTLY)
    return forms.ChangeWeight.of(shares, _RECENTLY.days)


def _save_weight(session: Session, who: Person, incoming: Incoming) -> None:
    form = forms.ChangeWeight.read(incoming)
    with below("person", service.DoesNotSell):
        service.set_weight(session, who, form.person, form.weight)


def register(listening: Listening, store: Store) -> None:
    """Listen for leads that change hands."""
    handing = Handing(store)
    listening.action(messages.SNOOZE, handing.opens(_ask_snooze), WORK)
    listening.action(messages.TAKE_OVER, handing.take_over, _TAKE_OVER)
    listening.action(messages.AGREE, handing.does(service.agree), WORK)
    listening.action(messages.KEEP, handing.does(service.keep), WORK)
    listening.action(messages.REASSIGN, handing.opens(_ask_reassign), WORK)
    listening.action(forms.PROMISE, handing.opens(_ask_promise), _PROMISE)
    listening.action(forms.TURNS, handing.opens(_ask_turns), _TURNS)
    listening.submission(forms.Snooze.callback_id, handing.settles(_save_snooze), WORK)
    listening.submission(forms.Reassign.callback_id, handing.settles(_save_reassign), WORK)
    listening.submission(forms.ChangePromise.callback_id, handing.takes(_save_promise), _PROMISE)
    listening.action(forms.CHOOSE_LEADS, handing.choose_leads, _AWAY)
    listening.submission(forms.Away.callback_id, handing.save_away, _AWAY)
    listening.submission(forms.ChangeWeight.callback_id, handing.takes(_save_weight), _TURNS)
    usage = "say until when you are away, and who has your leads meanwhile"
    listening.command(Command("/lead", "away", usage, handing.opens(_ask_away), _AWAY))
    usage = "`12`: take over a colleague's lead, or ask for it"
    listening.command(Command("/lead", "take", usage, handing.take, _TAKE_OVER))
    usage = "be back earlier than you said"
    listening.command(Command("/lead", "back", usage, handing.tells(_back), _AWAY))
    usage = "say how soon leads are answered, and what happens else (admins)"
    listening.command(Command("/lead", "promise", usage, handing.opens(_ask_promise), _PROMISE))
    usage = "see what the rotation gave to whom, and change weights (managers)"
    listening.command(Command("/lead", "turns", usage, handing.opens(_ask_turns), _TURNS))
