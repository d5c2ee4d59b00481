"""The durable work of planning: drawing its cards, and what the clock looks at."""

from datetime import date

from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns import announcing, history
from bot.campaigns import owner_messages as campaign_messages
from bot.campaigns import queries as campaign_queries
from bot.campaigns.models import Campaign, Stage
from bot.people.models import Workspace
from bot.planning import capability, messages, service
from bot.slack import Message

capability.each_tick(every=5)(service.handle_due)


@capability.card(announcing.CONFIRMATION)
def confirmation(session: Session, campaign_id: int) -> Message:
    """What the owner of a campaign sees of its announcement; it is drawn here, where it is known
    whether sales has the capacity for it."""
    campaign = campaign_queries.known(session, campaign_id)
    place = slack.place(session, announcing.CARD, campaign_id)
    workspace = session.get_one(Workspace, campaign.workspace_id)
    today = campaign_queries.today(session, workspace.id)
    capacity = ""
    if _is_launching(campaign, workspace, today):
        capacity = messages.capacity_in_words(service.capacity_of(session, campaign))
    return campaign_messages.confirmation(
        campaign,
        place[0] if place else workspace.channel,
        campaign_queries.readership(session, campaign),
        today,
        posted=place is not None,
        capacity=capacity,
    )


def _is_launching(campaign: Campaign, workspace: Workspace, today: date) -> bool:
    """Whether it is about to be announced, or was today; later its leads are already coming."""
    if campaign.stage == Stage.PAUSED or campaign.is_over(today):
        return False
    if campaign.announced_at is None:
        return campaign.launch_at is not None
    return workspace.day_of(campaign.announced_at) == today


@capability.card(service.CARD)
def _card(session: Session, request_id: int) -> Message:
    return messages.card(service.facts(session, request_id), clock.now())


@capability.card(service.FOR_ASKER)
def _for_asker(session: Session, request_id: int) -> Message:
    return messages.for_asker(service.facts(session, request_id), clock.now())


@capability.card(service.REMINDER)
def _reminder(session: Session, request_id: int) -> Message:
    return messages.reminder(service.facts(session, request_id), clock.now())


@capability.card(service.PROPOSAL)
def _proposal(session: Session, campaign_id: int) -> Message:
    return messages.proposal(service.table(session, campaign_id), clock.now())


@capability.card(service.CONCERN)
def _concern(session: Session, concern_id: int) -> Message:
    return messages.concern(service.concern_in_full(session, concern_id))


@capability.card(service.VERSION)
def _version(session: Session, version_id: int) -> Message:
    version, before, table = service.version_in_full(session, version_id)
    changed = history.changes(before, version) if before else {}
    return messages.new_version(version, before, table, changed)


@capability.card(service.ASKED)
def _asked(session: Session, reminder_id: int) -> Message:
    return messages.asked(*service.reminder(session, reminder_id))


@capability.card(service.AGREED)
def _agreed(session: Session, campaign_id: int) -> Message:
    return messages.agreed(service.table(session, campaign_id))


@capability.card(service.RESULT)
def _result(session: Session, request_id: int) -> Message | None:
    facts = service.facts(session, request_id)
    if facts.campaign is None:
        return None
    return messages.result(facts, service.review(session, facts.campaign.id).figures)


@capability.card(service.RETROSPECTIVE)
def _retrospective(session: Session, retrospective_id: int) -> Message:
    return messages.retrospective_in_full(*service.retrospective_in_full(session, retrospective_id))


@capability.card(service.LESSONS)
def _lessons(session: Session, campaign_id: int) -> Message:
    return messages.lessons(service.review(session, campaign_id))
