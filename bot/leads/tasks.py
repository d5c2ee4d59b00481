"""The durable work of leads: their cards, home tabs that follow, and what the clock posts."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.leads import (
    call_lists,
    capability,
    events,
    home_tabs,
    meetings,
    notices,
    queries,
    quiet_leads,
    ratings,
)
from bot.leads.meeting_models import MEETING
from bot.leads.messages import lead_card, lists, notifications
from bot.leads.messages import meetings as meeting_messages
from bot.leads.notice_models import EscalationStep
from bot.leads.notices import CARD, RETURNED
from bot.people.models import Workspace
from bot.slack import Message


@capability.schedule(quiet_leads.DIGEST, "0 9,14 * * mon-fri")
def list_quiet_leads(session: Session, workspace: Workspace, slot: datetime) -> None:
    """Show the channel what waits quietly; the slot names the card, so a retry makes no second."""
    quiet_leads.post_digest(session, workspace, slot)


@capability.schedule(notices.STALLED, "0 9 * * mon")
def tell_stalled(session: Session, workspace: Workspace, slot: datetime) -> None:
    """Tell owners and managers which leads stand still; a retry tells nobody twice."""
    notices.notify_stalled(session, workspace, slot)


@capability.task(home_tabs.REFRESH)
def refresh_home_tabs(session: Session, workspace_id: int) -> None:
    """Draw the home tabs again that show what waits."""
    home_tabs.redraw_home_tabs(session, workspace_id)


@capability.card(CARD)
def _card(session: Session, lead_id: int) -> Message:
    return lead_card.card(queries.facts(session, lead_id))


@capability.card(RETURNED)
def _returned(session: Session, touch_id: int) -> Message:
    return lead_card.returned(*queries.touch_with_lead(session, touch_id))


@capability.card(notices.COVER)
def _cover(session: Session, touch_id: int) -> Message:
    touch, lead = queries.touch_with_lead(session, touch_id)
    return notifications.cover(touch, queries.facts(session, lead.id))


@capability.card(notices.STEP)
def _step(session: Session, step_id: int) -> Message:
    taken = queries.step_facts(session, step_id)
    if taken.step.step in (EscalationStep.DETAILS, EscalationStep.GIVEN):
        return notifications.details(taken, queries.facts(session, taken.lead.id))
    return notifications.step(taken)


@capability.card(notices.NOTICE)
def _notice(session: Session, notice_id: int) -> Message:
    return notifications.notice(queries.notice_facts(session, notice_id))


@capability.card(notices.WIN)
def _win(session: Session, lead_id: int) -> Message:
    return lead_card.win(queries.facts(session, lead_id))


capability.each_tick(every=5)(meetings.remind)


@capability.card(MEETING)
def _meeting(session: Session, notice_id: int) -> Message:
    return meeting_messages.notice(meetings.facts(session, notice_id))


@capability.card(ratings.RATING_SUMMARY)
def _tally(session: Session, campaign_id: int) -> Message:
    return lists.rating_summary(ratings.rating_summary(session, campaign_id))


@capability.card(events.CALL_LIST)
def _call_list(session: Session, call_list_id: int) -> Message:
    return lists.call_list(call_lists.call_progress(session, call_list_id))


@capability.card(quiet_leads.DIGEST)
def _quiet_leads(session: Session, offer_id: int) -> Message:
    return lists.quiet_leads_digest(*quiet_leads.digest(session, offer_id))
