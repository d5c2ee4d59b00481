"""The audit: who did what with a lead, and when; every deed also redraws what shows it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.leads.model import Deed, Lead, LeadEvent, LeadStep
from bot.leads.service.admitting import CARD
from bot.leads.service.following import follow_deed
from bot.leads.service.giving import STEP
from bot.leads.service.offering import redraw_offers
from bot.leads.service.tallying import count_in
from bot.people.model import Person

CALL_LIST = "lead.call_list"
"""The card of a call list."""

# What a campaign's tally counts.
_COUNTED = (Deed.RATED, Deed.WON, Deed.LOST)


def record(session: Session, lead: Lead, who: Person | None, deed: Deed, **facts: Any) -> None:
    """Note the deed and let the cards show it; nobody did it where the clock did.

    So do the pages of who owns the lead, and of who did until now (`owner_id` or `from_id`).
    """
    session.add(
        LeadEvent(
            workspace_id=lead.workspace_id,
            lead_id=lead.id,
            person_id=who.id if who else None,
            deed=deed,
            at=clock.now(),
            facts=facts,
        )
    )
    session.flush()
    slack.redraw(session, CARD, lead.id)
    redraw_offers(session, lead)
    for step_id in session.scalars(select(LeadStep.id).where(LeadStep.lead_id == lead.id)).all():
        slack.redraw(session, STEP, step_id)
    if lead.call_list_id is not None:
        slack.redraw(session, CALL_LIST, lead.call_list_id)
    if deed in _COUNTED:
        count_in(session, lead)
    before = facts.get("owner_id") or facts.get("from_id")
    for person_id in sorted({lead.claimed_by or 0, before or 0} - {0}):
        slack.redraw(session, slack.HOME, person_id)
    follow_deed(session, lead, deed, before)
