"""What Slack brings in for spend: `/campaign spend`, `margin` and `costs`, and imports."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from secrets import token_hex
from typing import Any

from slack_sdk.models.views import View
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.campaigns import service as campaigns
from bot.campaigns.models import Campaign
from bot.errors import FieldErrors, below
from bot.money import MixedCurrencies, Money, NotAnAmount, parse
from bot.people.desk import Desk
from bot.people.models import Person, Role, Workspace
from bot.slack import Command, Incoming, Listening, carried, option_of
from bot.slack.access import Access
from bot.spend import forms, messages, service
from bot.spend.exports import ColumnMissing, PlatformMissing, TwoColumns
from bot.spend.models import Department
from bot.spend.service import Spending
from bot.store import Store

_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")

_SEE = Access("see what campaigns cost", (Role.MARKETER,))
_ENTER = Access("enter spend", (Role.MARKETER,))
_MARGIN = Access("set the contribution margin", (Role.MARKETER,))
_COSTS = Access("enter the cost of a department", (Role.MANAGER,))


class Spend(Desk):
    """Where the commands and clicks on spend arrive."""

    def spend(self, incoming: Incoming, rest: str) -> None:
        """`/campaign spend`: the form; `list` shows what was entered."""
        incoming.ack()
        first, _, words = rest.partition(" ")
        if first.lower() == "list":
            self._list(incoming, words)
            return
        with self.serving(incoming) as (session, who):
            service.may_enter(session, who)
            found = _choose(session, who, rest)
            workspace = session.get_one(Workspace, who.workspace_id)
            today = campaigns.today(session, workspace.id)
        if not found:
            incoming.tell(messages.none_found(rest))
            return
        chosen = bool(rest) or len(found) == 1
        incoming.open(forms.entry(token_hex(12), today, workspace.currency, found, chosen=chosen))

    def _list(self, incoming: Incoming, words: str) -> None:
        with self.serving(incoming) as (session, who):
            service.may_see_money(session, who)
            found = _choose(session, who, words)
            modal = _entries(session, who, found[0].id) if words and len(found) == 1 else None
            overview = [service.consumption(session, each) for each in found]
        if modal is not None:
            incoming.open(modal)
        else:
            incoming.tell(messages.overview(overview) if overview else messages.none_found(words))

    def turn(self, incoming: Incoming) -> None:
        """Another page of it."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            modal = _entries(session, who, incoming.noted_id, page=incoming.id)
        incoming.replace(modal)

    def save(self, incoming: Incoming) -> None:
        """The form came."""
        fields = incoming.fields
        with self.serving(incoming) as (session, who):
            service.may_enter(session, who)
            campaign = campaigns.find(session, who.workspace_id, option_of(int, fields["campaign"]))
            first = date.fromisoformat(fields["first"])
            spending = Spending(
                first=first,
                last=date.fromisoformat(fields["last"]) if fields["last"] else first,
                line=" ".join(str(fields["line"] or "").split()),
                amount=_amount(fields, campaign.currency),
                note=str(fields["note"] or "").strip(),
            )
            with below("amount", MixedCurrencies):
                service.enter(session, who, campaign.id, spending, incoming.note)
        incoming.ack()

    def save_correction(self, incoming: Incoming) -> None:
        """The right amount came; the list below shows both."""
        with self.serving(incoming) as (session, who):
            entry_id, token = carried(incoming.note, int, str)
            entry, campaign = service.correctable(session, who, entry_id)
            amount = _amount(incoming.fields, campaign.currency)
            note = str(incoming.fields["note"] or "").strip()
            with below("amount", service.AlreadyCorrected, MixedCurrencies):
                service.correct(session, who, entry.id, amount, note, token)
            modal = _entries(session, who, campaign.id)
        incoming.ack()
        incoming.replace_root(modal)

    def ask_margin(self, incoming: Incoming, rest: str) -> None:
        """`/campaign margin`: what is left of a deal's amount."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            service.may_set_margin(session, who)
            found = _choose(session, who, rest)
            now = service.margins(session, who.workspace_id)
        if rest and not found:
            incoming.tell(messages.none_found(rest))
            return
        incoming.open(forms.margin(now, found, chosen=bool(rest)))

    def save_margin(self, incoming: Incoming) -> None:
        """The margin came."""
        fields = incoming.fields
        with self.serving(incoming) as (session, who):
            campaign_id = option_of(int, fields["campaign"]) or None
            service.set_margin(session, who, _percent(fields["percent"]), campaign_id)
        incoming.ack()

    def ask_cost(self, incoming: Incoming, _rest: str) -> None:
        """`/campaign costs`: what a department costs."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            service.may_enter_costs(session, who)
            workspace = session.get_one(Workspace, who.workspace_id)
            today = campaigns.today(session, workspace.id)
        incoming.open(forms.cost(today, workspace.currency))

    def save_cost(self, incoming: Incoming) -> None:
        """The cost came."""
        fields = incoming.fields
        with self.serving(incoming) as (session, who):
            currency = session.get_one(Workspace, who.workspace_id).currency
            service.set_department_cost(
                session,
                who,
                option_of(Department, fields["department"]),
                option_of(date.fromisoformat, fields["month"]),
                _amount(fields, currency),
            )
        incoming.ack()


