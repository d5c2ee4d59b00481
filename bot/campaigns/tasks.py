"""The durable work of campaigns: drawing their cards, and what timers bring.

What the owner of a campaign is told of its announcement is drawn by planning, which knows whether
sales has the capacity for it.
"""

from sqlalchemy.orm import Session

from bot.campaigns import capability, messages, service
from bot.slack import Message

capability.task(service.CONFIRM)(service.confirm)
capability.task(service.LAUNCH)(service.launch_in_time)
capability.task(service.REMIND)(service.remind)
capability.task(service.END)(service.finish)


@capability.card(service.CARD)
def _card(session: Session, campaign_id: int) -> Message:
    campaign = service.known(session, campaign_id)
    today = service.today(session, campaign.workspace_id)
    readership = service.readership(session, campaign)
    return messages.card(campaign, readership, today, service.since(session, campaign))


@capability.card(service.QUESTION)
def _question(session: Session, question_id: int) -> Message:
    return messages.question(service.question(session, question_id))


@capability.card(service.ANSWERED)
def _answered(session: Session, question_id: int) -> Message:
    return messages.answered(service.question(session, question_id))


@capability.card(service.REMINDER)
def _reminder(session: Session, reminder_id: int) -> Message:
    campaign, read = service.reminder(session, reminder_id)
    return messages.reminder(campaign, read=read)


@capability.card(service.TIMELINE)
def _timeline(session: Session, campaign_id: int) -> Message:
    campaign = service.known(session, campaign_id)
    return messages.timeline(campaign, service.events(session, campaign_id))


@capability.card(service.OVER)
def _over(session: Session, campaign_id: int) -> Message | None:
    return messages.over(service.known(session, campaign_id))
