"""The audit read back: a second, smaller account of what happened to a lead.

It knows nothing of how the verbs work, only what the audit says, so that it can disagree with them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.leads.models import Deed, Lead, LeadEvent, Status


@dataclass
class Told:
    """A lead as its audit tells it."""

    owner: int | None = None
    status: str = Status.NEW
    rating: str | None = None
    disposition: str | None = None
    merged_into: int | None = None
    snoozed_until: datetime | None = None

    def hands(self, to: int | None) -> None:
        """It changes hands: a lead that rests wakes, and a snooze ends."""
        self.owner, self.snoozed_until = to, None
        if self.status == Status.RECYCLED:
            self.status, self.disposition = Status.NEW, None


def told(events: Iterable[LeadEvent]) -> Told:
    """What the events, in their order, make of a lead."""
    lead = Told()
    for event in events:
        _tell(lead, event)
    return lead


def shown(lead: Lead) -> Told:
    """The same facts as the row has them."""
    return Told(
        lead.claimed_by, lead.status, lead.rating, lead.disposition, lead.merged_into,
        lead.snoozed_until,
    )  # fmt: skip


def _tell(lead: Told, event: LeadEvent) -> None:
    facts = event.facts
    match event.deed:
        case Deed.CLAIMED | Deed.REASSIGNED | Deed.RELEASED | Deed.TAKEN_BACK | Deed.WOKEN:
            _move(lead, event)
        case Deed.SNOOZED:
            lead.hands(lead.owner)
            lead.snoozed_until = datetime.fromisoformat(facts["until"])
        case Deed.QUALIFIED:
            lead.status = Status.QUALIFIED
            lead.disposition = None
        case Deed.WON | Deed.LOST | Deed.RECYCLED:
            lead.status, lead.snoozed_until = event.deed, None
            lead.disposition = facts.get("disposition")
        case Deed.REOPENED:
            lead.status, lead.disposition = facts["status"], None
        case Deed.RATED:
            lead.rating = facts["rating"]
        case Deed.MERGED | Deed.UNMERGED if "into" in facts:
            lead.merged_into = facts["into"] if event.deed == Deed.MERGED else None


def _move(lead: Told, event: LeadEvent) -> None:
    match event.deed:
        case Deed.CLAIMED:
            lead.hands(event.person_id)
        case Deed.REASSIGNED:
            lead.hands(event.facts["to_id"])
            if until := event.facts.get("until"):  # a snooze goes on while somebody stands in
                lead.snoozed_until = datetime.fromisoformat(until)
        case Deed.WOKEN if "owner_id" not in event.facts:  # from a rest: it stays whose it is
            lead.hands(lead.owner)
        case _:
            lead.hands(None)
