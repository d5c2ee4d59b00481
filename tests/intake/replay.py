"""The audit read back: a second, smaller account of what happened to a lead.

It knows nothing of how the verbs work, only what the audit says, so that it can disagree with them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.leads.models import EventType, Lead, LeadEvent, Status


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


def replayed(events: Iterable[LeadEvent]) -> Told:
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
    match event.event_type:
        case (
            EventType.CLAIMED
            | EventType.REASSIGNED
            | EventType.RELEASED
            | EventType.TAKEN_BACK
            | EventType.WOKEN
        ):
            _move(lead, event)
        case EventType.SNOOZED:
            lead.hands(lead.owner)
            lead.snoozed_until = datetime.fromisoformat(facts["until"])
        case EventType.QUALIFIED:
            lead.status = Status.QUALIFIED
            lead.disposition = None
        case EventType.WON | EventType.LOST | EventType.RECYCLED:
            lead.status, lead.snoozed_until = event.event_type, None
            lead.disposition = facts.get("disposition")
        case EventType.REOPENED:
            lead.status, lead.disposition = facts["status"], None
        case EventType.RATED:
            lead.rating = facts["rating"]
        case EventType.MERGED | EventType.UNMERGED if "into" in facts:
            lead.merged_into = facts["into"] if event.event_type == EventType.MERGED else None


def _move(lead: Told, event: LeadEvent) -> None:
    match event.event_type:
        case EventType.CLAIMED:
            lead.hands(event.person_id)
        # A snooze goes on while somebody stands in, and so does a pause.
        case EventType.REASSIGNED if event.facts.get("until") and lead.status == Status.RECYCLED:
            lead.owner = event.facts["to_id"]
        case EventType.REASSIGNED:
            lead.hands(event.facts["to_id"])
            if until := event.facts.get("until"):
                lead.snoozed_until = datetime.fromisoformat(until)
        case EventType.WOKEN if "owner_id" not in event.facts:  # from a rest: it stays whose it is
            lead.hands(lead.owner)
        case _:
            lead.hands(None)
