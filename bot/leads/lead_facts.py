"""What is read of a lead to be shown: its card, its modal and its messages are drawn from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.campaigns.models import AsOf, Campaign
from bot.contacts.models import Consent
from bot.leads.meeting_models import Meeting
from bot.leads.models import Lead, LeadAttempt, LeadEvent, LeadNote, Touch
from bot.people.models import Person


@dataclass(frozen=True)
class LeadFacts:
    """A lead with all that its card tells."""

    lead: Lead
    campaign: Campaign | None
    owner: Person | None
    touches: Sequence[Touch] = ()
    """What joined it, the newest first."""
    consent: Consent | None = None
    earlier: Sequence[Lead] = ()
    """Closed leads of the same person, the newest first."""
    suggested_to: Person | None = None
    kept_for: Person | None = None
    """Who alone may claim it at first."""
    names_only: bool = False
    """Whether whoever looks sees name and company alone."""
    offer: AsOf | None = None
    """What the campaign promised when the lead came."""
    first_owner: Person | None = None
    """Who claimed it first."""
    viewer: Person | None = None
    """Who looks at it; None: everybody in the channel."""
    undoable: Sequence[LeadEvent] = ()
    """The events of the step that whoever looks can undo, the newest first."""
    may_ask: bool = False
    """Whether whoever looks may take it over, or ask for it."""
    owner_back_at: datetime | None = None
    """When its owner is back, who is away."""
    covered_by: Person | None = None
    """Who acts for its owner, who is away."""
    notes: Sequence[tuple[LeadNote, Person | None]] = ()
    """What was written about it and by whom, the newest first."""
    attempts: Sequence[LeadAttempt] = ()
    """The calls that reached nobody, the newest first."""
    meetings: Sequence[Meeting] = ()
    """Those that they booked, the latest first."""
    handover: tuple[LeadEvent, Person | None] | None = None
    """How it came to its owner, where a colleague or a program gave it to them, and who did."""
    via: Mapping[str, str] = field(default_factory=dict)
    """By event type, the program that did it where no person did."""

    @property
    def meeting(self) -> Meeting | None:
        """The next meeting; where none is ahead, the last one that somebody may still say of
        whether it took place."""
        ahead = [each for each in self.meetings if each.is_ahead]
        open_ones = ahead[-1:] or [each for each in self.meetings if each.is_unanswered]
        return open_ones[0] if open_ones else None

    @property
    def may_work(self) -> bool:
        """Whether whoever looks may do something with a lead that somebody owns."""
        who, owner_id = self.viewer, self.lead.claimed_by
        if who is None or owner_id is None:
            return False
        acting = {owner_id, self.covered_by.id if self.covered_by else owner_id}
        return who.id in acting or who.leads_others