def _correction(session: Session, who: Person, entry_id: int) -> View:
    """The form that replaces an entry."""
    return forms.correction(token_hex(12), *service.correctable(session, who, entry_id))


def _start(session: Session, who: Person, import_id: int) -> None:
    """The preview is right: import it."""
    service.take(session, service.in_preview(session, who, import_id))


def _cancel(session: Session, who: Person, import_id: int) -> None:
    """It is not."""
    service.cancel(session, service.in_preview(session, who, import_id))


def _columns(session: Session, who: Person, import_id: int) -> View:
    """Some columns or campaigns mean something else."""
    found = service.in_preview(session, who, import_id)
    return forms.columns(found, _choose(session, who, ""), service.platforms(session, found))


def _save_columns(session: Session, who: Person, incoming: Incoming) -> None:
    found = service.in_preview(session, who, incoming.noted_id)
    with below("campaign", ColumnMissing, TwoColumns), below("platform", PlatformMissing):
        service.change(session, found, *forms.columns_of(found, incoming.fields))


def _choose(session: Session, who: Person, words: str) -> Sequence[Campaign]:
    return service.choose(session, who.workspace_id, words, messages.MOST_OPTIONS)


def _entries(session: Session, who: Person, campaign_id: int, page: int = 0) -> View:
    found = service.entries(session, who, campaign_id, page)
    ids = {entry.entered_by for entry in found.entries}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return forms.entries(found, {row.id: row.name for row in rows})


def _amount(fields: Mapping[str, Any], currency: str) -> Money:
    """The amount as typed. One that names another currency is read in that, to be refused by name.

    Raises FieldErrors.
    """
    text = str(fields["amount"] or "")
    named = _CODE.search(text)
    with below("amount", NotAnAmount):
        return parse(text, named[0] if named else currency)


def _percent(text: object) -> Decimal | None:
    """A share in percent as typed; None where it is left empty. Raises FieldErrors."""
    if not text:
        return None
    try:
        percent = Decimal(str(text).replace(",", "."))
    except InvalidOperation:
        percent = Decimal(-1)
    if not 0 <= percent <= 100:
        raise FieldErrors({"percent": "Write a number from 0 to 100."})
    return percent.quantize(Decimal("0.01"))


def register(listening: Listening, store: Store) -> None:
    """Listen for spend."""
    desk = Spend(store)
    usage = "enter what a campaign cost; `spend list` shows it (marketing)"
    listening.command(Command("/campaign", "spend", usage, desk.spend, _ENTER))
    usage = "say what is left of a deal's amount (marketing)"
    listening.command(Command("/campaign", "margin", usage, desk.ask_margin, _MARGIN))
    usage = "enter what the departments cost (managers)"
    listening.command(Command("/campaign", "costs", usage, desk.ask_cost, _COSTS))
    listening.action(messages.PICK, desk.opens(_entries), _SEE)
    listening.action(f"{forms.LATER}.newer", desk.turn, _SEE)
    listening.action(f"{forms.LATER}.older", desk.turn, _SEE)
    listening.action(forms.CORRECT, desk.opens(_correction), _ENTER)
    listening.submission(forms.SAVE, desk.save, _ENTER)
    listening.submission(forms.SAVE_CORRECTION, desk.save_correction, _ENTER)
    listening.submission(forms.SAVE_MARGIN, desk.save_margin, _MARGIN)
    listening.submission(forms.SAVE_COST, desk.save_cost, _COSTS)
    listening.action(messages.START, desk.does(_start), _ENTER)
    listening.action(messages.CANCEL, desk.does(_cancel), _ENTER)
    listening.action(messages.COLUMNS, desk.opens(_columns), _ENTER)
    listening.submission(forms.SAVE_COLUMNS, desk.takes(_save_columns), _ENTER)
