"""What Slack brings in for leads: the card's buttons, their modals, `/lead` and the shortcut."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from bot.campaigns import service as campaigns
from bot.errors import FieldErrors, HandoffError
from bot.leads import modals, service, view
from bot.leads.inquiry import Unreadable, read
from bot.leads.listeners import lists
from bot.leads.model import Disposition, Lead, Rating
from bot.money import parse
from bot.people import service as people
from bot.people.desk import Desk
from bot.people.model import Person, Role, Workspace
from bot.slack import Command, Incoming, Listening
from bot.store import Store

Verb = Callable[[Session, Person, int], Lead]


# Which field of the modal an error of `lose` is about.
_ASKED: dict[type[HandoffError], str] = {
    service.ReasonMissing: "note",
    service.TooFewAttempts: "attempts",
    service.DateMissing: "wake_on",
}


class Leads(Desk):
    """Where the clicks on leads arrive."""

    def do(self, verb: Verb, incoming: Incoming) -> None:
        """Acknowledge, and do what the button says; the card shows the rest."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            verb(session, who, incoming.id)
        lists.refresh(self, incoming)

    def ask_reason(self, rating: Rating, incoming: Incoming) -> None:
        """A low rating asks why, if this person may rate at all."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            lead = service.rateable(session, who, incoming.id)
        incoming.open(modals.reason(lead, rating))

    def ask_amount(self, incoming: Incoming) -> None:
        """A win asks for its amount."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            lead = service.closeable(session, who, incoming.id)
            workspace = session.get_one(Workspace, who.workspace_id)
        incoming.open(modals.won(lead, workspace.currency))

    def ask_disposition(self, incoming: Incoming) -> None:
        """A loss asks for its reason."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            lead = service.closeable(session, who, incoming.id)
            attempts = service.attempts_needed(session, lead.workspace_id)
        incoming.open(modals.lost(lead, attempts))

    def save_reason(self, rating: Rating, incoming: Incoming) -> None:
        """The reason of a low rating came."""
        reason = str(incoming.fields["reason"] or "")
        with self.serving(incoming) as (session, who):
            try:
                service.rate(session, who, incoming.noted_id, rating, reason)
            except HandoffError as error:
                raise FieldErrors({"reason": error.message}) from error
        incoming.ack()
        lists.refresh(self, incoming)

    def save_won(self, incoming: Incoming) -> None:
        """The amount of a win came."""
        with self.serving(incoming) as (session, who):
            currency = session.get_one(Workspace, who.workspace_id).currency
            try:
                amount = parse(str(incoming.fields["amount"] or ""), currency)
                service.win(session, who, incoming.noted_id, amount)
            except HandoffError as error:
                raise FieldErrors({"amount": error.message}) from error
        incoming.ack()
        lists.refresh(self, incoming)

    def choose_disposition(self, incoming: Incoming) -> None:
        """A reason was chosen: it may ask for more."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            lead = service.closeable(session, who, incoming.noted_id)
            attempts = service.attempts_needed(session, who.workspace_id)
        incoming.replace(modals.lost(lead, attempts, Disposition(incoming.value)))

    def save_lost(self, incoming: Incoming) -> None:
        """The reason of a loss came, with what it asks for."""
        fields = incoming.fields
        day = fields.get("wake_on")
        ending = service.Ending(
            Disposition(fields["disposition"]),
            note=fields["note"] or "",
            attempts=int(fields.get("attempts") or 0),
            wake_on=date.fromisoformat(day) if day else None,
        )
        with self.serving(incoming) as (session, who):
            try:
                service.lose(session, who, incoming.noted_id, ending)
            except HandoffError as error:
                asked = _ASKED.get(type(error), "disposition")
                field = asked if asked in fields else "disposition"
                raise FieldErrors({field: error.message}) from error
        incoming.ack()
        lists.refresh(self, incoming)

    def replay(self, incoming: Incoming) -> None:
        """An admin has a submission read again."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            receipt = service.replay(session, who, incoming.id)
        if receipt.problem is not None:
            raise receipt.problem

    def rules(self, incoming: Incoming, _rest: str) -> None:
        """Tell what makes a lead hot."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            told = service.rules(session, who.workspace_id)
        incoming.tell(view.rules(told, may_change=Role.ADMIN in who.roles))

    def change_rules(self, incoming: Incoming) -> None:
        """An admin wants to change what makes a lead hot."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            people.require(session, who, "change what makes a lead hot")
            told = service.rules(session, who.workspace_id)
        incoming.open(modals.rules(told))

    def save_rules(self, incoming: Incoming) -> None:
        """The new rules came."""
        hot_from, points, competitors = modals.rules_of(incoming.fields)
        with self.serving(incoming) as (session, who):
            service.change_rules(session, who, hot_from, points, competitors)
        incoming.ack()

    def merge(self, incoming: Incoming, rest: str) -> None:
        """Two leads are one person's."""
        gone, kept = _numbers(rest, 2, "merge 15 into 12")
        incoming.ack()
        with self.serving(incoming) as (session, who):
            service.merge(session, who, gone, kept)
        incoming.tell(f"Lead #{gone} is part of #{kept} now. `/lead unmerge {gone}` takes it back.")

    def unmerge(self, incoming: Incoming, rest: str) -> None:
        """They are two persons after all."""
        [gone] = _numbers(rest, 1, "unmerge 15")
        incoming.ack()
        with self.serving(incoming) as (session, who):
            service.unmerge(session, who, gone)
        incoming.tell(f"Lead #{gone} is a lead of its own again.")

    def new(self, incoming: Incoming) -> None:
        """Open the form for a lead that reached someone by phone, at a fair or in a message."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            people.require(session, who, "add leads", Role.SALESPERSON, Role.MARKETER)
            today = campaigns.today(session, who.workspace_id)
            running = campaigns.running(session, who.workspace_id, today)
        incoming.open(modals.new(running, incoming.message))

    def save_new(self, incoming: Incoming) -> None:
        """A lead was typed in."""
        facts = dict(incoming.fields)
        campaign_id = modals.campaign_of(facts.pop("campaign"))
        try:
            inquiry = read(facts | {"external_id": incoming.note})
        except Unreadable as error:
            raise FieldErrors(_by_field(error)) from error
        with self.serving(incoming) as (session, who):
            workspace = session.get_one(Workspace, who.workspace_id)
            service.type_in(session, workspace, who, inquiry, campaign_id)
        incoming.ack()


class Misspelt(HandoffError):
    """Please name leads by the numbers on their cards: `/lead {example}`."""


def _numbers(words: str, count: int, example: str) -> list[int]:
    """The numbers of leads in what someone wrote. Raises Misspelt."""
    found = [int(digits) for digits in re.findall(r"\d{1,15}", words)]
    if len(found) != count:
        raise Misspelt(example=example)
    return found


def _by_field(error: Unreadable) -> dict[str, str]:
    """The problems below the fields of the modal; what concerns the whole goes to the e-mail."""
    shown = {"email", "phone", "first_name", "last_name", "company", "message"}
    return {
        field if field in shown else "email": problem.capitalize() + "."
        for field, problem in error.problems.items()
    }


def register(listening: Listening, store: Store) -> None:
    """Listen for single leads."""
    desk = Leads(store)
    listening.action(view.CLAIM, partial(desk.do, service.claim))
    listening.action(view.RELEASE, partial(desk.do, service.release))
    listening.action(view.QUALIFIED, partial(desk.do, service.qualify))
    listening.action(view.NOT_NOW, partial(desk.do, service.pass_on))
    listening.action(view.CONTACTED, partial(desk.do, service.contacted))
    for rating in Rating:
        action = view.rate_action(rating)
        if rating.needs_reason:
            listening.action(action, partial(desk.ask_reason, rating))
            listening.submission(
                f"{modals.SAVE_REASON}.{rating}", partial(desk.save_reason, rating)
            )
        else:
            listening.action(action, partial(desk.do, partial(service.rate, rating=rating)))
    listening.action(view.REPLAY, desk.replay)
    listening.action(view.DISMISS, desk.does(service.dismiss))
    listening.action(view.WON, desk.ask_amount)
    listening.action(view.LOST, desk.ask_disposition)
    listening.submission(modals.SAVE_WON, desk.save_won)
    listening.action(modals.CHOOSE_DISPOSITION, desk.choose_disposition)
    listening.submission(modals.SAVE_LOST, desk.save_lost)
    listening.submission(modals.SAVE_NEW, desk.save_new)
    listening.shortcut(modals.NEW, desk.new)
    listening.shortcut(modals.FROM_MESSAGE, desk.new)
    listening.action(view.CHANGE_RULES, desk.change_rules)
    listening.submission(modals.SAVE_RULES, desk.save_rules)
    for word, usage, listener in (
        ("rules", "see what makes a lead hot", desk.rules),
        ("merge", "`15 into 12`: two leads are one person's", desk.merge),
        ("unmerge", "`15`: take a merge back", desk.unmerge),
    ):
        listening.command(Command("/lead", word, usage, listener))
    listening.command(Command("/lead", "", "type in a lead", lambda come, _rest: desk.new(come)))
