"""What people see and do in HubSpot: the list of contacts, one of them, and what becomes of it.

Every step is told by a hook, as HubSpot does it, where `HubSpot.deliver_to` says so.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.errors import HandoffError
from bot.money import parse
from playground.crm.hubspot.schema import (
    CONTACTS,
    DEALS,
    NOTES,
    Item,
    Owner,
    Refused,
    iso,
    moment,
)
from playground.crm.hubspot.standin import HubSpot

_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"<br\s*/?>|</p>")
_QUALIFIED, _LOST = "OPEN_DEAL", "UNQUALIFIED"
_PERSON = ("email", "phone", "jobtitle", "country", "message", "lifecyclestage")
_HIDDEN = {"handoff_key"}


@dataclass(frozen=True)
class Deal:
    """A deal of a contact."""

    id: str
    name: str
    stage: str
    amount: str
    closed_at: datetime | None
    is_over: bool
    is_won: bool


@dataclass(frozen=True)
class Note:
    """A note: when it was written, by whom, and what."""

    at: datetime | None
    text: str


@dataclass(frozen=True)
class Contact:
    """A contact as the list shows it."""

    id: str
    name: str
    company: str
    stage: str
    """In HubSpot's words."""
    tone: str
    """new, open, won or lost."""
    owner: str
    amount: str
    campaign: str
    score: str
    is_hot: bool
    quality: str
    came_at: datetime


@dataclass(frozen=True)
class Details:
    """A contact as its own page shows it."""

    contact: Contact
    owner_id: str
    about: tuple[tuple[str, str | datetime], ...]
    handoff: tuple[tuple[str, str | datetime], ...]
    """Labels and values of our properties."""
    deals: tuple[Deal, ...]
    notes: tuple[Note, ...]
    """The newest first."""
    is_qualified: bool

    @property
    def is_over(self) -> bool:
        """Whether it is won or lost."""
        return self.contact.tone in ("won", "lost")


