"""The audit: who did what with a lead, and when; every deed also redraws what shows it."""

from typing import Any

from sqlalchemy.orm import Session

from bot import clock, slack
from bot.leads.model import Deed, Lead, LeadEvent
from bot.leads.service.admitting import CARD
from bot.leads.service.offering import redraw_offers
from bot.people.model import Person

CALL_LIST = "lead.call_list"
"""The card of a call list."""


def record(session: Session, lead: Lead, who: Person, deed: Deed, **facts: Any) -> None:
    """Note the deed and let the card show it."""
    session.add(
        LeadEvent(
            workspace_id=lead.workspace_id,
            lead_id=lead.id,
            person_id=who.id,
            deed=deed,
            at=clock.now(),
            facts=facts,
        )
    )
    session.flush()
    slack.redraw(session, CARD, lead.id)
    redraw_offers(session, lead)
    if lead.call_list_id is not None:
        slack.redraw(session, CALL_LIST, lead.call_list_id)
    for person_id in {who.id, lead.claimed_by or who.id}:
        slack.redraw(session, slack.HOME, person_id)
