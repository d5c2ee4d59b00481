"""What people do in HubSpot."""

import html
import re
from collections.abc import Mapping
from datetime import timedelta

from pydantic import SecretStr

from bot.crm.adapters import Access
from bot.crm.adapters.hubspot.adapter import HubSpot
from bot.crm.adapters.hubspot.api import Spacing
from bot.crm.adapters.hubspot.fields import place
from bot.crm.http import no_pace
from bot.crm.port import Crm, Stage
from bot.money import Money, exponent
from playground.crm import serving
from playground.crm.hubspot import standin
from playground.crm.hubspot.schema import CONTACTS, DEALS, NOTES, Item
from tests.crm.office import Fault, Seen

_STAGES = {
    "NEW": Stage.NEW, "OPEN": Stage.NEW, "IN_PROGRESS": Stage.CONTACTED,
    "CONNECTED": Stage.CONTACTED, "OPEN_DEAL": Stage.QUALIFIED, "BAD_TIMING": Stage.RECYCLED,
    "UNQUALIFIED": Stage.LOST,
}  # fmt: skip


class HubSpotOffice:
    """An account of HubSpot with an administrator's hands on it."""

    def __init__(self) -> None:
        self.crm = standin.HubSpot().start()
        self.add_user("ann@example.com", "Ann Admin")
        maker = self.connect()
        assert not [each for each in maker.check(make=True) if each.problem]
        maker.close()

    @property
    def access(self) -> Access:
        """How the account is reached."""
        return Access(address=self.crm.url, key=SecretStr(self.crm.token))

    def connect(self) -> Crm:
        """The adapter, in no hurry to search."""
        return HubSpot(self.access, no_pace, Spacing(0))

    # ---- what is seen ---------------------------------------------------------------------------

    def records(self) -> list[Seen]:
        """All contacts, by their ids."""
        with self.crm.lock:
            items = sorted(self.crm.state.items[CONTACTS].values(), key=lambda item: int(item.id))
            return [self._seen(item) for item in items]

    def _seen(self, item: Item) -> Seen:
        held = item.properties
        deal = self.deal(item.id)
        owner = self.crm.state.owners.get(held.get("hubspot_owner_id", ""))
        lost_reason = held.get("handoff_lost_reason")
        return Seen(
            item.id, held.get("email"), held.get("lastname"), held.get("company"),
            owner.email if owner else None, self._stage(held.get("hs_lead_status"), deal),
            _amount(deal), held.get("handoff_campaign"), _number(held.get("handoff_score")),
            held.get("handoff_quality"), held.get("handoff_consent"),
            lost_reason or (deal.properties.get("closed_lost_reason") if deal else None),
            self._notes(item.id),
        )  # fmt: skip

    def _stage(self, status: str | None, deal: Item | None) -> Stage | None:
        if deal is not None and deal.properties["hs_is_closed_won"] == "true":
            return Stage.WON
        if deal is not None and deal.properties["hs_is_closed"] == "true":
            return Stage.LOST
        return _STAGES.get(status or "")

    def _notes(self, record_id: str) -> tuple[str, ...]:
        notes = [
            self.crm.state.items[NOTES][one].properties["hs_note_body"]
            for one in self.crm.state.linked(CONTACTS, record_id, NOTES)
        ]
        return tuple(html.unescape(re.sub("<[^>]*>", " ", each)) for each in notes)

    def deal(self, record_id: str) -> Item | None:
        """The contact's newest deal."""
        ids = self.crm.state.linked(CONTACTS, record_id, DEALS)
        return self.crm.state.items[DEALS][ids[-1]] if ids else None

    def value(self, record_id: str, field: str) -> str | None:
        """What a contact holds."""
        return self.crm.state.items[CONTACTS][record_id].properties.get(place(field))

    # ---- what people do -------------------------------------------------------------------------

    def add_user(self, email: str, name: str) -> str:
        """A new owner."""
        return self.crm.add_owner(email, name)

    def deactivate(self, email: str) -> None:
        """Their user is deactivated."""
        with self.crm.lock:
            for owner in self.crm.state.owners.values():
                owner.is_archived = owner.is_archived or owner.email == email

    def type_in(self, email: str, last_name: str) -> str:
        """A contact made by hand."""
        return self.crm.make(CONTACTS, {"email": email, "lastname": last_name})

    def set_owner(self, record_id: str, email: str) -> None:
        """The contact's owner."""
        owners = self.crm.state.owners.values()
        owner_id = next(each.id for each in owners if each.email == email)
        self._write(record_id, {"hubspot_owner_id": owner_id})

    def qualify(self, record_id: str) -> None:
        """A salesperson sets the lead status, and makes a deal."""
        self._write(record_id, {"hs_lead_status": "OPEN_DEAL"})
        self.crm.make(
            DEALS, {"dealname": "A deal", "dealstage": "appointmentscheduled"}, contact=record_id
        )

    def win(self, record_id: str, amount: Money | None) -> None:
        """The deal is closed, or one is made that is."""
        won = {"dealstage": "closedwon"} | _money(amount)
        deal = self.deal(record_id)
        if deal is None:
            self.crm.make(DEALS, {"dealname": "A deal", **won}, contact=record_id)
        else:
            self.crm.write(DEALS, deal.id, won)

    def lose(self, record_id: str, reason: str) -> None:
        """The deal is closed as lost; a contact without one is unqualified."""
        deal = self.deal(record_id)
        if deal is None:
            lost = {"hs_lead_status": "UNQUALIFIED", "handoff_lost_reason": reason}
            self._write(record_id, lost)
        else:
            lost = {"dealstage": "closedlost", "closed_lost_reason": reason}
            self.crm.write(DEALS, deal.id, lost)

    def set_amount(self, record_id: str, amount: Money) -> None:
        """The deal's amount."""
        deal = self.deal(record_id)
        assert deal is not None
        self.crm.write(DEALS, deal.id, _money(amount))

    def reopen(self, record_id: str) -> None:
        """The deal is moved back, and the status."""
        deal = self.deal(record_id)
        if deal is not None:
            self.crm.write(DEALS, deal.id, {"dealstage": "appointmentscheduled"})
        self._write(record_id, {"hs_lead_status": "OPEN"})

    def clear(self, record_id: str, field: str) -> None:
        """A property is emptied."""
        self._write(record_id, {place(field): ""})

    def write(self, record_id: str, fields: Mapping[str, str]) -> None:
        """Properties are written."""
        self._write(record_id, {place(field): value for field, value in fields.items()})

    def _write(self, record_id: str, properties: Mapping[str, str]) -> None:
        self.crm.write(CONTACTS, record_id, properties)

    def delete(self, record_id: str) -> None:
        """The contact is deleted."""
        with self.crm.lock:
            self.crm.state.archive(CONTACTS, record_id)

    def merge(self, gone_id: str, into_id: str) -> str:
        """Two contacts are merged into a new one."""
        with self.crm.lock:
            return self.crm.state.merge(CONTACTS, into_id, gone_id).id

    def refuse(self, field: str) -> None:
        """A property gets a validation rule."""
        self.crm.state.refused.add((CONTACTS, place(field)))

    def drop_field(self, field: str) -> None:
        """A property is deleted."""
        with self.crm.lock:
            del self.crm.state.properties[CONTACTS][place(field)]

    def fail(self, fault: Fault, times: int = 1) -> None:
        """The next calls go wrong."""
        self.crm.fail(serving.Fault(fault.value), times)

    def forward(self, by: timedelta) -> None:
        """HubSpot's clock moves on."""
        self.crm.forward(by)

    def calls(self) -> int:
        """All calls."""
        return self.crm.calls

    def close(self) -> None:
        """The stand-in stops."""
        self.crm.stop()


def _money(amount: Money | None) -> dict[str, str]:
    if amount is None:
        return {}
    return {"amount": str(amount.amount), "deal_currency_code": amount.currency}


def _amount(deal: Item | None) -> Money | None:
    held = deal.properties if deal else {}
    code, amount = held.get("deal_currency_code"), held.get("amount")
    if not code or not amount:
        return None
    return Money(round(float(amount) * 10 ** exponent(code)), code)


def _number(text: str | None) -> int | None:
    return int(float(text)) if text else None