class People:
    """Somebody who works in the account."""

    def __init__(self, crm: HubSpot) -> None:
        self._crm, self._state = crm, crm.state
        self.name, self.currency = "HubSpot", crm.currency

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call this after every change, whoever made it."""
        self._crm.subscribe(listener)

    # ---- what they see --------------------------------------------------------------------------

    def contacts(self) -> list[Contact]:
        """All contacts, the newest lead first."""
        with self._crm.lock:
            contacts = [self._contact(item) for item in self._state.items[CONTACTS].values()]
        return sorted(contacts, key=lambda each: (each.came_at, int(each.id)), reverse=True)

    def contact(self, record_id: str) -> Details | None:
        """One contact; None where it was deleted."""
        with self._crm.lock:
            item = self._state.get(CONTACTS, record_id)
            return None if item is None else self._details(item)

    def owners(self) -> list[tuple[str, str]]:
        """Who can own contacts: ids and names."""
        with self._crm.lock:
            owners = [each for each in self._state.owners.values() if not each.is_archived]
        return [(each.id, _name_of(each)) for each in owners]

    def _contact(self, item: Item) -> Contact:
        held = item.properties
        deal = self._deal(item.id)
        stage, tone = self._stage(held.get("hs_lead_status", ""), deal)
        owner = self._state.owners.get(held.get("hubspot_owner_id", ""))
        name = " ".join(part for part in (held.get("firstname"), held.get("lastname")) if part)
        return Contact(
            item.id, name or held.get("email") or f"Contact {item.id}", held.get("company", ""),
            stage, tone, _name_of(owner) if owner else "", _money(deal) if deal else "",
            held.get("handoff_campaign", ""), held.get("handoff_score", ""),
            held.get("handoff_hot") == "true", held.get("handoff_quality", "").title(),
            moment(held.get("handoff_received_at") or "") or item.made_at,
        )  # fmt: skip

    def _details(self, item: Item) -> Details:
        ours = [name for name in item.properties if name.startswith("handoff_")]
        shown = [name for name in self._state.properties[CONTACTS] if name in ours]
        return Details(
            self._contact(item),
            item.properties.get("hubspot_owner_id", ""),
            tuple(self._values(item, _PERSON)),
            tuple(self._values(item, [name for name in shown if name not in _HIDDEN])),
            tuple(self._deals(item.id)),
            tuple(self._notes(item.id)),
            is_qualified=item.properties.get("hs_lead_status") == _QUALIFIED,
        )

    def _values(
        self, item: Item, names: list[str] | tuple[str, ...]
    ) -> list[tuple[str, str | datetime]]:
        values: list[tuple[str, str | datetime]] = []
        for name in names:
            known, value = self._state.properties[CONTACTS][name], item.properties.get(name)
            if not value:
                continue
            label = (known.label or _LABELS.get(name, name.title())).removeprefix("Handoff ")
            at = moment(value) if known.type == "datetime" else None
            shown = value.title() if known.type in ("enumeration", "bool") else value
            values.append((label[:1].upper() + label[1:], at or _LABELS.get(value, shown)))
        return values

    def _stage(self, status: str, deal: Item | None) -> tuple[str, str]:
        if deal is not None and deal.properties["hs_is_closed"] == "true":
            is_won = deal.properties["hs_is_closed_won"] == "true"
            return self._label(deal), "won" if is_won else "lost"
        tone = {"": "new", "NEW": "new", _LOST: "lost"}.get(status, "open")
        return status.replace("_", " ").capitalize() or "No status", tone

    def _label(self, deal: Item) -> str:
        return self._state.stages()[deal.properties["dealstage"]][1].label

    def _deal(self, record_id: str) -> Item | None:
        """The contact's newest deal."""
        ids = self._state.linked(CONTACTS, record_id, DEALS)
        return self._state.items[DEALS][ids[-1]] if ids else None

    def _deals(self, record_id: str) -> list[Deal]:
        deals = [
            self._state.items[DEALS][one]
            for one in reversed(self._state.linked(CONTACTS, record_id, DEALS))
        ]
        return [
            Deal(
                each.id, each.properties.get("dealname", ""), self._label(each), _money(each),
                moment(each.properties.get("closedate", "")),
                is_over=each.properties["hs_is_closed"] == "true",
                is_won=each.properties["hs_is_closed_won"] == "true",
            )
            for each in deals
        ]  # fmt: skip

    def _notes(self, record_id: str) -> list[Note]:
        notes = [
            _note(self._state.items[NOTES][one])
            for one in self._state.linked(CONTACTS, record_id, NOTES)
        ]
        return notes[::-1]

    # ---- what they do ---------------------------------------------------------------------------
    # Each raises ValueError with a sentence where HubSpot would not take it.

    def give(self, record_id: str, owner_id: str) -> None:
        """Give the contact to somebody else."""
        self._write(record_id, {"hubspot_owner_id": owner_id})

    def qualify(self, record_id: str) -> None:
        """Set the lead status, and make a deal where there is none."""
        self._write(record_id, {"hs_lead_status": _QUALIFIED})
        self._move_deal(record_id, {"dealstage": "appointmentscheduled"})

    def win(self, record_id: str, amount: str) -> None:
        """Close the deal as won; it may have no amount yet."""
        money = self._amount(amount) if amount.strip() else {}
        self._move_deal(record_id, {"dealstage": "closedwon", **self._closed(), **money})

    def lose(self, record_id: str, reason: str) -> None:
        """Close the deal as lost; a contact without one is unqualified."""
        with self._crm.lock:
            has_deal = self._deal(record_id) is not None
        if has_deal:
            lost = {"dealstage": "closedlost", "closed_lost_reason": reason, **self._closed()}
            self._move_deal(record_id, lost)
        else:
            lost = {"hs_lead_status": _LOST, "handoff_lost_reason": reason}
            self._write(record_id, lost)

    def correct_amount(self, record_id: str, amount: str) -> None:
        """Give the deal another amount."""
        self._move_deal(record_id, self._amount(amount))

    def reopen(self, record_id: str) -> None:
        """Take a close back."""
        with self._crm.lock:
            has_deal = self._deal(record_id) is not None
        if has_deal:
            self._move_deal(record_id, {"dealstage": "appointmentscheduled"})
        self._write(record_id, {"hs_lead_status": _QUALIFIED if has_deal else "OPEN"})

    def delete(self, record_id: str) -> None:
        """Delete the contact."""
        with self._crm.lock:
            self._state.archive(CONTACTS, record_id)
        self._crm.tell_change(CONTACTS, record_id, "deletion")

    def _amount(self, text: str) -> dict[str, str]:
        """What somebody typed, in the account's currency."""
        try:
            number = parse(text, self._crm.currency).amount
        except HandoffError as error:
            raise ValueError("Type an amount, such as 12,500.") from error
        if number <= 0:
            raise ValueError("Type an amount, such as 12,500.")
        return {"amount": str(number), "deal_currency_code": self._crm.currency}

    def _closed(self) -> dict[str, str]:
        """HubSpot fills the close date in when a deal is closed."""
        return {"closedate": iso(self._crm.now())}

    def _write(self, record_id: str, properties: dict[str, str]) -> None:
        try:
            self._crm.write(CONTACTS, record_id, properties)
        except KeyError:
            raise ValueError("This contact was deleted.") from None
        except Refused:
            raise ValueError("HubSpot does not take that value.") from None
        self._crm.tell_change(CONTACTS, record_id)

    def _move_deal(self, record_id: str, properties: dict[str, str]) -> None:
        """Write into the contact's newest deal; where there is none, make one."""
        with self._crm.lock:
            item, deal = self._state.get(CONTACTS, record_id), self._deal(record_id)
            if item is None:
                raise ValueError("This contact was deleted.")
            try:
                if deal is not None:
                    deal_id = deal.id
                    self._crm.write(DEALS, deal_id, properties)
                else:
                    born = {"dealname": _name_of_deal(self._contact(item))} | _owned(item)
                    deal_id = self._crm.make(DEALS, born | properties, contact=item.id)
            except Refused:
                raise ValueError("HubSpot does not take that value.") from None
        self._crm.tell_change(DEALS, deal_id)


