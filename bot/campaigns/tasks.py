"""The durable work of campaigns: drawing their cards, and what timers bring.

What the owner of a campaign is told of its announcement is drawn by planning, which knows whether
sales has the capacity for it.
"""

from sqlalchemy.orm import Session

from bot.campaigns import (
    announcing,
    capability,
    history,
    messages,
    owner_messages,
    queries,
    questions,
    texts,
)
from bot.slack import Message

capability.task(announcing.CONFIRM)(announcing.confirm)
capability.task(announcing.LAUNCH)(announcing.launch_in_time)
capability.task(announcing.REMIND)(announcing.remind)
capability.task(announcing.END)(announcing.finish)


@capability.card(announcing.CARD)
def _card(session: Session, campaign_id: int) -> Message:
    campaign = queries.known(session, campaign_id)
    today = queries.today(session, campaign.workspace_id)
    readership = queries.readership(session, campaign)
    return messages.card(campaign, readership, today, questions.since(session, campaign))


@capability.card(questions.QUESTION)
def _question(session: Session, question_id: int) -> Message:
    return messages.question(questions.question(session, question_id))


@capability.card(questions.ANSWERED)
def _answered(session: Session, question_id: int) -> Message:
    return messages.answered(questions.question(session, question_id))


@capability.card(announcing.REMINDER)
def _reminder(session: Session, reminder_id: int) -> Message:
    campaign, read = announcing.reminder(session, reminder_id)
    return owner_messages.reminder(campaign, read=read)


@capability.card(announcing.TIMELINE)
def _timeline(session: Session, campaign_id: int) -> Message:
    campaign = queries.known(session, campaign_id)
    return texts.timeline(campaign, history.events(session, campaign_id))


@capability.card(announcing.OVER)
def _over(session: Session, campaign_id: int) -> Message | None:
    return texts.over(queries.known(session, campaign_id))
