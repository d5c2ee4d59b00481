"""What Slack brings in of meetings: whether one took place."""

from bot.capability import Act
from bot.leads import capability, meetings, queries
from bot.leads.handlers.leads import WORK
from bot.leads.messages import lead_modal
from bot.leads.messages.meetings import NOBODY_CAME, TOOK_PLACE
from bot.leads.models import Lead
from bot.slack import Message


@capability.action(TOOK_PLACE, WORK)
def took_place(act: Act) -> Message | None:
    """The meeting took place."""
    lead = meetings.took_place(act.session, act.person, act.row_id)
    return _noted(act, lead, "The meeting took place")


@capability.action(NOBODY_CAME, WORK)
def nobody_came(act: Act) -> Message | None:
    """Nobody came to the meeting."""
    lead = meetings.nobody_came(act.session, act.person, act.row_id)
    return _noted(act, lead, "Nobody came to the meeting")


def _noted(act: Act, lead: Lead, what: str) -> Message | None:
    """Where a message was clicked, it can be undone there."""
    if not act.incoming.is_from_message:
        return None
    return lead_modal.noted(what, queries.facts_for(act.session, act.person, lead.id))
