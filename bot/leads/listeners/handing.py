"""What Slack brings in for handing on: snooze, reassign, and being away."""

from datetime import UTC, datetime, timedelta

from bot import clock
from bot.errors import FieldErrors, HandoffError
from bot.leads import modals, service, view
from bot.leads.listeners import lists
from bot.people import service as people
from bot.people.desk import Desk
from bot.people.model import Role
from bot.slack import Command, Incoming, Listening
from bot.slack.text import moment, plural
from bot.store import Store

_RECENTLY = timedelta(days=28)


class Handing(Desk):
    """Where leads change hands."""

    def ask_snooze(self, incoming: Incoming) -> None:
        """Until when?"""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            lead = service.snoozeable(session, who, incoming.id)
            until = service.next_morning(session, lead.workspace_id)
        incoming.open(modals.snooze(lead, until))

    def save_snooze(self, incoming: Incoming) -> None:
        """The time came."""
        with self.serving(incoming) as (session, who):
            try:
                service.snooze(session, who, incoming.noted_id, _moment(incoming))
            except HandoffError as error:
                raise FieldErrors({"until": error.message}) from error
        incoming.ack()
        lists.refresh(self, incoming)

    def ask_reassign(self, incoming: Incoming) -> None:
        """To whom?"""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            lead = service.reassignable(session, who, incoming.id)
            others = [
                each
                for each in people.having(session, who.workspace_id, Role.SALESPERSON)
                if each.id != lead.claimed_by
            ]
            held = service.open_counts(session, who.workspace_id)
        incoming.open(modals.reassign(lead, others, held) if others else modals.nobody_else(lead))

    def save_reassign(self, incoming: Incoming) -> None:
        """The colleague was chosen."""
        with self.serving(incoming) as (session, who):
            try:
                service.reassign(session, who, incoming.noted_id, int(incoming.fields["to"]))
            except HandoffError as error:
                raise FieldErrors({"to": error.message}) from error
        incoming.ack()
        lists.refresh(self, incoming)

    def ask_away(self, incoming: Incoming, _rest: str) -> None:
        """Until when, and what becomes of the leads?"""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            people.require(session, who, "be away", Role.SALESPERSON)
            count = service.open_counts(session, who.workspace_id).get(who.id, 0)
            until = service.next_morning(session, who.workspace_id)
        incoming.open(modals.away(count, until))

    def save_away(self, incoming: Incoming) -> None:
        """The time came."""
        until = _moment(incoming)
        leads_return = "return" in (incoming.fields.get("leads") or [])
        with self.serving(incoming) as (session, who):
            try:
                leads = service.go_away(session, who, until, leads_return=leads_return)
            except HandoffError as error:
                raise FieldErrors({"until": error.message}) from error
        incoming.ack()
        given = f" {plural(len(leads), 'lead')} will be offered to others." if leads else ""
        incoming.tell(f"You are away until {moment(until)}.{given} `/lead back` ends it earlier.")

    def back(self, incoming: Incoming, _rest: str) -> None:
        """Back earlier than said."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            leads = service.come_back(session, who)
        given = f" {plural(len(leads), 'lead')} came back to you." if leads else ""
        incoming.tell(f"Welcome back.{given}")

    def ask_promise(self, incoming: Incoming, _rest: str = "") -> None:
        """What does sales promise?"""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            people.require(session, who, "change what sales promises")
            told, fallback = service.promise(session, who.workspace_id)
        incoming.open(modals.promise(told, fallback))

    def save_promise(self, incoming: Incoming) -> None:
        """The new promise came."""
        told, fallback = modals.promise_of(incoming.fields)
        with self.serving(incoming) as (session, who):
            service.change_promise(session, who, told, fallback)
        incoming.ack()

    def ask_turns(self, incoming: Incoming, _rest: str = "") -> None:
        """Who was offered how much, and whose weight shall change?"""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            people.require(session, who, "change the rotation")
            shares = service.shares(session, who.workspace_id, clock.now() - _RECENTLY)
        incoming.open(modals.turns(shares, _RECENTLY.days))

    def save_weight(self, incoming: Incoming) -> None:
        """The new weight came."""
        slack_id, weight = modals.weight_of(incoming.fields)
        with self.serving(incoming) as (session, who):
            try:
                service.set_weight(session, who, slack_id, weight)
            except service.DoesNotSell as error:
                raise FieldErrors({"person": error.message}) from error
        incoming.ack()


def _moment(incoming: Incoming) -> datetime:
    """The chosen time. A picker that was emptied is answered by Slack itself."""
    chosen = incoming.fields["until"]
    if not chosen:
        return clock.now() - timedelta(seconds=1)
    return datetime.fromtimestamp(int(chosen), UTC)


def register(listening: Listening, store: Store) -> None:
    """Listen for leads that change hands."""
    handing = Handing(store)
    listening.action(view.SNOOZE, handing.ask_snooze)
    listening.action(view.REASSIGN, handing.ask_reassign)
    listening.action(modals.PROMISE, handing.ask_promise)
    listening.action(modals.TURNS, handing.ask_turns)
    listening.submission(modals.SAVE_SNOOZE, handing.save_snooze)
    listening.submission(modals.SAVE_REASSIGN, handing.save_reassign)
    listening.submission(modals.SAVE_PROMISE, handing.save_promise)
    listening.submission(modals.SAVE_AWAY, handing.save_away)
    listening.submission(modals.SAVE_WEIGHT, handing.save_weight)
    for word, usage, listener in (
        ("away", "be away: your open leads are offered to others", handing.ask_away),
        ("promise", "say how soon leads are answered, and what happens else", handing.ask_promise),
        ("turns", "see what the rotation gave to whom, and change weights", handing.ask_turns),
        ("back", "be back earlier than you said", handing.back),
    ):
        listening.command(Command("/lead", word, usage, listener))
