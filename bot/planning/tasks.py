"""The durable work of planning: drawing its cards, and what the clock looks at."""

from datetime import date

from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns import announcing, history
from bot.campaigns import owner_messages as campaign_messages
from bot.campaigns import queries as campaign_queries
from bot.campaigns.models import Campaign, Stage
from bot.people.models import Workspace
from bot.planning import (
    capability,
    cards,
    proposal_messages,
    queries,
    reminders,
    request_messages,
    requests,
    retrospective_messages,
    retrospectives,
    texts,
)
from bot.planning import capacity as planning_capacity
from bot.slack import Message

capability.each_tick(every=5)(reminders.handle_due)


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
        capacity = texts.capacity_in_words(planning_capacity.capacity_of(session, campaign))
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


@capability.card(cards.REQUEST)
def _card(session: Session, request_id: int) -> Message:
    return request_messages.card(requests.details(session, request_id), clock.now())


@capability.card(cards.REQUEST_FOR_ASKER)
def _for_asker(session: Session, request_id: int) -> Message:
    return request_messages.for_asker(requests.details(session, request_id), clock.now())


@capability.card(cards.REQUEST_REMINDER)
def _reminder(session: Session, request_id: int) -> Message:
    return request_messages.reminder(requests.details(session, request_id), clock.now())


@capability.card(cards.PROPOSAL)
def _proposal(session: Session, campaign_id: int) -> Message:
    return proposal_messages.card(queries.proposal_details(session, campaign_id), clock.now())


@capability.card(cards.CONCERN)
def _concern(session: Session, concern_id: int) -> Message:
    return proposal_messages.concern(queries.concern_in_full(session, concern_id))


@capability.card(cards.PROPOSAL_VERSION)
def _version(session: Session, version_id: int) -> Message:
    version, previous, details = queries.version_in_full(session, version_id)
    changed = history.changes(previous, version) if previous else {}
    return proposal_messages.new_version(version, previous, details, changed)


@capability.card(cards.PROPOSAL_REMINDER)
def _asked(session: Session, reminder_id: int) -> Message:
    return proposal_messages.reminder(*queries.reminder(session, reminder_id))


@capability.card(cards.PROPOSAL_AGREED)
def _agreed(session: Session, campaign_id: int) -> Message:
    return proposal_messages.agreed(queries.proposal_details(session, campaign_id))


@capability.card(cards.REQUEST_RESULT)
def _result(session: Session, request_id: int) -> Message | None:
    details = requests.details(session, request_id)
    if details.campaign is None:
        return None
    return retrospective_messages.result(
        details, retrospectives.review(session, details.campaign.id).figures
    )


@capability.card(cards.RETROSPECTIVE)
def _retrospective(session: Session, retrospective_id: int) -> Message:
    return retrospective_messages.retrospective(
        *retrospectives.retrospective_in_full(session, retrospective_id)
    )


@capability.card(cards.LESSONS)
def _lessons(session: Session, campaign_id: int) -> Message:
    return retrospective_messages.lessons(retrospectives.review(session, campaign_id))