_LABELS = {
    "jobtitle": "Job title", "lifecyclestage": "Lifecycle stage", "lead": "Lead",
    "salesqualifiedlead": "Sales qualified lead", "customer": "Customer",
    "true": "Yes", "false": "No",
}  # fmt: skip


def _owned(contact: Item) -> dict[str, str]:
    owner_id = contact.properties.get("hubspot_owner_id")
    return {"hubspot_owner_id": owner_id} if owner_id else {}


def _name_of_deal(contact: Contact) -> str:
    return ", ".join(part for part in (contact.name, contact.company) if part)


def _name_of(owner: Owner) -> str:
    return f"{owner.first_name} {owner.last_name}".strip() or owner.email


def _money(deal: Item) -> str:
    amount, code = deal.properties.get("amount"), deal.properties.get("deal_currency_code", "")
    if not amount:
        return ""
    number = Decimal(amount)
    shown = f"{number:,.0f}" if number == number.to_integral_value() else f"{number:,.2f}"
    return f"{shown} {code}".strip()


def _note(item: Item) -> Note:
    lines = [
        html.unescape(_TAG.sub("", line)).strip()
        for line in _BREAK.split(item.properties.get("hs_note_body", ""))
    ]
    lines = [line for line in lines if line]
    if lines and lines[-1].startswith("Handoff handoff_"):
        lines.pop()  # our key, by which the app knows its note again
    return Note(moment(item.properties.get("hs_timestamp", "")), "\n".join(lines))
